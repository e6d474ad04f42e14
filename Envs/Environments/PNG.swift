import CCairo
import Foundation

extension Frame {
  /// The picture as a PNG file's bytes.
  ///
  /// - Throws: `RenderingError.cairo`.
  public func png() throws(RenderingError) -> Data {
    var output = Data()
    var pixels = pixels
    let status = pixels.withUnsafeMutableBytes { buffer in
      withUnsafeMutablePointer(to: &output) { output in
        let surface = cairo_image_surface_create_for_data(
          buffer.baseAddress, CAIRO_FORMAT_RGB24, Int32(width), Int32(height), Int32(width * 4))
        defer { cairo_surface_destroy(surface) }
        return cairo_surface_write_to_png_stream(
          surface,
          { output, bytes, count in
            guard let output, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
            output.assumingMemoryBound(to: Data.self).pointee.append(bytes, count: Int(count))
            return CAIRO_STATUS_SUCCESS
          }, output)
      }
    }
    guard status == CAIRO_STATUS_SUCCESS else { throw .cairo(reason: String(cString: cairo_status_to_string(status))) }
    return output
  }

  /// Writes the picture as a PNG file: whole or not at all (temporary file, then rename).
  ///
  /// - Throws: `RenderingError.cairo`, `.cannotWrite`.
  public func writePNG(to path: String) throws(RenderingError) {
    try writeAtomically(png(), to: path)
  }
}

/// Writes a file whole or not at all: into a temporary file beside it, which then takes its name.
///
/// - Throws: `RenderingError.cannotWrite`.
func writeAtomically(_ data: Data, to path: String) throws(RenderingError) {
  do {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try data.write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw .cannotWrite(path: path, reason: error.localizedDescription)
  }
}
