import CCairo

/// A colour with red, green, blue and opacity in 0...1.
public struct Color: Sendable, Equatable {
  public var red: Double
  public var green: Double
  public var blue: Double
  public var opacity: Double

  /// - Parameter hex: 0xRRGGBB.
  public init(_ hex: UInt32, opacity: Double = 1) {
    red = Double(hex >> 16 & 0xff) / 255
    green = Double(hex >> 8 & 0xff) / 255
    blue = Double(hex & 0xff) / 255
    self.opacity = opacity
  }
}

/// A square drawing surface with world coordinates: (0, 0) at the top left, y downwards, `worldSize` along each side.
///
/// Lengths, radii and text sizes are in world units too, so a picture looks the same at every pixel size.
public final class Canvas {
  /// A point in world units.
  public typealias Point = SIMD2<Double>

  /// Where a text stands relative to its point.
  public enum Alignment: Sendable {
    case left
    case right
  }

  private let surface: OpaquePointer
  private let context: OpaquePointer
  private let size: Int

  /// - Parameters:
  ///   - size: pixels along each side, in 16...4096.
  ///   - worldSize: world units along each side, positive.
  /// - Throws: `RenderingError.badSize`, `.cairo` if there is no memory.
  public init(size: Int, worldSize: Double) throws(RenderingError) {
    guard (16...4096).contains(size) else { throw .badSize(size) }
    self.size = size
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(size), Int32(size))
    context = cairo_create(surface)
    try check()
    cairo_scale(context, Double(size) / worldSize, Double(size) / worldSize)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// Paints everything.
  public func clear(_ color: Color) {
    use(color)
    cairo_paint(context)
  }

  /// Fills closed polygons as one shape, so that common edges leave no seam; each [corner].
  public func fill(_ polygons: [[Point]], _ color: Color) {
    trace(polygons, isClosed: true)
    use(color)
    cairo_fill(context)
  }

  /// Draws open lines through points, with round corners and ends; each [point].
  public func stroke(_ lines: [[Point]], width: Double, _ color: Color, isClosed: Bool = false) {
    trace(lines, isClosed: isClosed)
    use(color)
    cairo_set_line_width(context, width)
    cairo_stroke(context)
  }

  /// Fills a circle.
  public func disc(_ center: Point, radius: Double, _ color: Color) {
    cairo_new_path(context)
    cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
    use(color)
    cairo_fill(context)
  }

  /// Draws a circle's line.
  public func ring(_ center: Point, radius: Double, width: Double, _ color: Color) {
    cairo_new_path(context)
    cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
    use(color)
    cairo_set_line_width(context, width)
    cairo_stroke(context)
  }

  /// Writes one line of text whose baseline starts (or ends) at a point; `height` is the font size.
  public func text(_ string: String, at point: Point, height: Double, _ color: Color, align: Alignment = .left) {
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD)
    cairo_set_font_size(context, height)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, string, &extents)
    use(color)
    cairo_move_to(context, align == .left ? point.x : point.x - extents.x_advance, point.y)
    cairo_show_text(context, string)
  }

  /// The picture drawn so far; drawing may go on afterwards.
  ///
  /// - Throws: `RenderingError.cairo` if any drawing call failed.
  public func frame() throws(RenderingError) -> Frame {
    try check()
    cairo_surface_flush(surface)
    guard let bytes = cairo_image_surface_get_data(surface) else { throw .cairo(reason: "the image has no data") }
    let stride = Int(cairo_image_surface_get_stride(surface))
    let pixels = [UInt32](unsafeUninitializedCapacity: size * size) { buffer, count in
      for row in 0..<size {
        let source = UnsafeRawPointer(bytes + row * stride).assumingMemoryBound(to: UInt32.self)
        for column in 0..<size { buffer[row * size + column] = source[column] & 0xff_ffff }
      }
      count = size * size
    }
    return Frame(width: size, height: size, pixels: pixels)
  }

  private func use(_ color: Color) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, color.opacity)
  }

  private func trace(_ lines: [[Point]], isClosed: Bool) {
    cairo_new_path(context)
    for line in lines {
      for (index, point) in line.enumerated() {
        if index == 0 {
          cairo_move_to(context, point.x, point.y)
        } else {
          cairo_line_to(context, point.x, point.y)
        }
      }
      if isClosed { cairo_close_path(context) }
    }
  }

  private func check() throws(RenderingError) {
    let status = cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else { throw .cairo(reason: String(cString: cairo_status_to_string(status))) }
  }
}
