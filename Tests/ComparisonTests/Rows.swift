import Comparison
import Reporting

extension ComparisonSettings {
  static let example = ComparisonSettings(
    world: "pusht", budget: 60, batchSize: 8, seed: 1, episodes: 2, firstSeed: 5000, reset: "legacy")
}

extension ComparisonRow where Report == EvaluationReport {
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

extension ComparisonSettings {
  static let speech = ComparisonSettings(
    speakers: ["a", "b"], budget: 60, batchSize: 4, seed: 1, sentences: 10, firstSeed: 7)
}

extension ComparisonRow where Report == SpeechEvaluationReport {
  /// A voice's row; without an interval of its word error rate there is none.
  static func voice(
    _ method: String, origins: [String] = [],
    _ results: [(calls: Int, solver: String?, frechet: Double, variance: Double, wer: Double?)]
  ) -> ComparisonRow {
    ComparisonRow(
      method: method, title: "the \(method)", settings: .speech, origins: origins,
      training: [Training(stage: "student", steps: 12, evaluationsPerStep: 5, seconds: 90, configuration: "{}")],
      results: results.map { calls, solver, frechet, variance, wer in
        Result(
          stage: "student", solver: solver,
          report: SpeechEvaluationReport(
            folder: "\(method)-student-\(calls)", sentences: 10, audioSeconds: 30, networkCallsPerChunk: calls,
            temperature: 0.5, frechet: frechet, variance: variance, latency: 0.5 * Double(calls), wordErrorRate: wer,
            wordErrorRateInterval: wer.map { [$0 - 1, $0 + 1] }))
      })
  }
}
