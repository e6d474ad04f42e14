import Charts
import Reporting

extension Figure {
  /// Mean score and success rate of every method over the number of network calls.
  public init(_ comparison: Comparison<EvaluationReport>) {
    func chart(_ title: String, _ value: (ComparisonRow<EvaluationReport>.Result) -> Double, labelled: Bool) -> Chart {
      let series = comparison.rows.enumerated().flatMap { index, row -> [Series] in
        let points = row.results.sorted { $0.calls < $1.calls }.map { SIMD2(Double($0.calls), value($0)) }
        let color = ChartColor.cycle[index % ChartColor.cycle.count]
        // More methods than colours: from the seventh on they are dashed.
        let isDashed = index >= ChartColor.cycle.count
        return [
          .line(points, label: labelled ? row.method : nil, color: color, isDashed: isDashed),
          .scatter(points, color: color, radius: 3),
        ]
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
