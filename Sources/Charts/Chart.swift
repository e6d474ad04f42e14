/// Series over a pair of axes.
///
///     let chart = Chart(
///       "Loss", x: Axis("step"), y: Axis("loss", scale: .logarithmic), series: [.line(points, label: "training")])
///     try chart.write(to: "loss.png")
public struct Chart: Sendable {
  public var title: String
  public var x: Axis
  public var y: Axis
  /// Drawn in this order, the last on top.
  public var series: [Series]
  /// One unit is as long across as upwards, as a picture of the plane needs it.
  public var hasEqualUnits: Bool

  public init(
    _ title: String = "", x: Axis = Axis(), y: Axis = Axis(), series: [Series], hasEqualUnits: Bool = false
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.hasEqualUnits = hasEqualUnits
  }

  /// Writes a PNG (two pixels per chart unit) or SVG file, as the path's ending says.
  ///
  /// - Parameters:
  ///   - width: in chart units; texts are 12 high.
  ///   - height: in chart units.
  /// - Throws: `ChartError`.
  public func write(to path: String, width: Double = 800, height: Double = 450) throws(ChartError) {
    try Figure([self]).write(to: path, width: width, height: height)
  }
}
