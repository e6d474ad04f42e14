import Charts
import Reporting

extension Figure {
  /// Mean score and success rate of every method over the number of network calls.
  public init(_ comparison: Comparison<EvaluationReport>) {
    func chart(_ title: String, _ value: (ComparisonRow<EvaluationReport>.Result) -> Double, labelled: Bool) -> Chart {
      let series = comparison.rows.enumerated().flatMap { index, row -> [Series] in
        Series.lines(of: row, index: index, labelled: labelled) { value($0) }
      }
      return Chart(
        title, x: Axis("network calls per chunk", scale: .logarithmic), y: Axis("", range: 0...1), series: series)
    }
    self.init([
      chart("mean score", \.report.meanScore, labelled: true),
      chart("success rate", \.report.successRate, labelled: false),
    ])
  }
}

extension Series {
  /// One method's line over the number of network calls, with a disc for every result; a line for each γ that it was asked
  /// for.
  ///
  /// - Parameters:
  ///   - index: of the row, which decides the colour.
  ///   - value: nil leaves a result out.
  static func lines<Report: ComparedReport>(
    of row: ComparisonRow<Report>, index: Int, labelled: Bool, _ value: (ComparisonRow<Report>.Result) -> Double?
  ) -> [Series] {
    let color = ChartColor.cycle[index % ChartColor.cycle.count]
    // More methods than colours: from the seventh on they are dashed.
    let isDashed = index >= ChartColor.cycle.count
    return row.lines.enumerated().flatMap { number, line -> [Series] in
      let points = line.results.compactMap { result in value(result).map { SIMD2(Double(result.calls), $0) } }
      // The second γ of a method is a thinner line of the same colour.
      let width = 1.8 / Double(number + 1)
      return [
        .line(points, label: labelled ? line.label : nil, color: color, width: width, isDashed: isDashed),
        .scatter(points, color: color, radius: 3),
      ]
    }
  }
}
