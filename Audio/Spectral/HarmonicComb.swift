import Foundation

/// The log-mel spectrum of a voice's source without its tract: harmonics of equal strength through the mel bands.
///
/// Where a band is narrower than the distance of the harmonics it shows them one by one, as a real spectrogram does; a
/// network that knows the comb has to find the envelope only (the source-filter model, Fant 1960).
public struct HarmonicComb: Sendable {
  /// Bands.
  public let bands: Int
  /// Combs of pitches that are a factor of exp(`step`) apart, `[pitches, bands]`.
  private let table: [Float]
  private static let lowest = 40.0
  private static let highest = 800.0
  private static let step = 0.004

  /// - Parameters:
  ///   - sampleRate: Hz.
  ///   - fftSize: of the filterbank's bins.
  public init(_ filterbank: MelFilterbank, sampleRate: Double, fftSize: Int) {
    bands = filterbank.bands
    let count = Int(log(Self.highest / Self.lowest) / Self.step) + 1
    let sums = filterbank.rows.map { $0.weights.reduce(0, +) }
    var table = [Float](repeating: 0, count: count * bands)
    for entry in 0..<count {
      let spacing = Self.lowest * exp(Double(entry) * Self.step) * Double(fftSize) / sampleRate
      for (band, row) in filterbank.rows.enumerated() {
        let strength = Self.strength(row, spacing: spacing, limit: Double(fftSize) / 2)
        // Relative to harmonics so close that none can be told apart: a lobe's area of 2 per spacing.
        let even = sums[band] * Float(2 / spacing)
        table[entry * bands + band] = 0.5 * log((strength + 0.03 * even) / even)
      }
    }
    self.table = table
  }

  /// Numbers about 0: above it in bands that a harmonic lies in, below it between harmonics; all 0 without a pitch.
  ///
  /// - Parameters:
  ///   - pitch: Hz, to the nearest fifth of a percent, 40 to 800; 0 for none.
  ///   - output: `[bands]`
  public func fill(_ output: UnsafeMutablePointer<Float>, pitch: Float) {
    guard pitch > 0 else { return output.update(repeating: 0, count: bands) }
    let place = log(Double(pitch) / Self.lowest) / Self.step
    let entry = min(max(0, Int(place.rounded())), table.count / bands - 1)
    table.withUnsafeBufferPointer { output.update(from: $0.baseAddress! + entry * bands, count: bands) }
  }

  /// What a band hears of harmonics that are `spacing` bins apart.
  private static func strength(_ row: MelFilterbank.Row, spacing: Double, limit: Double) -> Float {
    let bins = row.firstBin..<row.firstBin + row.weights.count
    var total: Float = 0
    // The harmonics whose main lobe, four bins wide, touches the band.
    var harmonic = max(1, ((Double(bins.lowerBound) - 2) / spacing).rounded(.up))
    while harmonic * spacing < min(Double(bins.upperBound) + 1, limit) {
      let center = harmonic * spacing
      let lobe = Int((center - 2).rounded(.up))..<Int((center + 2).rounded(.down)) + 1
      for bin in lobe.clamped(to: bins) {
        total += row.weights[bin - bins.lowerBound] * Self.lobe(Double(bin) - center)
      }
      harmonic += 1
    }
    return total
  }

  /// The Hann window's main lobe, 1 at its centre: sinc(x) / (1 − x²).
  private static func lobe(_ x: Double) -> Float {
    let x = abs(x)
    if x >= 2 { return 0 }
    if x < 1e-6 { return 1 }
    if abs(x - 1) < 1e-6 { return 0.5 }
    return Float(sin(.pi * x) / (.pi * x * (1 - x * x)))
  }
}
