/// Triangular bands of equal width on a mel scale, on magnitudes; equal to `librosa.filters.mel`.
///
/// Each bin lies in two bands at most, so that the bands' weights are stored as short rows.
public struct MelFilterbank: Equatable, Sendable {
  /// How a band is scaled.
  public enum Norm: Hashable, Sendable {
    /// To unit area over frequency (librosa: "slaney").
    case area
    /// To a peak of 1 (librosa: None).
    case peak
  }

  /// Bins of the magnitudes, fftSize / 2 + 1.
  public let bins: Int
  /// Each band's first bin and weights.
  let rows: [Row]

  struct Row: Equatable, Sendable {
    let firstBin: Int
    let weights: [Float]
  }

  /// The number of bands.
  public var bands: Int { rows.count }

  /// - Parameters:
  ///   - sampleRate: in Hz.
  ///   - fftSize: as in the STFT.
  ///   - bands: 1 or more.
  ///   - lowest: in Hz, 0 or more.
  ///   - highest: in Hz, at least 0.1 above `lowest`, up to half of the sample rate, which is the default.
  /// - Throws: `SpectralError` of kind `size`.
  public init(
    sampleRate: Double, fftSize: Int, bands: Int, lowest: Double = 0, highest: Double? = nil,
    scale: MelScale = .slaney, norm: Norm = .area
  ) throws(SpectralError) {
    let highest = highest ?? sampleRate / 2
    guard (1...1e9).contains(sampleRate), (2...65_536).contains(fftSize), fftSize % 2 == 0 else {
      throw SpectralError(
        .size,
        "sample rate \(sampleRate) Hz, FFT size \(fftSize): 1 Hz to 1 GHz and an even size up to 65,536 are needed")
    }
    guard (1...65_536).contains(bands) else {
      throw SpectralError(.size, "\(bands) mel bands: 1 to 65,536 are possible")
    }
    guard lowest >= 0, lowest <= highest - 0.1, highest <= sampleRate / 2 else {
      throw SpectralError(
        .size,
        "mel bands from \(lowest) to \(highest) Hz: they begin at 0 or more, are 0.1 Hz wide or more, and end at "
          + "half of the sample rate, \(sampleRate / 2) Hz, at most")
    }
    let bins = fftSize / 2 + 1
    self.bins = bins
    let ends = (scale.mel(lowest), scale.mel(highest))
    let corners = (0..<bands + 2).map { scale.hertz(ends.0 + (ends.1 - ends.0) * Double($0) / Double(bands + 1)) }
    rows = (0..<bands).map { band in
      Self.row(
        corners[band], corners[band + 1], corners[band + 2], bins: bins, hertzPerBin: sampleRate / Double(fftSize), norm
      )
    }
  }

  private static func row(
    _ low: Double, _ middle: Double, _ high: Double, bins: Int, hertzPerBin: Double, _ norm: Norm
  ) -> Row {
    let scale = norm == .area ? 2 / (high - low) : 1
    let first = min(Int(low / hertzPerBin), bins - 1), last = min(Int(high / hertzPerBin) + 1, bins - 1)
    let weights = (first...last).map { bin in
      let frequency = Double(bin) * hertzPerBin
      return Float(scale * max(0, min((frequency - low) / (middle - low), (high - frequency) / (high - middle))))
    }
    // From the first weight above zero to the last.
    guard let start = weights.firstIndex(where: { $0 > 0 }), let end = weights.lastIndex(where: { $0 > 0 }) else {
      return Row(firstBin: first, weights: [])
    }
    return Row(firstBin: first + start, weights: Array(weights[start...end]))
  }

  /// The weights as a matrix, [band, bin].
  public var matrix: Frames {
    var result = Frames(width: bins, count: bands)
    for (band, row) in rows.enumerated() {
      for (index, weight) in row.weights.enumerated() { result.values[band * bins + row.firstBin + index] = weight }
    }
    return result
  }

  /// The bands of magnitudes.
  ///
  /// - Parameter magnitudes: [frame, bin].
  /// - Returns: [frame, band].
  /// - Throws: `SpectralError` of kind `shape`, `negative` or `notFinite`.
  public func callAsFunction(_ magnitudes: Frames) throws(SpectralError) -> Frames {
    try SpectralError.check(magnitudes: magnitudes, bins: bins)
    var result = Frames(width: bands, count: magnitudes.count)
    result.values.withUnsafeMutableBufferPointer { result in
      magnitudes.values.withUnsafeBufferPointer { magnitudes in
        for (band, row) in rows.enumerated() {
          row.weights.withUnsafeBufferPointer { weights in
            for frame in 0..<magnitudes.count / bins {
              var sum: Float = 0
              let start = frame * bins + row.firstBin
              for index in 0..<weights.count { sum += weights[index] * magnitudes[start + index] }
              result[frame * bands + band] = sum
            }
          }
        }
      }
    }
    return result
  }
}
