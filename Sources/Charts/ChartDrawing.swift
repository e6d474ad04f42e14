/// Draws one chart into a rectangle of the paper: grid, series, frame, texts, legend, in this order.
struct ChartDrawing {
  private static let textSize = 12.0

  private let chart: Chart
  private let paper: Paper
  /// Corners of the rectangle inside the axes.
  private let topLeft: SIMD2<Double>
  private let bottomRight: SIMD2<Double>
  private let x: PlacedAxis
  private let y: PlacedAxis
  private let xTicks: [Ticks.Tick]
  private let yTicks: [Ticks.Tick]

  init(_ chart: Chart, on paper: Paper, origin: SIMD2<Double>, size: SIMD2<Double>) {
    self.chart = chart
    self.paper = paper
    let extent = chart.series.flatMap(\.extent)
    let isLine = chart.series.allSatisfy { if case .line = $0.mark { true } else { false } }
    let count = SIMD2(max(2, Int(size.x / 90)), max(2, Int(size.y / 65)))

    // The texts beside the y axis need a range before the place of the axis is known.
    let probe = PlacedAxis(chart.y, values: extent.map(\.y), margin: 0.04, start: 0, end: 1)
    yTicks = Ticks(probe.range, chart.y.scale, count: count.y).ticks
    let tickWidth = yTicks.map { paper.width(of: $0.label, size: Self.textSize) }.max() ?? 0
    var topLeft = origin + SIMD2(tickWidth + (chart.y.label.isEmpty ? 18 : 42), chart.title.isEmpty ? 16 : 38)
    var bottomRight = origin + size - SIMD2(18, chart.x.label.isEmpty ? 28 : 50)

    var xAxis = chart.x
    let xMargin = isLine ? 0.0 : 0.04
    let xRange = PlacedAxis(chart.x, values: extent.map(\.x), margin: xMargin, start: 0, end: 1).range
    xAxis.range = xRange
    if chart.hasEqualUnits {
      let span = SIMD2(xRange.upperBound - xRange.lowerBound, probe.range.upperBound - probe.range.lowerBound)
      let room = bottomRight - topLeft
      let unit = min(room.x / span.x, room.y / span.y)
      let spare = room - unit * span
      topLeft += spare / 2
      bottomRight -= spare / 2
    }
    self.topLeft = topLeft
    self.bottomRight = bottomRight
    x = PlacedAxis(xAxis, values: [], margin: 0, start: topLeft.x, end: bottomRight.x)
    y = PlacedAxis(
      Axis(scale: chart.y.scale, range: probe.range), values: [], margin: 0, start: bottomRight.y, end: topLeft.y)
    xTicks = Ticks(xRange, chart.x.scale, count: count.x).ticks
  }

  func draw() {
    drawGrid()
    let size = bottomRight - topLeft
    paper.clipped(x: topLeft.x, y: topLeft.y, width: size.x, height: size.y) {
      for series in chart.series { draw(series) }
    }
    drawFrame()
    drawTexts()
    drawLegend()
  }

  private func drawGrid() {
    for tick in xTicks {
      let position = x.position(tick.value)
      let color = tick.label.isEmpty ? ChartColor.grid.opacity(0.5) : .grid
      paper.line([SIMD2(position, topLeft.y), SIMD2(position, bottomRight.y)], width: 1, color)
    }
    for tick in yTicks {
      let position = y.position(tick.value)
      let color = tick.label.isEmpty ? ChartColor.grid.opacity(0.5) : .grid
      paper.line([SIMD2(topLeft.x, position), SIMD2(bottomRight.x, position)], width: 1, color)
    }
  }

  private func drawFrame() {
    let corners = [topLeft, SIMD2(topLeft.x, bottomRight.y), bottomRight]
    paper.line(corners, width: 1, .frame)
  }

  private func draw(_ series: Series) {
    switch series.mark {
    case .line(let width, let isDashed):
      let dashes = isDashed ? [5 * width, 3 * width] : []
      for run in runs(series.points) { paper.line(run, width: width, dashes: dashes, series.color) }
    case .points(let radius):
      for run in runs(series.points) {
        for point in run { paper.disc(point, radius: radius, series.color) }
      }
    case .bars(let width):
      // The foot of a bar on a logarithmic axis is the axis.
      let foot = chart.y.scale == .linear ? y.position(0) : bottomRight.y
      for point in series.points where chart.y.holds(point.y) {
        let left = x.position(point.x - width / 2)
        let right = x.position(point.x + width / 2)
        let top = y.position(point.y)
        paper.rectangle(x: left + 0.5, y: top, width: right - left - 1, height: foot - top, series.color)
      }
    }
  }

