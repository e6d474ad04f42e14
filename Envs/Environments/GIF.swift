import CGif
import Foundation

/// Animated GIF files: one global palette, and per frame only the rectangle that changed, with its unchanged pixels
/// transparent, so that an animation of a drawing stays small.
public enum GIF {
  /// The animation as a GIF file's bytes; it repeats for ever.
  ///
  /// - Parameters:
  ///   - frames: at least one, all of one size.
  ///   - framesPerSecond: in (0, 50]; GIF counts hundredths of a second, so the nearest such delay is used.
  ///   - lastFrameSeconds: how long the last frame stays before the animation repeats.
  /// - Throws: `RenderingError.noFrames`, `.frameSize`, `.gif`.
  public static func encode(
    _ frames: [Frame], framesPerSecond: Double, lastFrameSeconds: Double = 1.5
  ) throws(RenderingError) -> Data {
    precondition(framesPerSecond > 0 && framesPerSecond <= 50, "\(framesPerSecond) frames/s is outside (0, 50]")
    guard let first = frames.first else { throw .noFrames }
    for (index, frame) in frames.enumerated() where (frame.width, frame.height) != (first.width, first.height) {
      throw .frameSize(
        index: index, expected: "\(first.width) x \(first.height)", found: "\(frame.width) x \(frame.height)")
    }
    let palette = Palette(frames: frames)
    let encoder = try GIFEncoder(width: first.width, height: first.height, palette: palette.colors)
    let delay = Int((100 / framesPerSecond).rounded())
    var shown: [UInt8]?
    for (index, frame) in frames.enumerated() {
      let pixels = palette.indices(of: frame)
      let isLast = index == frames.count - 1
      try encoder.add(pixels, over: shown, delay: isLast ? Int(lastFrameSeconds * 100) : delay)
      shown = pixels
    }
    return try encoder.finish()
  }

  /// Writes the animation as a GIF file: whole or not at all (temporary file, then rename).
  ///
  /// - Throws: `RenderingError.noFrames`, `.frameSize`, `.gif`, `.cannotWrite`.
  public static func write(
    _ frames: [Frame], framesPerSecond: Double, lastFrameSeconds: Double = 1.5, to path: String
  ) throws(RenderingError) {
    let data = try encode(frames, framesPerSecond: framesPerSecond, lastFrameSeconds: lastFrameSeconds)
    try writeAtomically(data, to: path)
  }
}

/// One GIF in the making: giflib's encoder writing into memory.
private final class GIFEncoder {
  private static let transparent: UInt8 = 255

  private let width: Int
  private let height: Int
  private let output: UnsafeMutablePointer<Data>
  private var file: UnsafeMutablePointer<GifFileType>?

  /// - Parameter palette: at most 255 colours 0xRRGGBB; index 255 is kept for "unchanged".
  init(width: Int, height: Int, palette: [UInt32]) throws(RenderingError) {
    self.width = width
    self.height = height
    output = .allocate(capacity: 1)
    output.initialize(to: Data())
    var code: Int32 = 0
    file = EGifOpen(
      output,
      { file, bytes, count in
        guard let file, let bytes else { return 0 }
        file.pointee.UserData.assumingMemoryBound(to: Data.self).pointee.append(bytes, count: Int(count))
        return count
      }, &code)
    guard let file else { throw Self.error(code) }
    EGifSetGifVersion(file, true)
    guard let map = GifMakeMapObject(256, nil) else { throw .gif(reason: "no memory for the palette") }
    defer { GifFreeMapObject(map) }
    for (index, color) in palette.enumerated() {
      map.pointee.Colors[index] = GifColorType(
        Red: UInt8(color >> 16 & 0xff), Green: UInt8(color >> 8 & 0xff), Blue: UInt8(color & 0xff))
    }
    try check(EGifPutScreenDesc(file, Int32(width), Int32(height), 8, 0, map))
    try check(EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE))
    try check(EGifPutExtensionBlock(file, 11, "NETSCAPE2.0"))
    try check(EGifPutExtensionBlock(file, 3, [1, 0, 0] as [UInt8]))  // repeat for ever
    try check(EGifPutExtensionTrailer(file))
  }

  deinit {
    if let file { EGifCloseFile(file, nil) }
    output.deinitialize(count: 1)
    output.deallocate()
  }

  /// Adds a frame of palette indices, [height * width], shown for `delay` hundredths of a second over `previous`.
  func add(_ pixels: [UInt8], over previous: [UInt8]?, delay: Int) throws(RenderingError) {
    let area = previous.map { changedArea(pixels, $0) } ?? Area(left: 0, top: 0, right: width, bottom: height)
    let control: [UInt8] = [
      previous == nil ? 0b0000_0100 : 0b0000_0101,  // keep the picture; the low bit turns transparency on
      UInt8(delay & 0xff), UInt8(delay >> 8 & 0xff), Self.transparent,
    ]
    try check(EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, Int32(control.count), control))
    let columns = area.right - area.left
    try check(
      EGifPutImageDesc(
        file, Int32(area.left), Int32(area.top), Int32(columns), Int32(area.bottom - area.top), false, nil))
    for row in area.top..<area.bottom {
      let start = row * width + area.left
      var line = Array(pixels[start..<start + columns])
      if let previous {
        for column in 0..<columns where previous[start + column] == line[column] { line[column] = Self.transparent }
      }
      try check(EGifPutLine(file, &line, Int32(columns)))
    }
  }

  /// Ends the file and returns its bytes.
  func finish() throws(RenderingError) -> Data {
    var code: Int32 = 0
    let status = EGifCloseFile(file, &code)
    file = nil
    guard status == GIF_OK else { throw Self.error(code) }
    return output.pointee
  }

  private struct Area {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int
  }

  /// The smallest rectangle that holds every changed pixel; one pixel if there is none, since a frame needs one.
  private func changedArea(_ pixels: [UInt8], _ previous: [UInt8]) -> Area {
    var area = Area(left: width, top: height, right: 0, bottom: 0)
    for row in 0..<height {
      for column in 0..<width where pixels[row * width + column] != previous[row * width + column] {
        area.left = min(area.left, column)
        area.right = max(area.right, column + 1)
        area.top = min(area.top, row)
        area.bottom = row + 1
      }
    }
    return area.right == 0 ? Area(left: 0, top: 0, right: 1, bottom: 1) : area
  }

  private func check(_ status: Int32) throws(RenderingError) {
    guard status == GIF_OK else { throw Self.error(file?.pointee.Error ?? 0) }
  }

  private static func error(_ code: Int32) -> RenderingError {
    .gif(reason: GifErrorString(code).map { String(cString: $0) } ?? "error \(code)")
  }
}
