/// A picture: `width * height` opaque pixels, row by row from the top left.
public struct Frame: Sendable, Equatable {
  /// Width in pixels.
  public let width: Int
  /// Height in pixels.
  public let height: Int
  /// Colours as 0xRRGGBB, [height * width].
  public var pixels: [UInt32]

  /// - Precondition: the pixel count is `width * height`, both at least 1.
  public init(width: Int, height: Int, pixels: [UInt32]) {
    precondition(
      width > 0 && height > 0 && pixels.count == width * height,
      "\(pixels.count) pixels do not make a picture of \(width) x \(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Pictures side by side, with no space between them.
  ///
  /// - Precondition: there is one, and all are equally high.
  public init(row frames: [Frame]) {
    precondition(!frames.isEmpty && frames.allSatisfy { $0.height == frames[0].height }, "pictures of several heights")
    var pixels: [UInt32] = []
    for y in 0..<frames[0].height {
      for frame in frames { pixels += frame.pixels[y * frame.width..<(y + 1) * frame.width] }
    }
    self.init(width: frames.reduce(0) { $0 + $1.width }, height: frames[0].height, pixels: pixels)
  }
}

/// Why a picture could not be drawn or written.
public enum RenderingError: Error, Equatable, CustomStringConvertible {
  /// A picture's side is outside 16...4096 pixels.
  case badSize(Int)
  /// cairo refused a drawing or an image (`reason` is its own text).
  case cairo(reason: String)
  /// giflib refused an animation (`reason` is its own text).
  case gif(reason: String)
  /// An animation has no frames.
  case noFrames
  /// A frame of an animation differs in size from the first.
  case frameSize(index: Int, expected: String, found: String)
  /// A file could not be written.
  case cannotWrite(path: String, reason: String)
  /// The environment has no state to draw yet.
  case nothingToDraw

  public var description: String {
    switch self {
    case .badSize(let size): "a picture of \(size) pixels a side was asked for: choose 16...4096"
    case .cairo(let reason): "cairo could not draw: \(reason)"
    case .gif(let reason): "giflib could not encode: \(reason)"
    case .noFrames: "the animation has no frames: record at least one"
    case .frameSize(let index, let expected, let found):
      "frame \(index) is \(found) and the first is \(expected): all frames of an animation need one size"
    case .cannotWrite(let path, let reason): "\(path) could not be written: \(reason)"
    case .nothingToDraw: "there is nothing to draw before the first reset: call reset first"
    }
  }
}