  /// Neighbouring points that can be drawn, in chart units.
  private func runs(_ points: [SIMD2<Double>]) -> [[SIMD2<Double>]] {
    points.split { !chart.x.holds($0.x) || !chart.y.holds($0.y) }
      .map { run in run.map { SIMD2(x.position($0.x), y.position($0.y)) } }
  }

  private func drawTexts() {
    let size = Self.textSize
    for tick in xTicks {
      paper.text(
        tick.label, at: SIMD2(x.position(tick.value), bottomRight.y + 8), anchor: SIMD2(0.5, 0), size: size)
    }
    for tick in yTicks {
      paper.text(tick.label, at: SIMD2(topLeft.x - 8, y.position(tick.value)), anchor: SIMD2(1, 0.5), size: size)
    }
    let center = (topLeft + bottomRight) / 2
    paper.text(chart.x.label, at: SIMD2(center.x, bottomRight.y + 30), anchor: SIMD2(0.5, 0), size: size)
    let tickWidth = yTicks.map { paper.width(of: $0.label, size: size) }.max() ?? 0
    let left = topLeft.x - tickWidth - 28
    paper.text(chart.y.label, at: SIMD2(left, center.y), anchor: SIMD2(0.5, 0.5), size: size, isUpwards: true)
    paper.text(chart.title, at: SIMD2(center.x, topLeft.y - 12), anchor: SIMD2(0.5, 1), size: 14)
  }

  private func drawLegend() {
    let entries = chart.series.filter { $0.label != nil }
    guard !entries.isEmpty else { return }
    let widths = entries.map { paper.width(of: $0.label ?? "", size: Self.textSize) }
    let size = SIMD2(50 + widths.max()!, 10 + 18 * Double(entries.count))
    let corner = legendCorner(size)
    paper.rectangle(x: corner.x, y: corner.y, width: size.x, height: size.y, .paper.opacity(0.85))
    for (index, series) in entries.enumerated() {
      let middle = corner.y + 14 + 18 * Double(index)
      let left = SIMD2(corner.x + 8, middle)
      switch series.mark {
      case .line(let width, let isDashed):
        let dashes = isDashed ? [5 * width, 3 * width] : []
        paper.line([left, left + SIMD2(26, 0)], width: max(1.5, width), dashes: dashes, series.color)
      case .points(let radius):
        paper.disc(left + SIMD2(13, 0), radius: max(3, radius), series.color.opacity(1))
      case .bars:
        paper.rectangle(x: left.x + 3, y: middle - 5, width: 20, height: 10, series.color)
      }
      paper.text(series.label ?? "", at: left + SIMD2(34, 0), anchor: SIMD2(0, 0.5), size: Self.textSize)
    }
  }

  /// The upper left corner of the legend where it hides the least, the upper right one if it is all the same.
  private func legendCorner(_ size: SIMD2<Double>) -> SIMD2<Double> {
    let left = topLeft.x + 8
    let right = bottomRight.x - 8 - size.x
    let top = topLeft.y + 8
    let bottom = bottomRight.y - 8 - size.y
    let corners = [SIMD2(right, top), SIMD2(left, top), SIMD2(right, bottom), SIMD2(left, bottom)]
    let points = chart.series.flatMap(inked)
    let hidden = corners.map { corner in
      points.count { point in
        (corner.x...corner.x + size.x).contains(point.x) && (corner.y...corner.y + size.y).contains(point.y)
      }
    }
    return corners[hidden.indices.min { hidden[$0] < hidden[$1] }!]
  }

  /// Places where a series leaves ink: its points, and a line also every few units between them.
  private func inked(_ series: Series) -> [SIMD2<Double>] {
    guard case .line = series.mark else { return Array(runs(series.extent).joined()) }
    return runs(series.points).flatMap { run in
      zip(run, run.dropFirst()).flatMap { start, end -> [SIMD2<Double>] in
        let distance = end - start
        let length = (distance * distance).sum().squareRoot()
        let count = length.isFinite ? max(1, min(200, Int(length / 8))) : 1
        return (0..<count).map { start + distance * (Double($0) / Double(count)) }
      }
    }
  }
}
