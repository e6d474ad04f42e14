import Charts
import Reporting

extension Figure {
  /// Fréchet distance, variance ratio and, where it was measured, word error rate of every method over the number of network
  /// calls; the mean, which makes no call, as a line across.
  public init(_ comparison: Comparison<SpeechEvaluationReport>) {
    typealias Value = (SpeechEvaluationReport) -> Double?
    func chart(_ title: String, labelled: Bool, _ value: Value) -> Chart {
      let calls = comparison.rows.flatMap(\.results).map(\.calls).filter { $0 > 0 }
      var series: [Series] = []
      let mean = comparison.rows.compactMap { $0.result(calls: 0) }.first.flatMap { value($0.report) }
      if let mean, let least = calls.min(), let most = calls.max() {
        series.append(
          .line(
            [SIMD2(Double(least), mean), SIMD2(Double(max(most, least + 1)), mean)], label: labelled ? "mean" : nil,
            color: .gray, isDashed: true))
      }
      for (index, row) in comparison.rows.enumerated() {
        series += Series.lines(of: row, index: index, labelled: labelled) { result in
          result.calls > 0 ? value(result.report) : nil
        }
      }
      return Chart(title, x: Axis("network calls per chunk", scale: .logarithmic), y: Axis(""), series: series)
    }
    var charts = [
      chart("Fréchet distance to the recordings", labelled: true) { $0.frechet },
      chart("variance ratio to the recordings", labelled: false) { $0.variance },
    ]
    if comparison.rows.contains(where: { $0.results.contains { $0.report.wordErrorRate != nil } }) {
      charts.append(chart("word error rate, %", labelled: false) { $0.wordErrorRate })
    }
    self.init(charts)
  }
}
