/// Points to draw in one way. Points with a coordinate that is not finite, or not positive on a logarithmic axis, are
/// left out; a line is interrupted there.
public struct Series: Sendable {
  enum Mark: Sendable {
    case line(width: Double, isDashed: Bool)
    case points(radius: Double)
    /// Bars from y = 0, `width` in x units.
    case bars(width: Double)
  }

  /// Text in the legend; nil leaves the series out of it.
  public let label: String?
  let color: ChartColor
  let mark: Mark
  /// [point], x and y in the axes' units.
  package let points: [SIMD2<Double>]

  /// A line through points.
  ///
  /// - Parameter width: in chart units (a chart is 800 wide by default).
  public static func line(
    _ points: [SIMD2<Double>], label: String? = nil, color: ChartColor = .blue, width: Double = 1.8,
    isDashed: Bool = false
  ) -> Series {
    Series(label: label, color: color, mark: .line(width: width, isDashed: isDashed), points: points)
  }

  /// Discs.
  ///
  /// - Parameter radius: in chart units.
  public static func scatter(
    _ points: [SIMD2<Double>], label: String? = nil, color: ChartColor = .blue, radius: Double = 2
  ) -> Series {
    Series(label: label, color: color, mark: .points(radius: radius), points: points)
  }

  /// A histogram whose bars have a total area of 1, so that a probability density can be drawn over it.
  ///
  /// - Parameters:
  ///   - values: values outside the range count for the area but are in no bar.
  ///   - bins: number of bars, positive.
  ///   - range: by default from the least to the greatest value.
  /// - Precondition: there is a value, and the range has a length.
  public static func histogram(
    of values: [Double], bins: Int, range: ClosedRange<Double>? = nil, label: String? = nil, color: ChartColor = .blue
  ) -> Series {
    precondition(bins > 0 && !values.isEmpty, "a histogram of \(values.count) values in \(bins) bins")
    let range = range ?? values.min()!...values.max()!
    let width = (range.upperBound - range.lowerBound) / Double(bins)
    precondition(width > 0, "a histogram over the range \(range), which has no length")
    var counts = [Int](repeating: 0, count: bins)
    for value in values where range.contains(value) {
      counts[min(bins - 1, Int((value - range.lowerBound) / width))] += 1
    }
    let points = counts.indices.map { bin in
      SIMD2(range.lowerBound + (Double(bin) + 0.5) * width, Double(counts[bin]) / (Double(values.count) * width))
    }
    return Series(label: label, color: color, mark: .bars(width: width), points: points)
  }

  /// Everything that has to be inside the axes, bars with their corners.
  var extent: [SIMD2<Double>] {
    guard case .bars(let width) = mark else { return points }
    return points.flatMap { [SIMD2($0.x - width / 2, 0), SIMD2($0.x + width / 2, $0.y)] }
  }
}
