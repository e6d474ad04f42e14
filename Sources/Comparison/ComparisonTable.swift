import Foundation
import Reporting

/// A comparison as Markdown: one table, and in words who wins where.
public struct ComparisonTable {
  private let comparison: Comparison<EvaluationReport>

  public init(_ comparison: Comparison<EvaluationReport>) { self.comparison = comparison }

  /// The whole text.
  public var markdown: String {
    let columns = Comparison<EvaluationReport>.columns
    let header =
      ["method"] + columns.map { $0 == 1 ? "1 call" : "\($0) calls" }
      + ["more calls", "needs", "evaluations a step × steps", "evaluations", "minutes", "ms a chunk", "mode coverage"]
    let alignment = [String](repeating: "---", count: columns.count + 3) + ["--:", "--:", "--:", "--:", "--:"]
    var lines = [line(header), "|" + alignment.joined(separator: "|") + "|"]
    for row in comparison.rows { lines.append(line(cells(of: row, columns))) }
    let wins = columns.compactMap { calls in comparison.winner(calls: calls).map { sentence($0, calls: calls) } }
    return """
      Setting: \(comparison.settings.summary). Cells: mean score [95 % interval], success rate\(collisions). Best in one \
      call first.
      Mode coverage: by network calls, entropy in bits of \(ways).

      \(lines.joined(separator: "\n"))

      \(wins.joined(separator: "\n"))

      """
  }

  /// Of worlds that know them.
  private var collisions: String {
    let isKnown = comparison.rows.contains { $0.results.contains { $0.report.collisions != nil } }
    return isKnown ? ", rate of collisions" : ""
  }

  /// What `ComparisonRow.Result.modeCoverage` is of in this world.
  private var ways: String {
    switch comparison.settings.world {
    case "twoway":
      "the side on which the obstacle is passed from the one start that leaves both sides alike, with the share of left"
    default: "the side on which the block is touched first, given the start"
    }
  }

  private func cells(of row: ComparisonRow<EvaluationReport>, _ columns: [Int]) -> [String] {
    let more = row.results.filter { !columns.contains($0.calls) }.map { "\($0.way): \(score($0))" }
    func cell(_ results: [ComparisonRow<EvaluationReport>.Result]) -> String {
      let scores = results.map { result in (result.gammaLabel.map { "\($0): " } ?? "") + score(result) }
      return scores.isEmpty ? "–" : scores.joined(separator: "; ")
    }
    return ["\(row.method), \(row.title)"]
      + columns.map { cell(row.results(calls: $0)) }
      + [
        more.isEmpty ? "–" : more.joined(separator: "; "),
        row.origins.isEmpty ? "–" : row.origins.joined(separator: ", "),
        row.price, "\(row.evaluations)", String(format: "%.1f", row.minutes),
        row.cheapest.map { String(format: "%.2f", $0.report.latency.p50) } ?? "–", coverage(of: row),
      ]
  }

  private func score(_ result: ComparisonRow<EvaluationReport>.Result) -> String {
    let report = result.report
    let collisions =
      report.collisions.map { String(format: ", %.1f %%", 100 * Double($0) / Double(report.episodes)) } ?? ""
    let interval = report.meanScoreInterval.map { String(format: "%.3f", $0) }.joined(separator: ", ")
    return String(format: "%.3f", report.meanScore) + " [\(interval)], "
      + String(format: "%.1f %%", 100 * report.successRate) + collisions
  }

  private func coverage(of row: ComparisonRow<EvaluationReport>) -> String {
    let measured = row.results.compactMap { result in
      result.modeCoverage.map { entropy in
        "\(result.way): " + String(format: "%.2f", entropy)
          + (result.leftShare.map { String(format: " (left %.1f %%)", 100 * $0) } ?? "")
      }
    }
    return measured.isEmpty ? "–" : measured.joined(separator: "; ")
  }

  private func sentence(_ winner: Comparison<EvaluationReport>.Winner, calls: Int) -> String {
    let place = calls == 1 ? "1 call" : "\(calls) calls"
    let rest =
      winner.equals.isEmpty
      ? "ahead of all others beyond chance" : "not told apart from it: \(winner.equals.joined(separator: ", "))"
    return "- In \(place): \(winner.method) (\(String(format: "%.3f", winner.score))); \(rest)."
  }

  private func line(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }
}
