import Foundation
import Spectral
import Testing

struct StretchedCopySynthesisTests {
  private func copy(
    _ representation: CopySynthesis.Representation = .linear,
    _ reconstruction: PhaseReconstruction = PhaseReconstruction(method: .fast(), iterations: 16)
  ) throws -> CopySynthesis {
    try CopySynthesis(
      stft: STFT(fftSize: 256, hop: 64), sampleRate: 22_050, representation: representation,
      reconstruction: reconstruction)
  }

  /// 8,192 samples a stretch, of which 2,048 are shared with the next.
  private func stretched(_ copy: CopySynthesis) -> StretchedCopySynthesis {
    StretchedCopySynthesis(copy, stretchSeconds: 0)
  }

  private func run(
    _ stretched: StretchedCopySynthesis, _ signal: [Float], block: Int
  ) throws -> (samples: [Float], decibels: Double, seconds: Double) {
    var samples: [Float] = []
    for start in stride(from: 0, to: signal.count, by: block) {
      samples += try stretched.push(Array(signal[start..<min(start + block, signal.count)]))
    }
    let rest = try stretched.finish()
    return (samples + rest.samples, rest.spectralConvergence, rest.seconds)
  }

  @Test(arguments: [1, 700, 8192]) func shortRecordingsComeOutAsInOnePiece(samples: Int) throws {
    let signal = voice(samples)
    for representation in [CopySynthesis.Representation.linear, .mel(bands: 40, highest: 11_025)] {
      let copy = try copy(representation), whole = try copy(signal)
      let result = try run(stretched(copy), signal, block: 500)
      #expect(result.samples == whole.samples && result.decibels == whole.spectralConvergence)
      #expect(result.seconds == whole.seconds)
    }
  }

  @Test(arguments: [8193, 14_336, 14_337, 50_001]) func longOnesAreAsGoodAsInOnePiece(samples: Int) throws {
    let signal = voice(samples), stft = try STFT(fftSize: 256, hop: 64)
    let magnitudes = try stft.magnitudes(of: signal)
    // The iterations that a stretch begins with pull at what it shares with the one before.
    for (start, tolerance) in [(PhaseReconstruction.Start.pghi(), 0.5), (.random(seed: 1), 1.5), (.zero, 1.5)] {
      let copy = try copy(.linear, PhaseReconstruction(method: .fast(), start: start, iterations: 60))
      let whole = try copy(signal), result = try run(stretched(copy), signal, block: 1000)
      #expect(result.samples.count == samples && result.seconds == whole.seconds)
      let decibels = try stft.spectralConvergence(of: result.samples, magnitudes: magnitudes)
      #expect(abs(decibels - result.decibels) < 1e-6)
      #expect(
        decibels < whole.spectralConvergence + tolerance, "\(start): \(decibels), not \(whole.spectralConvergence) dB")
    }
  }

  /// Stretches that know nothing of each other's phases would meet 10 dB worse.
  @Test func stretchesMeetAsIfTheyWereOne() throws {
    let signal = voice(110_000), stft = try STFT()
    let copy = try CopySynthesis(
      stft: stft, sampleRate: 22_050, representation: .linear,
      reconstruction: PhaseReconstruction(method: .fast(), iterations: 16))
    let magnitudes = try stft.magnitudes(of: signal)
    let whole = try stft.magnitudes(of: copy(signal).samples)
    let result = try stft.magnitudes(of: run(stretched(copy), signal, block: 10_000).samples)
    func decibels(_ actual: Frames, _ frames: Range<Int>) -> Double {
      var (difference, square) = (0.0, 0.0)
      for (a, b) in zip(actual[frames].values, magnitudes[frames].values) {
        difference += Double((a - b) * (a - b))
        square += Double(b * b)
      }
      return 10 * log10(difference / square)
    }
    for stretch in 1...3 {
      // A stretch is 96 frames behind the one before, and replaces it around its 16th.
      let middle = stretch * 96 + 16, frames = middle - 4..<middle + 5
      let (here, inOnePiece) = (decibels(result, frames), decibels(whole, frames))
      #expect(here < inOnePiece + 5, "stretch \(stretch): \(here) and \(inOnePiece) dB")
    }
  }

  @Test func blocksChangeNothingAndStretchesComeInTime() throws {
    let signal = voice(30_000), copy = try copy(.mel(bands: 40, highest: 11_025))
    let whole = try run(stretched(copy), signal, block: 30_000)
    for block in [1, 97, 8192, 12_000] {
      let result = try run(stretched(copy), signal, block: block)
      #expect(result.samples == whole.samples)
      #expect(abs(result.decibels - whole.decibels) < 1e-9)
    }
    let stretched = stretched(copy)
    var (taken, given) = (0, 0)
    for start in stride(from: 0, to: 30_000, by: 1000) {
      given += try stretched.push(Array(signal[start..<start + 1000])).count
      taken += 1000
      #expect(given >= taken - 8192)
    }
  }

  @Test func badSamplesAreRefused() throws {
    let copy = try copy()
    #expect(problem { _ = try stretched(copy).finish() } == .empty)
    #expect(problem { _ = try run(stretched(copy), [0, .nan], block: 1) } == .notFinite)
    #expect(problem { _ = try run(stretched(copy), voice(9000) + [.infinity], block: 10_000) } == .notFinite)
  }
}
