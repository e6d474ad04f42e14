import Foundation
import Spectral
import Testing

/// Phases are known in closed form for impulses and steady tones; both rest on the gradients that magnitudes imply.
struct PhaseGradientTests {
  private let size = 1024
  private let hop = 128

  private func phases(_ signal: [Float]) throws -> (turns: [Float], magnitudes: Frames, bins: Int) {
    let stft = try STFT(fftSize: size, hop: hop), magnitudes = try stft.magnitudes(of: signal)
    return (startTurns(.pghi(), magnitudes, stft), magnitudes, stft.bins)
  }

  /// The phases of all frames in turns, [frame, bin].
  private func startTurns(_ start: PhaseReconstruction.Start, _ magnitudes: Frames, _ stft: STFT) -> [Float] {
    let phases = PhaseReconstruction(start: start).startPhases(of: magnitudes, stft: stft)
    var turns = [Float](repeating: 0, count: magnitudes.values.count)
    turns.withUnsafeMutableBufferPointer {
      for frame in 0..<magnitudes.count { phases(frame, $0.baseAddress! + frame * stft.bins) }
    }
    return turns
  }

  /// The distance of two phases in turns.
  private func away(_ a: Float, _ b: Double) -> Double {
    let difference = Double(a) - b
    return abs(difference - difference.rounded())
  }

  /// X[f, k] of an impulse at t is w · exp(-2πi k (t - start of f) / N): its magnitude is the same in all bins, so that
  /// the phase turns by 2π H k / N from frame to frame, exactly.
  @Test func anImpulseTurnsWithTheHop() throws {
    var signal = [Float](repeating: 0, count: 4096)
    signal[2048] = 1
    let (turns, magnitudes, bins) = try phases(signal)
    for frame in 14..<18 {
      #expect(magnitudes.values[frame * bins] > 0.1)
      for bin in 0..<bins {
        let step = turns[(frame + 1) * bins + bin] - turns[frame * bins + bin]
        #expect(away(step, Double(hop * bin) / Double(size)) < 1e-3)
      }
    }
  }

  /// From bin to bin the same phase turns by -2π (t - start of f) / N: half a turn where the impulse is in the middle
  /// of the frame; elsewhere the Hann window is a Gaussian only roughly.
  @Test func anImpulseTurnsWithItsPlaceInTheFrame() throws {
    var signal = [Float](repeating: 0, count: 4096)
    signal[2048] = 1
    let (turns, _, bins) = try phases(signal)
    for (frame, tolerance) in [(16, 1e-4), (15, 0.02), (17, 0.02)] {
      let place = Double(2048 - (frame * hop - size / 2)) / Double(size)
      for bin in 0..<bins - 1 {
        let step = turns[frame * bins + bin + 1] - turns[frame * bins + bin]
        #expect(away(step, -place) < tolerance)
      }
    }
  }

  /// A steady tone turns by its own frequency in all of the bins that hear it, not by theirs.
  @Test(arguments: [100.0, 100.25, 100.5, 201.7]) func aToneTurnsWithItsFrequency(bin frequency: Double) throws {
    let signal = (0..<8192).map { Float(cos(2 * .pi * frequency * Double($0) / Double(size))) }
    let (turns, _, bins) = try phases(signal)
    for frame in 10..<50 {
      for bin in [Int(frequency), Int(frequency.rounded(.up))] {
        let step = turns[(frame + 1) * bins + bin] - turns[frame * bins + bin]
        #expect(away(step, frequency * Double(hop) / Double(size)) < 0.01)
      }
    }
  }

  /// Bins across a tone's peak are half a turn apart.
  @Test func binsOfAToneAlternate() throws {
    let signal = (0..<8192).map { Float(cos(2 * .pi * 100.4 * Double($0) / Double(size))) }
    let (turns, _, bins) = try phases(signal)
    for frame in 10..<50 {
      for bin in 99..<101 { #expect(away(turns[frame * bins + bin + 1] - turns[frame * bins + bin], 0.5) < 0.01) }
    }
  }

  /// A chirp's ridge crosses the bins: its gradients are never along one axis alone.
  @Test func aChirpIsFoundWithoutIterations() throws {
    let stft = try STFT(fftSize: size, hop: hop)
    let signal = (0..<16_384).map { index -> Float in
      let t = Double(index) / 22_050
      return Float(0.5 * sin(2 * .pi * (500 * t + 3000 * t * t)))
    }
    let magnitudes = try stft.magnitudes(of: signal)
    func decibels(_ start: PhaseReconstruction.Start) throws -> Double {
      let result = try PhaseReconstruction(start: start, iterations: 0)
        .signal(from: magnitudes, stft: stft, samples: signal.count)
      return try stft.spectralConvergence(of: result, magnitudes: magnitudes)
    }
    let (gradients, zero) = (try decibels(.pghi()), try decibels(.zero))
    #expect(gradients < -25 && zero > -10, "\(gradients) and \(zero) dB")
  }

  @Test func onlyPlacesBelowTheToleranceAreRandom() throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: tones(4000))
    func phases(_ seed: UInt64, _ tolerance: Float) -> [Float] {
      startTurns(.pghi(tolerance: tolerance, seed: seed), magnitudes, stft)
    }
    let greatest = magnitudes.values.max()!
    let (a, b) = (phases(1, 1e-2), phases(2, 1e-2))
    for index in a.indices {
      let relative = magnitudes.values[index] / greatest
      // Where it is neither clearly above nor below, rounding decides.
      if abs(relative - 1e-2) > 1e-5 { #expect((a[index] == b[index]) == (relative > 1e-2)) }
    }
  }
}
