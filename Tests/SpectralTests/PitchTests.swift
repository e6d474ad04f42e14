import Foundation
import Spectral
import Testing

struct PitchTests {
  /// Harmonics that fall off like a voice's, of a pitch that glides from one frequency to another.
  private func voice(from low: Double, to high: Double, seconds: Double, rate: Double = 22_050, noise: Float = 0)
    -> [Float]
  {
    var phase = 0.0
    var state: UInt64 = 1
    let count = Int(seconds * rate)
    return (0..<count).map { i in
      let frequency = low * pow(high / low, Double(i) / Double(count))
      phase += 2 * .pi * frequency / rate
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let hiss = Float(Int64(bitPattern: state) >> 32) / Float(1 << 31)
      return Float((1...8).reduce(0) { $0 + sin(Double($1) * phase) / Double($1) }) * 0.2 + noise * hiss
    }
  }

  @Test(arguments: [(80.0, 80.0), (100, 180), (220, 220), (300, 180), (400, 450)], [Float(0), 0.05])
  func thePitchOfAGlidingVoiceIsFound(range: (Double, Double), noise: Float) {
    let samples = voice(from: range.0, to: range.1, seconds: 1, noise: noise)
    let pitch = PitchTracker(sampleRate: 22_050, hop: 256)(samples)
    #expect(pitch.count == 1 + samples.count / 256)
    for frame in 8..<pitch.count - 8 {
      let right = range.0 * pow(range.1 / range.0, Double(frame * 256) / Double(samples.count))
      #expect(abs(Double(pitch[frame]) / right - 1) < 0.02, "frame \(frame): \(pitch[frame]) of \(right)")
    }
  }

  @Test func silenceAndNoiseHaveNoPitch() {
    let tracker = PitchTracker(sampleRate: 22_050, hop: 256)
    #expect(tracker([Float](repeating: 0, count: 22_050)).allSatisfy { $0 == 0 })
    #expect(tracker([]) == [0])
    let voiced = voice(from: 150, to: 150, seconds: 0.5)
    let hiss = voice(from: 150, to: 150, seconds: 0.5, noise: 1).enumerated().map { $0.element - voiced[$0.offset] }
    let pitch = tracker(voiced + hiss + voiced)
    let middle = pitch.count / 3 + 5..<2 * pitch.count / 3 - 5
    #expect(pitch[middle].count { $0 > 0 } < middle.count / 5)
    #expect(pitch[5..<pitch.count / 3 - 5].allSatisfy { $0 > 0 })
  }

  /// Where a harmonic lies in a narrow band the comb is above the bands between harmonics; the real spectrum of such a
  /// voice agrees.
  @Test func theCombIsThatOfAVoicesSpectrum() throws {
    let filterbank = try MelFilterbank(sampleRate: 22_050, fftSize: 1024, bands: 128, highest: 11_025)
    let comb = HarmonicComb(filterbank, sampleRate: 22_050, fftSize: 1024)
    for frequency in [110.0, 180, 260] {
      var bands = [Float](repeating: 0, count: 128)
      bands.withUnsafeMutableBufferPointer { comb.fill($0.baseAddress!, pitch: Float(frequency)) }
      var phase = 0.0
      let samples = (0..<8192).map { _ in
        phase += 2 * .pi * frequency / 22_050
        return Float((1...Int(10_000 / frequency)).reduce(0) { $0 + cos(Double($1) * phase) }) * 0.02
      }
      let mel = try LogMel(filterbank)(try STFT(fftSize: 1024, hop: 256).magnitudes(of: samples))
      // Up to 2 kHz, where bands are narrower than the harmonics' distance; both without their mean and slope.
      let real = detrended(Array(mel[16].prefix(50)))
      let made = detrended(Array(bands.prefix(50)))
      let product = zip(real, made).reduce(0) { $0 + $1.0 * $1.1 }
      let norm = (real.reduce(0) { $0 + $1 * $1 } * made.reduce(0) { $0 + $1 * $1 }).squareRoot()
      #expect(product / norm > 0.9, "\(frequency) Hz: correlation \(product / norm)")
    }
    var none = [Float](repeating: 1, count: 128)
    none.withUnsafeMutableBufferPointer { comb.fill($0.baseAddress!, pitch: 0) }
    #expect(none.allSatisfy { $0 == 0 })
  }

  private func detrended(_ values: [Float]) -> [Float] {
    let n = Float(values.count)
    let mean = values.reduce(0, +) / n
    let center = (n - 1) / 2
    let slope =
      values.enumerated().reduce(0) { $0 + (Float($1.offset) - center) * ($1.element - mean) }
      / values.indices.reduce(Float(0)) { $0 + (Float($1) - center) * (Float($1) - center) }
    return values.enumerated().map { $0.element - mean - slope * (Float($0.offset) - center) }
  }
}
