/// A spectrogram as a picture: time to the right, bands upwards, brighter is louder; with words over their time.
public struct Spectrogram: Sendable {
  /// A word and its time in seconds.
  public struct Label: Sendable, Hashable {
    public var text: String
    public var start: Double
    public var end: Double

    public init(text: String, start: Double, end: Double) {
      self.text = text
      self.start = start
      self.end = end
    }
  }

  /// `[frames, bands]`, any scale.
  public var values: [Float]
  public var bands: Int
  /// Frames per second.
  public var frameRate: Double
  public var title: String
  public var labels: [Label]

  /// - Precondition: whole frames, and a positive rate.
  public init(values: [Float], bands: Int, frameRate: Double, title: String, labels: [Label] = []) {
    precondition(bands > 0 && values.count % bands == 0 && frameRate > 0, "\(values.count) values of \(bands) bands")
    self.values = values
    self.bands = bands
    self.frameRate = frameRate
    self.title = title
    self.labels = labels
  }

  /// Writes a PNG or SVG file, as the path's ending says.
  ///
  /// - Throws: `ChartError`.
  public func write(to path: String) throws(ChartError) {
    try Figure.Format.write(to: path) { (format) throws(ChartError) in try bytes(format) }
  }

  /// The picture as a file's bytes.
  ///
  /// - Throws: `ChartError.drawing`.
  public func bytes(_ format: Figure.Format) throws(ChartError) -> [UInt8] {
    try SpectrogramStack([self]).bytes(format)
  }

  private static let margins = (left: 52.0, top: 44.0, bottom: 36.0, right: 16.0)

  private var seconds: Double { Double(values.count / bands) / frameRate }

  private var imageSize: SIMD2<Double> { SIMD2(max(240, min(2400, seconds * 170)), 240) }

  /// Of the picture, in chart units.
  var size: SIMD2<Double> {
    imageSize + SIMD2(Self.margins.left + Self.margins.right, Self.margins.top + Self.margins.bottom)
  }

  /// The levels that are drawn darkest and brightest. The quietest twentieth is background whatever it is.
  var levels: ClosedRange<Float> {
    let finite = values.filter(\.isFinite).sorted()
    let low = finite.isEmpty ? 0 : finite[finite.count / 20]
    return low...max(low, finite.last ?? 1)
  }

  /// - Parameter y: the upper edge, in chart units.
  func draw(on paper: Paper, y: Double, levels: ClosedRange<Float>) {
    let frames = values.count / bands
    let (left, top) = (Self.margins.left, y + Self.margins.top)
    let size = imageSize
    paper.text(title, at: [left, y + 16], anchor: [0, 0.5], size: 13)
    if frames > 0 {
      paper.image(pixels(levels), width: frames, height: bands, at: [left, top], size: size)
    }
    for label in labels where label.end > label.start {
      let x = left + (label.start + label.end) / 2 / max(seconds, 1e-9) * size.x
      // Words of a fast stretch would lie over each other.
      if paper.width(of: label.text, size: 9) < (label.end - label.start) / max(seconds, 1e-9) * size.x + 12 {
        paper.text(label.text, at: [x, top - 4], anchor: [0.5, 1], size: 9)
      }
    }
    for tick in Ticks(0...max(seconds, 0.1), .linear, count: 8).ticks {
      let x = left + tick.value / max(seconds, 0.1) * size.x
      paper.line([[x, top + size.y], [x, top + size.y + 4]], width: 1, .ink)
      paper.text(tick.label, at: [x, top + size.y + 8], anchor: [0.5, 0], size: 10)
    }
    paper.text("seconds", at: [left + size.x, top + size.y + 22], anchor: [1, 0], size: 10)
    paper.text("mel band", at: [16, top + size.y / 2], anchor: [0.5, 0.5], size: 10, isUpwards: true)
    for band in [0, bands] {
      let y = top + size.y * (1 - Double(band) / Double(bands))
      paper.text("\(band)", at: [left - 6, y], anchor: [1, 0.5], size: 10)
    }
  }

  /// 0xRRGGBB, the top row first.
  private func pixels(_ levels: ClosedRange<Float>) -> [UInt32] {
    let frames = values.count / bands
    let low = levels.lowerBound
    let range = max(levels.upperBound - low, 1e-6)
    var pixels = [UInt32](repeating: 0, count: values.count)
    for frame in 0..<frames {
      for band in 0..<bands {
        let value = values[frame * bands + band]
        let level = value.isFinite ? min(max((value - low) / range, 0), 1) : 0
        pixels[(bands - 1 - band) * frames + frame] = Self.color(Double(level))
      }
    }
    return pixels
  }

  /// From dark blue over red to light yellow, evenly brighter.
  private static func color(_ level: Double) -> UInt32 {
    let stops: [(Double, Double, Double)] = [
      (0.00, 0.00, 0.02), (0.17, 0.05, 0.33), (0.45, 0.11, 0.43), (0.72, 0.21, 0.33), (0.93, 0.41, 0.15),
      (0.99, 0.70, 0.10), (0.98, 1.00, 0.64),
    ]
    let place = level * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let share = place - Double(index)
    let (a, b) = (stops[index], stops[index + 1])
    func mix(_ a: Double, _ b: Double) -> UInt32 { UInt32((a + (b - a) * share) * 255) }
    return mix(a.0, b.0) << 16 | mix(a.1, b.1) << 8 | mix(a.2, b.2)
  }
}
