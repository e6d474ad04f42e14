import Foundation
import Reporting

/// A comparison of voices as Markdown: one table with a line for every way of sampling, and in words who leads where.
public struct SpeechComparisonTable {
  private let comparison: Comparison<SpeechEvaluationReport>

  public init(_ comparison: Comparison<SpeechEvaluationReport>) { self.comparison = comparison }

  private typealias Row = ComparisonRow<SpeechEvaluationReport>

  /// The whole text.
  public var markdown: String {
    let header = [
      "method", "calls", "WER", "Fréchet", "variance", "ms a second", "needs", "evaluations a step × steps",
      "evaluations",
      "minutes",
    ]
    var lines = [line(header), "|---|--:|--:|--:|--:|--:|---|--:|--:|--:|"]
    for row in comparison.rows {
      let results = row.results.sorted { ($0.calls, $0.gamma ?? -1) < ($1.calls, $1.gamma ?? -1) }
      for (index, result) in results.enumerated() {
        lines.append(line(cells(of: row, result, isFirst: index == 0)))
      }
    }
    let notes = ([leaders(1), leaders(2), leaders(4)] + [missing]).compactMap { $0 }
    return """
      Setting: \(comparison.settings.summary)\(temperature). WER: word error rate [95 % interval]. Fréchet: distance of \
      log-mel frames to the recordings'; variance: global-variance ratio to theirs, 1 at best; ms a second: time for the \
      spectrum of a second of audio. Least Fréchet distance in one call first; each method was trained once.

      \(lines.joined(separator: "\n"))

      \(notes.joined(separator: "\n"))

      """
  }

  private var results: [Row.Result] { comparison.rows.flatMap(\.results) }

  private var temperature: String {
    let all = Set(results.map(\.report.temperature)).sorted()
    return all.isEmpty ? "" : ", at temperature " + all.map { String(format: "%g", $0) }.joined(separator: " or ")
  }

  private func cells(of row: Row, _ result: Row.Result, isFirst: Bool) -> [String] {
    let report = result.report
    let way = result.calls == 0 ? "0 (mean)" : result.way + (result.solver.map { " (\($0))" } ?? "")
    let training =
      isFirst
      ? [
        row.origins.isEmpty ? "–" : row.origins.joined(separator: ", "), row.price, "\(row.evaluations)",
        String(format: "%.1f", row.minutes),
      ] : ["", "", "", ""]
    return [
      isFirst ? "\(row.method), \(row.title)" : "", way, wordErrorRate(report), String(format: "%.2f", report.frechet),
      String(format: "%.2f", report.variance), String(format: "%.2f", report.latency),
    ] + training
  }

  private func wordErrorRate(_ report: SpeechEvaluationReport) -> String {
    guard let rate = report.wordErrorRate else { return "–" }
    let interval = report.wordErrorRateInterval.map {
      " [\($0.map { String(format: "%.1f", $0) }.joined(separator: ", "))]"
    }
    return String(format: "%.1f %%", rate) + (interval ?? "")
  }

  /// Who is best at so many calls, by each of the measures; nil if nobody was measured there.
  private func leaders(_ calls: Int) -> String? {
    let candidates = comparison.rows.flatMap { row -> [(String, SpeechEvaluationReport)] in
      row.results(calls: calls).map { (row.name(of: $0), $0.report) }
    }
    func best(_ value: (SpeechEvaluationReport) -> Double?) -> String? {
      let known = candidates.compactMap { method, report in value(report).map { (method, $0) } }
      return known.min { $0.1 < $1.1 }?.0
    }
    guard let nearest = best({ $0.frechet }), let varied = best({ abs($0.variance - 1) }) else { return nil }
    let clearest = best { $0.wordErrorRate }.map { ", least WER \($0)" } ?? ""
    return "- In \(calls == 1 ? "1 call" : "\(calls) calls"): least Fréchet distance \(nearest), variance nearest 1 "
      + "\(varied)\(clearest)."
  }

  /// What the table does not know.
  private var missing: String? {
    let unknown = results.filter { $0.report.wordErrorRate == nil }.map(\.report.folder)
    guard !unknown.isEmpty else { return nil }
    let which = unknown.count == results.count ? "all" : unknown.joined(separator: ", ")
    return
      "- WER was not measured of \(which): it takes an outside recogniser. Examples/Benchmarks/speech_metrics.py hears "
      + "the folders of OUT/audio, and --metrics takes what it prints."
  }

  private func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
}
