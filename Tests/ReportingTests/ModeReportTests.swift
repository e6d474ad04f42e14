import Foundation
import Reporting
import Testing

@Suite struct ModeReportTests {
  private func counts(_ left: Int, _ right: Int, undecided: Int = 0, seed: UInt64? = nil) -> ModeCounts {
    var counts = ModeCounts(seed: seed)
    for _ in 0..<left { counts.add(isLeft: true) }
    for _ in 0..<right { counts.add(isLeft: false) }
    for _ in 0..<undecided { counts.add(isLeft: nil) }
    return counts
  }

  @Test func entropyIsInBits() {
    #expect(Statistics.entropy(counts: [7, 7]) == 1)
    #expect(Statistics.entropy(counts: [2, 2, 2, 2]) == 2)
    #expect(Statistics.entropy(counts: [9, 0]) == 0)
    // H(0.7), by scipy.stats.entropy([0.7, 0.3], base=2).
    #expect(abs(Statistics.entropy(counts: [70, 30]) - 0.8812908992306927) < 1e-12)
    #expect(abs(Statistics.entropy(ofShare: 0.3) - 0.8812908992306927) < 1e-12)
    #expect(Statistics.entropy(ofShare: 0) == 0 && Statistics.entropy(ofShare: 1) == 0)
  }

  @Test func undecidedSamplesDoNotCountInTheEntropy() {
    #expect(counts(5, 5, undecided: 90).entropy == 1)
    #expect(counts(0, 0, undecided: 3).entropy == nil && counts(0, 0, undecided: 3).entropyInterval == nil)
  }

  @Test(arguments: [(1000, 1000), (1400, 600), (600, 1400), (2000, 0), (990, 1010)])
  func theEntropysIntervalHoldsItAndEndsWhereTheSharesDoes(left: Int, right: Int) throws {
    let counts = counts(left, right)
    let interval = try #require(counts.entropyInterval)
    #expect(interval.contains(try #require(counts.entropy)))
    let shares = Statistics.wilsonInterval(successes: left, trials: left + right)
    // Every entropy of a share in the interval lies in it, and its ends are such entropies.
    let entropies = (0...10_000).map {
      Statistics.entropy(
        ofShare: min(
          shares.lowerBound + (shares.upperBound - shares.lowerBound) * Double($0) / 10_000, shares.upperBound))
    }
    #expect(abs((entropies.min() ?? 0) - interval.lowerBound) < 1e-6)
    #expect(abs((entropies.max() ?? 0) - interval.upperBound) < 1e-6)
  }

  @Test func oneStartHasSharesAndEndings() throws {
    let report = ModeReport(
      starts: [counts(60, 20, undecided: 20)], endings: .init(samples: 100, collisions: 20, successes: 75),
      networkCallsPerChunk: 1)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(JSONFile.line(report).utf8)) as? [String: Any])
    #expect(
      Set(json.keys) == [
        "samples", "starts", "left_share", "left_share_ci95", "entropy_bits", "entropy_bits_ci95",
        "starts_with_both_ways", "undecided", "endings", "network_calls_per_chunk",
      ])
    #expect(json["samples"] as? Int == 100 && json["undecided"] as? Int == 20)
    #expect(json["left_share"] as? Double == 0.75)
    let wilson = Statistics.wilsonInterval(successes: 60, trials: 80)
    let interval = try #require(json["left_share_ci95"] as? [Double])
    #expect(abs(interval[0] - wilson.lowerBound) < 1e-12 && abs(interval[1] - wilson.upperBound) < 1e-12)
    let endings = try #require(json["endings"] as? [String: Any])
    #expect(endings["collisions"] as? Int == 20 && endings["success_rate"] as? Double == 0.75)
    let start = try #require((json["starts"] as? [[String: Any]])?.first)
    #expect(start["left"] as? Int == 60 && start["right"] as? Int == 20 && start["undecided"] as? Int == 20)
    #expect(report.summary.contains("left          75.0 %") && report.summary.contains("collisions    20.0 %"))
    #expect(report.summary.contains("right         25.0 %"))
  }

  /// Two starts with opposite sides have no entropy given the start, though both sides occur.
  @Test func severalStartsHaveTheMeanOfTheirEntropies() {
    let opposite = ModeReport(starts: [counts(50, 0, seed: 1), counts(0, 50, seed: 2)], networkCallsPerChunk: 1)
    #expect(opposite.entropy == 0 && opposite.startsWithBothWays == 0 && opposite.leftShare == nil)
    let mixed = ModeReport(
      starts: [counts(25, 25, seed: 1), counts(50, 0, seed: 2), counts(0, 0, undecided: 50, seed: 3)],
      networkCallsPerChunk: 1)
    #expect(mixed.entropy == 0.5 && mixed.startsWithBothWays == 1 && mixed.undecided == 50 && mixed.samples == 150)
    #expect(mixed.summary.contains("both ways     from 1 of 3 starts"))
  }

  @Test func policiesAreComparedStartByStart() throws {
    let reference = [counts(25, 25, seed: 1), counts(50, 0, seed: 2), counts(30, 20, seed: 3)]
    let collapsed = [counts(50, 0, seed: 1), counts(50, 0, seed: 2), counts(0, 0, undecided: 50, seed: 3)]
    let comparison = try ModeComparison(collapsed, reference: reference)
    // Of starts 1 and 2: -1 and 0 bits. All four resamples of two are as likely, so the ends are the extremes.
    #expect(comparison.starts == 2 && comparison.entropyDifference == -0.5)
    #expect(comparison.entropyDifferenceInterval == [-1, 0])
    #expect(try ModeComparison(reference, reference: reference).entropyDifferenceInterval == [0, 0])
    let report = ModeReport(starts: collapsed, networkCallsPerChunk: 1, comparison: comparison)
    #expect(report.summary.contains("to reference  -0.500 bits  95 % [-1.000, +0.000]  (entropy, 2 starts)"))
    let again = try JSONDecoder().decode(ModeReport.self, from: Data(JSONFile.line(report).utf8))
    #expect(again == report)
  }

  @Test func otherStartsAndOtherNumbersOfSamplesAreNotCompared() {
    let counts = [counts(25, 25, seed: 1), counts(50, 0, seed: 2)]
    for other in [
      [self.counts(25, 25, seed: 1), self.counts(50, 0, seed: 3)], [self.counts(25, 25, seed: 1)],
      [self.counts(25, 24, seed: 1), self.counts(50, 0, seed: 2)],
    ] {
      #expect(throws: CommandFailure.self) { try ModeComparison(counts, reference: other) }
    }
    #expect(throws: CommandFailure.self) { try ModeComparison([counts[0]], reference: [counts[0]]) }
  }

  @Test func nothingDecidedIsReportedAsSuch() {
    let report = ModeReport(starts: [counts(0, 0, undecided: 4)], networkCallsPerChunk: 1)
    #expect(report.entropy == nil && report.leftShare == nil)
    #expect(report.summary.hasPrefix("undecided     4 of 4"))
  }

  @Test func anEvaluationTellsCollisionsWhereThereAreAny() throws {
    let report = EvaluationReport(
      scores: [1, 0.1], successes: 1, collisions: 1, networkCallsPerChunk: 1, milliseconds: [0.5])
    #expect(try JSONFile.line(report).contains(#""collisions":1"#))
    #expect(report.summary.contains("collisions    1 of 2\nnetwork calls 1"))
  }
}
