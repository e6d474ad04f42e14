import Foundation
import Spectral
import TestSupport

/// Tests/Fixtures/spectral/librosa.json.
struct Reference: Decodable {
  struct Transform: Decodable {
    let samples, fftSize, hop, windowLength, frameCount: Int
    let frames: [Int]
    /// [frame, bin].
    let real, imaginary: [Float]
  }

  struct Mel: Decodable {
    let sampleRate: Double
    let fftSize, bands: Int
    let lowest, highest: Double
    let isHTK, hasUnitArea: Bool
    let bandOf, binOf: [Int]
    let weights, logMel, inverse: [Float]
  }

  struct Phase: Decodable {
    let method: String
    let iterations: Int
    let samples: [Float]
  }

  struct Convergence: Decodable, Sendable {
    let method, start: String
    let iterations: Int
    let decibels: Double
  }

  let stft: [Transform]
  let mel: [Mel]
  let phase: [Phase]
  let convergence: [Convergence]

  static func read() throws -> Reference { try fixture("spectral/librosa.json", as: Reference.self) }
}

/// `tones` of librosa_spectral.py.
func tones(_ count: Int) -> [Float] {
  (0..<count).map { index in
    let t = Double(index) / 22_050
    let tones = 0.5 * sin(2 * .pi * (300 * t + 2000 * t * t)) + 0.2 * cos(2 * .pi * 5000 * t)
    return Float(tones + (index % 701 == 0 ? 0.3 : 0))
  }
}

/// `voice` of librosa_spectral.py.
func voice(_ count: Int) -> [Float] {
  var state: UInt64 = 1
  return (0..<count).map { index in
    let t = Double(index) / 22_050
    let phase = 2 * .pi * (130 * t - 8 * cos(2 * .pi * 0.8 * t))
    var sum = 0.0
    for h in 1...40 {
      let h = Double(h)
      sum += (1 + 0.8 * cos(0.9 * h)) / h * cos(h * phase + h * h)
    }
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let noise = Double(state >> 40) * 0x1p-24 - 0.5
    return Float(sum * 0.1 * (0.55 - 0.45 * cos(2 * .pi * 3 * t)) + 0.01 * noise)
  }
}

/// The greatest distance of two arrays of one length.
func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
  a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// The kind of the error that `body` throws, or nil.
func problem(_ body: () throws -> Void) -> SpectralError.Kind? {
  do { try body() } catch { return (error as? SpectralError)?.kind }
  return nil
}
