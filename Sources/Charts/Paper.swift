import CCairo

/// A white sheet that is drawn on in chart units, (0, 0) at the top left, and that becomes a PNG or SVG file.
final class Paper {
  /// Where a text's anchor is: 0 its left (or upper) side, 0.5 its middle, 1 its right (or lower) side.
  typealias Anchor = SIMD2<Double>

  /// Takes what cairo writes; a class, because cairo holds it by address.
  private final class Output {
    var bytes: [UInt8] = []
  }

  private let output = Output()
  private let format: Figure.Format
  private let surface: OpaquePointer
  private let context: OpaquePointer

  /// - Throws: `ChartError.drawing` if there is no memory or the size is beyond cairo's.
  init(_ format: Figure.Format, width: Double, height: Double) throws(ChartError) {
    self.format = format
    switch format {
    case .png:
      surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width * 2), Int32(height * 2))
    case .svg:
      let closure = Unmanaged.passUnretained(output).toOpaque()
      surface = cairo_svg_surface_create_for_stream(Self.append, closure, width, height)
    }
    context = cairo_create(surface)
    try check()
    if format == .png { cairo_scale(context, 2, 2) }
    cairo_select_font_face(context, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    use(.paper)
    cairo_paint(context)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// The file's bytes; nothing can be drawn afterwards.
  func finish() throws(ChartError) -> [UInt8] {
    try check()
    if format == .png {
      let status = cairo_surface_write_to_png_stream(surface, Self.append, Unmanaged.passUnretained(output).toOpaque())
      try check(status)
    }
    cairo_surface_finish(surface)
    try check(cairo_surface_status(surface))
    return output.bytes
  }

  /// Draws what the body draws, but nothing outside a rectangle.
  func clipped(x: Double, y: Double, width: Double, height: Double, _ body: () -> Void) {
    cairo_save(context)
    cairo_rectangle(context, x, y, width, height)
    cairo_clip(context)
    body()
    cairo_restore(context)
  }

  func line(_ points: [SIMD2<Double>], width: Double, dashes: [Double] = [], _ color: ChartColor) {
    for (index, point) in points.enumerated() {
      if index == 0 {
        cairo_move_to(context, point.x, point.y)
      } else {
        cairo_line_to(context, point.x, point.y)
      }
    }
    use(color)
    cairo_set_line_width(context, width)
    cairo_set_dash(context, dashes, Int32(dashes.count), 0)
    cairo_stroke(context)
  }

  func rectangle(x: Double, y: Double, width: Double, height: Double, _ color: ChartColor) {
    cairo_rectangle(context, x, y, width, height)
    use(color)
    cairo_fill(context)
  }

  func disc(_ center: SIMD2<Double>, radius: Double, _ color: ChartColor) {
    cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
    use(color)
    cairo_fill(context)
  }

  /// Draws pixels, 0xRRGGBB in rows from the top, over a rectangle.
  func image(_ pixels: [UInt32], width: Int, height: Int, at point: SIMD2<Double>, size: SIMD2<Double>) {
    // The surface owns its pixels: an SVG keeps it until it is finished.
    let image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    defer { cairo_surface_destroy(image) }
    guard let data = cairo_image_surface_get_data(image) else { return }
    let stride = Int(cairo_image_surface_get_stride(image))
    for row in 0..<height {
      pixels.withUnsafeBytes {
        (data + row * stride).update(
          from: $0.bindMemory(to: UInt8.self).baseAddress! + row * width * 4, count: width * 4)
      }
    }
    cairo_surface_mark_dirty(image)
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    cairo_scale(context, size.x / Double(width), size.y / Double(height))
    cairo_set_source_surface(context, image, 0, 0)
    // Pixels are data: they are not mixed unless one dot covers several.
    cairo_pattern_set_filter(
      cairo_get_source(context), size.x >= Double(width) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
    cairo_paint(context)
    cairo_restore(context)
  }

  /// The width of a text in chart units.
  func width(of text: String, size: Double) -> Double {
    var extents = cairo_text_extents_t()
    cairo_set_font_size(context, size)
    cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  /// Writes a text; its height for the anchor is that of a capital letter, so that texts of one line stand level.
  func text(
    _ text: String, at point: SIMD2<Double>, anchor: Anchor, size: Double, isUpwards: Bool = false,
    _ color: ChartColor = .ink
  ) {
    cairo_save(context)
    cairo_translate(context, point.x, point.y)
    if isUpwards { cairo_rotate(context, -.pi / 2) }
    let capital = 0.73 * size
    cairo_move_to(context, -anchor.x * width(of: text, size: size), (1 - anchor.y) * capital)
    use(color)
    cairo_show_text(context, text)
    cairo_restore(context)
    cairo_new_path(context)
  }

  private func use(_ color: ChartColor) {
    cairo_set_source_rgba(context, color.red, color.green, color.blue, color.opacity)
  }

  private func check(_ status: cairo_status_t? = nil) throws(ChartError) {
    let status = status ?? cairo_status(context)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw .drawing(reason: String(cString: cairo_status_to_string(status)))
    }
  }

  private static let append: cairo_write_func_t = { closure, data, length in
    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
    let output = Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue()
    output.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
    return CAIRO_STATUS_SUCCESS
  }
}
