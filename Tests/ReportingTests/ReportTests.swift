import Foundation
import Reporting
import Testing

private func keys(_ value: some Encodable) throws -> [String: Any] {
  let bytes = Data(try JSONFile.line(value).utf8)
  return try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
}

@Suite struct ReportTests {
  @Test func evaluationHasTheKeysOfTheContract() throws {
    let report = EvaluationReport(
      scores: [1, 0.5, 0.9, 0.6], successes: 1, networkCallsPerChunk: 2, milliseconds: [3, 1, 2])
    let json = try keys(report)
    #expect(
      Set(json.keys) == [
        "mean_score", "mean_score_ci95", "success_rate", "success_rate_ci95", "scores", "network_calls_per_chunk",
        "latency_ms", "episodes",
      ])
    #expect(json["mean_score"] as? Double == 0.75)
    #expect(json["success_rate"] as? Double == 0.25)
    #expect(json["episodes"] as? Int == 4)
    let interval = try #require(json["mean_score_ci95"] as? [Double])
    #expect(interval.count == 2 && interval[0] < 0.75 && interval[1] > 0.75)
    let latency = try #require(json["latency_ms"] as? [String: Double])
    #expect(Set(latency.keys) == ["p50", "p99", "max"])
    #expect(latency["p50"] == 2 && latency["max"] == 3)
  }

  @Test func evaluationSummaryNamesScoreAndSuccess() {
    let report = EvaluationReport(scores: [1, 1], successes: 2, networkCallsPerChunk: 1, milliseconds: [0.5])
    #expect(report.summary.hasPrefix("mean score    1.000  95 % [1.000, 1.000]  (2 episodes)\nsuccess       100.0 %"))
  }

  @Test func jumpsAreReportedWhereTheyWereMeasured() throws {
    let jumps = EvaluationReport.Jumps(borderMean: 4, borderMax: 8, insideMean: 1, insideMax: 2)
    let report = EvaluationReport(
      scores: [1], successes: 1, networkCallsPerChunk: 1, milliseconds: [0.5], jumps: jumps)
    let found = try #require(try keys(report)["action_jumps"] as? [String: Double])
    #expect(found == ["border_mean": 4, "border_max": 8, "inside_mean": 1, "inside_max": 2])
    #expect(report.summary.hasSuffix("action jumps  mean 4, max 8 between chunks; mean 1, max 2 inside"))
  }

  @Test func bendsAreReportedWhereThereAreSome() throws {
    let jumps = EvaluationReport.Jumps(
      borderMean: 4, borderMax: 8, insideMean: 1, insideMax: 2, borderBendMean: 3, insideBendMedian: 0.5)
    let report = EvaluationReport(
      scores: [1], successes: 1, networkCallsPerChunk: 1, milliseconds: [0.5], jumps: jumps)
    let found = try #require(try keys(report)["action_jumps"] as? [String: Double])
    #expect(found["border_bend_mean"] == 3 && found["inside_bend_median"] == 0.5)
    #expect(found["border_bend_excess"] == 2.5)
    #expect(report.summary.hasSuffix("; bends: mean 3 between, median 0.5 inside, excess 2.5"))
  }

  @Test func benchmarkHasTheKeysOfTheContract() throws {
    let json = try keys(BenchmarkReport(milliseconds: [2, 1, 4], operations: 8_000_000, allocations: 0))
    #expect(Set(json.keys) == ["median_ms", "min_ms", "p99_ms", "gflops", "allocations"])
    #expect(json["median_ms"] as? Double == 2)
    #expect(json["min_ms"] as? Double == 1)
    #expect(json["gflops"] as? Double == 4)
    var shared = BenchmarkReport(milliseconds: [2, 1, 4], operations: 8_000_000, allocations: 0)
    shared.exchange = BenchmarkReport.Exchange(ranks: 2, bytes: 18_000_000, milliseconds: [0.5, 3, 1])
    let exchange = try #require(try keys(shared)["exchange"] as? [String: Double])
    #expect(exchange == ["ranks": 2, "bytes": 18_000_000, "waited_ms": 1])
    shared.optimizerMilliseconds = 2.5
    #expect(try keys(shared)["optimizer_ms"] as? Double == 2.5)
    #expect(
      shared.summary.hasSuffix(
        "\nof it the optimiser: median 2.500 ms"
          + "\n2 ranks add up 18.00 MB per step, and gather as much; waited for gradients: median 1.000 ms"))
  }

  /// 10⁸ operations at 100 GFLOP/s take a millisecond, which is more than reading and half of the run.
  @Test func aCeilingIsTheLongerOfArithmeticAndReading() throws {
    var report = BenchmarkReport(milliseconds: [2], operations: 8_000_000, allocations: 0)
    report.ceiling = BenchmarkReport.Ceiling(
      operations: 100_000_000, runs: [1, 2, 4], reads: [0.5, 0.75, 8], peaks: [90, 100, 101])
    let ceiling = try #require(try keys(report)["ceiling"] as? [String: Double])
    #expect(ceiling == ["peak_gflops": 100, "read_ms": 0.75, "floor_ms": 1, "share": 0.5])
    #expect(report.summary.contains("\n50 % of the floor of 1.000 ms (100.0 GFLOP/s on registers"))
    report.ceiling = BenchmarkReport.Ceiling(operations: 100_000_000, runs: [4], reads: [3], peaks: [100])
    #expect(report.ceiling?.share == 0.75)
  }
}
