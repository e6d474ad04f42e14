import Foundation

/// Charts side by side in one picture.
public struct Figure: Sendable {
  public enum Format: Sendable {
    case png
    case svg
  }

  public var charts: [Chart]
  /// Charts in a row.
  public var columns: Int

  /// - Parameter columns: by default all charts are in one row.
  /// - Precondition: there is a chart; `columns` is positive.
  public init(_ charts: [Chart], columns: Int? = nil) {
    precondition(!charts.isEmpty && columns ?? 1 > 0, "a figure of \(charts.count) charts in \(columns ?? 1) columns")
    self.charts = charts
    self.columns = min(charts.count, columns ?? charts.count)
  }

  /// The picture as a file's bytes.
  ///
  /// - Parameters:
  ///   - width: of the whole picture in chart units; a PNG has two pixels per unit.
  ///   - height: of the whole picture in chart units.
  /// - Throws: `ChartError.drawing`.
  public func bytes(_ format: Format, width: Double, height: Double) throws(ChartError) -> [UInt8] {
    let paper = try Paper(format, width: width, height: height)
    let rows = (charts.count + columns - 1) / columns
    let size = SIMD2(width / Double(columns), height / Double(rows))
    for (index, chart) in charts.enumerated() {
      let origin = SIMD2(Double(index % columns), Double(index / columns)) * size
      ChartDrawing(chart, on: paper, origin: origin, size: size).draw()
    }
    return try paper.finish()
  }

  /// Writes a PNG or SVG file, as the path's ending says.
  ///
  /// - Throws: `ChartError`.
  public func write(to path: String, width: Double, height: Double) throws(ChartError) {
    try Format.write(to: path) { (format) throws(ChartError) in try bytes(format, width: width, height: height) }
  }
}

extension Figure.Format {
  /// The format that a path's ending says.
  ///
  /// - Throws: `ChartError.unknownFormat`.
  public init(path: String) throws(ChartError) {
    switch (path as NSString).pathExtension.lowercased() {
    case "png": self = .png
    case "svg": self = .svg
    default: throw .unknownFormat(path: path)
    }
  }

  /// Writes a picture in the format that the path's ending says, and makes its folder.
  static func write(
    to path: String, _ bytes: (Figure.Format) throws(ChartError) -> [UInt8]
  ) throws(ChartError) {
    let bytes = try bytes(Figure.Format(path: path))
    let url = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      throw .unwritable(path: path, reason: error.localizedDescription)
    }
  }
}
