import Foundation
import Spectral
import TestSupport
import Testing

struct STFTTests {
  @Test func theTransformIsLibrosas() throws {
    for reference in try Reference.read().stft {
      let stft = try STFT(fftSize: reference.fftSize, hop: reference.hop, windowLength: reference.windowLength)
      let signal = tones(reference.samples)
      let spectrum = try stft(signal), magnitudes = try stft.magnitudes(of: signal)
      #expect(spectrum.count == reference.frameCount && spectrum.bins == stft.bins)
      #expect(magnitudes.count == reference.frameCount && magnitudes.width == stft.bins)
      for (row, frame) in reference.frames.enumerated() {
        for bin in 0..<stft.bins {
          let index = row * stft.bins + bin, place = frame * stft.bins + bin
          let (re, im) = (spectrum.values[2 * place], spectrum.values[2 * place + 1])
          #expect(abs(re - reference.real[index]) < 2e-5 && abs(im - reference.imaginary[index]) < 2e-5)
          let magnitude = hypot(reference.real[index], reference.imaginary[index])
          #expect(abs(magnitudes.values[place] - magnitude) < 2e-5)
        }
      }
    }
  }

  @Test(arguments: [(1024, 256, 1024), (1024, 341, 1024), (400, 100, 320), (64, 1, 64), (16, 5, 16), (2048, 300, 1200)])
  func theInverseTransformReturnsTheSignal(fftSize: Int, hop: Int, windowLength: Int) throws {
    let stft = try STFT(fftSize: fftSize, hop: hop, windowLength: windowLength)
    for count in [1, 2, hop, hop + 1, 2 * hop - 1, 777, 4096] {
      let signal = voice(count)
      let back = try stft.inverse(stft(signal), samples: count)
      #expect(distance(signal, back) < 1e-6, "\(count) samples")
    }
  }

  /// The sum over the bins of a frame is its energy.
  @Test func parsevalHolds() throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let signal = voice(1024), magnitudes = try stft.magnitudes(of: signal)
    for frame in 4...12 {
      var energy = 0.0
      for i in 0..<256 {
        let window = 0.5 - 0.5 * cos(2 * .pi * Double(i) / 256)
        energy += pow(window * Double(signal[frame * 64 - 128 + i]), 2)
      }
      let squares = magnitudes[frame].map { Double($0) * Double($0) }
      let total = (2 * squares.reduce(0, +) - squares.first! - squares.last!) / 256
      #expect(abs(total - energy) < 1e-6 * energy)
    }
  }

  @Test(arguments: [1, 2, 5]) func aBatchIsEachOfItsSignals(threads: Int) throws {
    let stft = try STFT(fftSize: 256, hop: 64)
    let signals = [1, 64, 900, 63, 2000].map { tones($0) }
    let spectra = try stft(batch: signals, threads: threads)
    #expect(try spectra == signals.map { try stft($0) })
    #expect(try stft.magnitudes(batch: signals, threads: threads) == signals.map { try stft.magnitudes(of: $0) })
    let back = try stft.inverse(batch: spectra, samples: signals.map(\.count), threads: threads)
    for (signal, back) in zip(signals, back) { #expect(distance(signal, back) < 1e-6) }
    #expect(try stft(batch: [], threads: threads).isEmpty)
    do {
      _ = try stft(batch: [[1, 2], [], [.nan]], threads: threads)
      Issue.record("a batch with an empty signal")
    } catch {
      #expect(error.kind == .empty && error.description.hasPrefix("signal 1: "))
    }
  }

  @Test func manyThreadsPlanAtOnce() async throws {
    let signal = tones(500)
    let spectra = try await withThrowingTaskGroup(of: Spectrum.self) { group in
      for index in 0..<16 { group.addTask { try STFT(fftSize: 96 + 8 * (index % 4), hop: 16)(signal) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for bins in [49, 53, 57, 61] {
      let same = spectra.filter { $0.bins == bins }
      #expect(same.count == 4 && same.allSatisfy { $0 == same[0] })
    }
  }

  @Test func impossibleSizesAreRefused() {
    for (fftSize, hop, windowLength) in [
      (0, 1, 1), (-8, 1, 8), (12, 3, 12), (100, 25, 100), (1 << 17, 256, 1024), (Int.max, 1, 8), (64, 0, 64),
      (64, 22, 64), (64, -1, 64), (64, 16, 66), (64, 16, 31), (64, 2, 6), (64, 16, 0),
    ] {
      #expect(problem { _ = try STFT(fftSize: fftSize, hop: hop, windowLength: windowLength) } == .size)
    }
  }

  @Test func badSignalsAreRefused() throws {
    let stft = try STFT(fftSize: 64, hop: 16)
    #expect(problem { _ = try stft([]) } == .empty)
    for bad in [Float.nan, .infinity, -.infinity, 1e13] {
      #expect(problem { _ = try stft([0, bad]) } == .notFinite)
      #expect(problem { _ = try stft.magnitudes(of: [0, bad]) } == .notFinite)
    }
    do { _ = try stft([0, 0, .nan]) } catch { #expect(error.description.contains("sample 2")) }
    var spectrum = try stft(tones(100))
    #expect(problem { _ = try stft.inverse(spectrum, samples: 112) } == .shape)
    #expect(problem { _ = try stft.inverse(spectrum, samples: -1) } == .shape)
    #expect(problem { _ = try stft.inverse(Spectrum(bins: 32, values: [])) } == .shape)
    spectrum.values[7] = .nan
    #expect(problem { _ = try stft.inverse(spectrum, samples: 100) } == .notFinite)
    #expect(try stft.inverse(Spectrum(bins: 33, values: [])).isEmpty)
  }

  @Test func convergenceIsMinusInfinityForTheSignalItself() throws {
    let stft = try STFT(fftSize: 64, hop: 16)
    let signal = tones(500), magnitudes = try stft.magnitudes(of: signal)
    #expect(try stft.spectralConvergence(of: signal, magnitudes: magnitudes) == -.infinity)
    let silence = [Float](repeating: 0, count: 500), nothing = try stft.magnitudes(of: silence)
    #expect(try stft.spectralConvergence(of: silence, magnitudes: nothing) == -.infinity)
    #expect(try stft.spectralConvergence(of: signal, magnitudes: nothing) == .infinity)
    // Twice the signal is away from the magnitudes by themselves.
    #expect(try abs(stft.spectralConvergence(of: signal.map { 2 * $0 }, magnitudes: magnitudes)) < 1e-5)
    let tenth = try stft.spectralConvergence(of: signal.map { 0.9 * $0 }, magnitudes: magnitudes)
    #expect(abs(tenth + 20) < 1e-3)
    #expect(
      problem { _ = try stft.spectralConvergence(of: Array(signal.dropLast(16)), magnitudes: magnitudes) } == .shape)
  }
}
