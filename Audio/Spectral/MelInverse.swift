import Foundation

/// Linear magnitudes from mel bands: the pseudo-inverse Mᵀ (M Mᵀ)⁻¹, with negative magnitudes raised to zero.
///
/// As accurate as non-negative least squares on speech, and three orders of magnitude cheaper. Triangular bands overlap
/// with their neighbours only, so M Mᵀ is tridiagonal: it is factored as L D Lᵀ once, and a frame costs two passes over
/// the bands and one over the bins.
public struct MelInverse: Sendable {
  private let filterbank: MelFilterbank
  /// 1 / D, [band].
  private let inverseDiagonal: [Double]
  /// L below its diagonal of ones, [band]; the first is 0.
  private let lower: [Double]

  /// - Throws: `SpectralError` of kind `singular` if bands are so narrow that they hold no bin of their own.
  public init(_ filterbank: MelFilterbank) throws(SpectralError) {
    self.filterbank = filterbank
    let rows = filterbank.rows
    var inverseDiagonal: [Double] = [], lower: [Double] = []
    for band in rows.indices {
      let square = Self.product(rows[band], rows[band])
      let below = band > 0 ? Self.product(rows[band], rows[band - 1]) : 0
      let factor = band > 0 ? below * inverseDiagonal[band - 1] : 0
      let pivot = square - factor * below
      guard pivot > 1e-9 * square else {
        throw SpectralError(
          .singular,
          "mel band \(band) of \(rows.count) cannot be told from those below it: with \(filterbank.bins) bins, "
            + "use fewer bands, a larger FFT or a higher lowest frequency")
      }
      lower.append(factor)
      inverseDiagonal.append(1 / pivot)
    }
    self.inverseDiagonal = inverseDiagonal
    self.lower = lower
  }

  private static func product(_ a: MelFilterbank.Row, _ b: MelFilterbank.Row) -> Double {
    let start = max(a.firstBin, b.firstBin)
    let end = min(a.firstBin + a.weights.count, b.firstBin + b.weights.count)
    guard start < end else { return 0 }
    return (start..<end).reduce(0) {
      $0 + Double(a.weights[$1 - a.firstBin]) * Double(b.weights[$1 - b.firstBin])
    }
  }

  /// - Parameter logMel: natural logarithms of bands, [frame, band], as `LogMel` makes them; below 27.
  /// - Returns: magnitudes, [frame, bin], zero or more.
  /// - Throws: `SpectralError` of kind `shape` or `notFinite`.
  public func callAsFunction(logMel: Frames) throws(SpectralError) -> Frames {
    var bands = logMel
    bands.values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { values[index] = exp(values[index]) }
    }
    return try self(bands)
  }

  /// - Parameter bands: [frame, band], finite.
  /// - Returns: magnitudes, [frame, bin], zero or more.
  /// - Throws: `SpectralError` of kind `shape` or `notFinite`.
  public func callAsFunction(_ bands: Frames) throws(SpectralError) -> Frames {
    let count = filterbank.bands, bins = filterbank.bins
    guard bands.width == count else {
      throw SpectralError(.shape, "frames of \(bands.width) mel bands; the filterbank has \(count)")
    }
    if let index = bands.values.firstIndex(where: { !(abs($0) <= SpectralError.limit) }) {
      throw SpectralError(
        .notFinite, "frame \(index / count), mel band \(index % count): the value is \(bands.values[index])")
    }
    var result = Frames(width: bins, count: bands.count)
    var solution = [Double](repeating: 0, count: count)
    for frame in 0..<bands.count {
      bands.values.withUnsafeBufferPointer { solve($0.baseAddress! + frame * count, into: &solution) }
      result.values.withUnsafeMutableBufferPointer { result in
        let magnitudes = result.baseAddress! + frame * bins
        for (band, row) in filterbank.rows.enumerated() {
          let factor = Float(solution[band])
          row.weights.withUnsafeBufferPointer { weights in
            for index in 0..<weights.count { magnitudes[row.firstBin + index] += factor * weights[index] }
          }
        }
        for bin in 0..<bins { magnitudes[bin] = max(magnitudes[bin], 0) }
      }
    }
    return result
  }

  /// Solves L D Lᵀ x = bands.
  private func solve(_ bands: UnsafePointer<Float>, into x: inout [Double]) {
    let count = lower.count
    var previous = 0.0
    for band in 0..<count {
      previous = Double(bands[band]) - lower[band] * previous
      x[band] = previous
    }
    previous = 0
    for band in stride(from: count - 1, through: 0, by: -1) {
      previous = x[band] * inverseDiagonal[band] - (band + 1 < count ? lower[band + 1] * previous : 0)
      x[band] = previous
    }
  }
}
