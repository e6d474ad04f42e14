import CAllocationCounter
import Foundation
import Spectral
import Testing

struct PhaseReconstructionTests {
  private static let methods: [PhaseReconstruction.Method] = [.classic, .fast(), .admm()]

  private func method(_ name: String) -> PhaseReconstruction.Method {
    switch name {
    case "fast": .fast()
    case "admm": .admm()
    default: .classic
    }
  }

  @Test func samplesAreLibrosasAndNumPys() throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let magnitudes = try stft.magnitudes(of: voice(1623))
    for reference in try Reference.read().phase {
      let reconstruction = PhaseReconstruction(
        method: method(reference.method), start: .zero, iterations: reference.iterations)
      let signal = try reconstruction.signal(from: magnitudes, stft: stft, samples: 1623)
      #expect(distance(signal, reference.samples) < 2e-5, "\(reference.method)")
    }
  }

  /// The references round in double precision and order their heap exactly; ours is a bucket queue of floats.
  @Test func convergenceIsThatOfTheReference() throws {
    let stft = try STFT(), signal = voice(33_024), magnitudes = try stft.magnitudes(of: signal)
    for reference in try Reference.read().convergence where reference.method != "none" {
      let reconstruction = PhaseReconstruction(
        method: method(reference.method), start: reference.start == "pghi" ? .pghi() : .zero,
        iterations: reference.iterations)
      let result = try reconstruction.signal(from: magnitudes, stft: stft, samples: signal.count)
      let decibels = try stft.spectralConvergence(of: result, magnitudes: magnitudes)
      let tolerance = reference.start == "pghi" ? 0.4 : 0.1
      #expect(
        abs(decibels - reference.decibels) < tolerance,
        "\(reference.method) \(reference.start) \(reference.iterations): \(decibels), not \(reference.decibels) dB")
    }
  }

  /// Griffin and Lim 1984, section III: the distance to the magnitudes never grows.
  @Test(arguments: [PhaseReconstruction.Start.zero, .random(seed: 3), .pghi()])
  func griffinLimNeverGetsWorse(start: PhaseReconstruction.Start) throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let magnitudes = try stft.magnitudes(of: voice(6000))
    var last = Double.infinity
    for iterations in 0...24 {
      let reconstruction = PhaseReconstruction(method: .classic, start: start, iterations: iterations)
      let signal = try reconstruction.signal(from: magnitudes, stft: stft, samples: 6000)
      let now = try stft.spectralConvergence(of: signal, magnitudes: magnitudes)
      #expect(now < last)
      last = now
    }
  }

  /// A spectrum that a signal has, with its own magnitudes, is a fixed point of every method.
  @Test(arguments: methods) func theTrueSpectrumIsAFixedPoint(method: PhaseReconstruction.Method) throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let signal = voice(3000), spectrum = try stft(signal), magnitudes = try stft.magnitudes(of: signal)
    let turns = (0..<magnitudes.values.count).map {
      Float(atan2(Double(spectrum.values[2 * $0 + 1]), Double(spectrum.values[2 * $0])) / (2 * .pi))
    }
    let phases: FramePhases = { frame, row in
      for bin in 0..<stft.bins { row[bin] = turns[frame * stft.bins + bin] }
    }
    for iterations in [0, 1, 2, 30] {
      let result = PhaseReconstruction(method: method, start: .zero, iterations: iterations)
        .signal(from: magnitudes, phases: phases, stft: stft, samples: 3000)
      #expect(distance(result, signal) < 3e-6, "\(iterations) iterations")
    }
  }

  @Test(arguments: methods, [PhaseReconstruction.Start.random(seed: 1), .pghi()])
  func threadsChangeNothing(method: PhaseReconstruction.Method, start: PhaseReconstruction.Start) throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    for samples in [600, 6400, 12_345] {
      let magnitudes = try stft.magnitudes(of: voice(samples))
      let one = PhaseReconstruction(method: method, start: start, iterations: 5)
      let alone = try one.signal(from: magnitudes, stft: stft, samples: samples)
      for threads in [2, 3, 100] {
        var several = one
        several.threads = threads
        #expect(try several.signal(from: magnitudes, stft: stft, samples: samples) == alone)
      }
    }
  }

  /// So much memory that threads go through several rounds at a time.
  @Test func threadsChangeNothingInLongSignals() throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: voice(200_000))
    let one = PhaseReconstruction(method: .admm(), start: .random(seed: 1), iterations: 19)
    let alone = try one.signal(from: magnitudes, stft: stft)
    for threads in [2, 5] {
      var several = one
      several.threads = threads
      #expect(try several.signal(from: magnitudes, stft: stft) == alone)
    }
  }

  @Test(arguments: methods) func iterationsAllocateNothing(method: PhaseReconstruction.Method) throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: voice(2000))
    func allocations(_ iterations: Int) throws -> Int {
      let before = allocation_count()
      _ = try PhaseReconstruction(method: method, start: .zero, iterations: iterations)
        .signal(from: magnitudes, stft: stft)
      return allocation_count() - before
    }
    // The first use of anything may allocate once.
    _ = try allocations(1)
    #expect(try allocations(50) == allocations(1))
  }

  @Test func seedsMatterAndRepeat() throws {
    let stft = try STFT(fftSize: 256, hop: 64), magnitudes = try stft.magnitudes(of: voice(2000))
    func signal(_ seed: UInt64) throws -> [Float] {
      try PhaseReconstruction(method: .fast(), start: .random(seed: seed), iterations: 3)
        .signal(from: magnitudes, stft: stft)
    }
    #expect(try signal(1) == signal(1) && signal(1) != signal(2))
    #expect(try signal(1).count == (magnitudes.count - 1) * 64)
  }

  @Test(arguments: methods, [PhaseReconstruction.Start.zero, .random(seed: 1), .pghi()])
  func silenceStaysSilent(method: PhaseReconstruction.Method, start: PhaseReconstruction.Start) throws {
    let stft = try STFT(fftSize: 64, hop: 16)
    let reconstruction = PhaseReconstruction(method: method, start: start, iterations: 4)
    let silent = try reconstruction.signal(from: Frames(width: 33, count: 9), stft: stft)
    #expect(silent == [Float](repeating: 0, count: 128))
    // Silence after sound.
    var magnitudes = try stft.magnitudes(of: tones(128))
    for index in 4 * 33..<9 * 33 { magnitudes.values[index] = 0 }
    let partly = try reconstruction.signal(from: magnitudes, stft: stft)
    #expect(partly.allSatisfy(\.isFinite) && partly.contains { abs($0) > 0.1 })
  }

  @Test(arguments: methods, [PhaseReconstruction.Start.zero, .random(seed: 1), .pghi()])
  func theShortestSignalsWork(method: PhaseReconstruction.Method, start: PhaseReconstruction.Start) throws {
    let stft = try STFT(fftSize: 64, hop: 16)
    let reconstruction = PhaseReconstruction(method: method, start: start, iterations: 4, threads: 2)
    #expect(try reconstruction.signal(from: Frames(width: 33, count: 0), stft: stft).isEmpty)
    #expect(try reconstruction.signal(from: Frames(width: 33, count: 1), stft: stft).isEmpty)
    for samples in [1, 15, 16, 17, 31, 32, 48] {
      let magnitudes = try stft.magnitudes(of: tones(samples))
      let signal = try reconstruction.signal(from: magnitudes, stft: stft, samples: samples)
      #expect(signal.count == samples && signal.allSatisfy(\.isFinite))
    }
    // Far from any signal's magnitudes, and as great as allowed.
    let great = try reconstruction.signal(
      from: Frames(width: 33, values: [Float](repeating: 1e12, count: 33 * 5)), stft: stft)
    #expect(great.count == 64 && great.allSatisfy(\.isFinite))
  }

  @Test func badMagnitudesAreRefused() throws {
    let stft = try STFT(fftSize: 64, hop: 16), reconstruction = PhaseReconstruction()
    let magnitudes = Frames(width: 33, count: 5)
    for (value, kind) in [
      (Float.nan, SpectralError.Kind.notFinite), (.infinity, .notFinite), (2e12, .notFinite), (-0.1, .negative),
    ] {
      var bad = magnitudes
      bad.values[2 * 33 + 7] = value
      do {
        _ = try reconstruction.signal(from: bad, stft: stft)
        Issue.record("a magnitude of \(value)")
      } catch {
        #expect(error.kind == kind && error.description.hasPrefix("frame 2, bin 7"))
      }
    }
    #expect(problem { _ = try reconstruction.signal(from: Frames(width: 32, count: 5), stft: stft) } == .shape)
    for samples in [63, 80, -1, 0, Int.max, Int.min] {
      #expect(problem { _ = try reconstruction.signal(from: magnitudes, stft: stft, samples: samples) } == .shape)
    }
  }
}
