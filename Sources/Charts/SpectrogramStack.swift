/// Spectrograms one above the other, such as before and after, with the same brightness for the same level.
public struct SpectrogramStack: Sendable {
  public var spectrograms: [Spectrogram]

  /// - Precondition: there is one.
  public init(_ spectrograms: [Spectrogram]) {
    precondition(!spectrograms.isEmpty, "no spectrograms")
    self.spectrograms = spectrograms
  }

  /// Writes a PNG or SVG file, as the path's ending says.
  ///
  /// - Throws: `ChartError`.
  public func write(to path: String) throws(ChartError) {
    try Figure.Format.write(to: path) { (format) throws(ChartError) in try bytes(format) }
  }

  /// The picture as a file's bytes. The levels are those of the last one, in which nothing should be missing.
  ///
  /// - Throws: `ChartError.drawing`.
  public func bytes(_ format: Figure.Format) throws(ChartError) -> [UInt8] {
    let levels = spectrograms[spectrograms.count - 1].levels
    let paper = try Paper(
      format, width: spectrograms.map(\.size.x).max()!, height: spectrograms.reduce(0) { $0 + $1.size.y })
    var y = 0.0
    for spectrogram in spectrograms {
      spectrogram.draw(on: paper, y: y, levels: levels)
      y += spectrogram.size.y
    }
    return try paper.finish()
  }
}
