import Comparison
import Reporting

extension ComparisonSettings {
  static let example = ComparisonSettings(
    world: "pusht", budget: 60, batchSize: 8, seed: 1, episodes: 2, firstSeed: 5000, reset: "legacy")
}

extension ComparisonRow {
  /// A row with the given scores, all of an episode alike; score 1 is a success.
  static func example(
    _ method: String, origins: [String] = [], scores: [(calls: Int, score: Double)], prices: [Int] = [4],
    settings: ComparisonSettings = .example, modeCoverage: Double? = nil
  ) -> ComparisonRow {
    ComparisonRow(
      method: method, title: "the \(method)", settings: settings, origins: origins,
      training: prices.map {
        Training(
          stage: "student", steps: 60 / prices.count / $0, evaluationsPerStep: $0, seconds: 90, configuration: "{}")
      },
      results: scores.map { calls, score in
        Result(
          stage: "student", solver: nil,
          report: EvaluationReport(
            scores: [score, score], successes: score == 1 ? 2 : 0, networkCallsPerChunk: calls,
            milliseconds: [0.25 * Double(calls)]),
          modeCoverage: modeCoverage)
      })
  }
}
