/// Frames of equal width over time: magnitudes, mel bands. Values are [frame, place] in one array.
public struct Frames: Equatable, Sendable {
  /// Places of a frame: FFT bins or mel bands.
  public let width: Int
  /// [frame, place].
  public var values: [Float]

  /// - Precondition: the number of values is a multiple of `width`, which is positive.
  public init(width: Int, values: [Float]) {
    precondition(width > 0 && values.count % width == 0, "\(values.count) values in frames of \(width)")
    self.width = width
    self.values = values
  }

  /// Frames of zeros.
  public init(width: Int, count: Int) {
    self.init(width: width, values: [Float](repeating: 0, count: width * count))
  }

  /// The number of frames.
  public var count: Int { values.count / width }

  /// One frame.
  public subscript(frame: Int) -> ArraySlice<Float> { values[frame * width..<(frame + 1) * width] }

  /// Some frames in a row.
  public subscript(range: Range<Int>) -> Frames {
    Frames(width: width, values: Array(values[range.lowerBound * width..<range.upperBound * width]))
  }
}

/// A complex spectrogram: [frame, bin, (re, im)] in one array.
public struct Spectrum: Equatable, Sendable {
  /// Bins of a frame, fftSize / 2 + 1.
  public let bins: Int
  /// [frame, bin, 2].
  public var values: [Float]

  /// - Precondition: the number of values is a multiple of 2 `bins`, which is positive.
  public init(bins: Int, values: [Float]) {
    precondition(bins > 0 && values.count % (2 * bins) == 0, "\(values.count) values in frames of \(bins) bins")
    self.bins = bins
    self.values = values
  }

  /// The number of frames.
  public var count: Int { values.count / (2 * bins) }
}
