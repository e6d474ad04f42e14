import Charts
import Comparison
import Foundation
import Reporting
import TestSupport
import Testing

/// From rows to a table and its words.
struct ComparisonTests {
  @Test func aBudgetPaysForWholeSteps() {
    var settings = ComparisonSettings.example
    settings.budget = 60_000
    for (share, price, steps) in [
      (1.0, 3, 20_000), (1, 4, 15_000), (1, 5, 12_000), (1, 6, 10_000), (1, 12, 5000), (1, 7, 8571), (0.5, 4, 7500),
      (0.25, 5, 3000), (1.0 / 3, 5, 4000), (1, 60_000, 1), (1, 60_001, 0),
    ] { #expect(settings.steps(share: share, evaluationsPerStep: price) == steps, "\(share) \(price)") }
  }

  private let rows = [
    ComparisonRow.example("edm", scores: [(1, 0.25), (39, 1)], prices: [3]),
    .example("cd", origins: ["edm"], scores: [(1, 0.5), (2, 0.75), (4, 0.75)], prices: [6]),
    .example("tcm", origins: ["edm"], scores: [(1, 0.5), (2, 1)], prices: [4, 5], modeCoverage: 0.875),
    .example("pcm", origins: ["edm"], scores: [(4, 0.5)], prices: [6]),
  ]

  @Test func theTableIsWhatItWas() throws {
    #expect(
      ComparisonTable(try Comparison(rows)).markdown == """
        Setting: pusht, 60 network evaluations of batch 8 per method, seed 1; 2 episodes from start 5000 on (legacy). Cells: mean score [95 % interval], success rate. Best in one call first.
        Mode coverage: by network calls, entropy in bits of the side on which the block is touched first, given the start.

        | method | 1 call | 2 calls | 4 calls | more calls | needs | evaluations a step × steps | evaluations | minutes | ms a chunk | mode coverage |
        |---|---|---|---|---|---|--:|--:|--:|--:|--:|
        | tcm, the tcm | 0.500 [0.500, 0.500], 0.0 % | 1.000 [1.000, 1.000], 100.0 % | – | – | edm | 4 × 7 + 5 × 6 | 58 | 3.0 | 0.25 | 1: 0.88; 2: 0.88 |
        | cd, the cd | 0.500 [0.500, 0.500], 0.0 % | 0.750 [0.750, 0.750], 0.0 % | 0.750 [0.750, 0.750], 0.0 % | – | edm | 6 × 10 | 60 | 1.5 | 0.25 | – |
        | edm, the edm | 0.250 [0.250, 0.250], 0.0 % | – | – | 39: 1.000 [1.000, 1.000], 100.0 % | – | 3 × 20 | 60 | 1.5 | 0.25 | – |
        | pcm, the pcm | – | – | 0.500 [0.500, 0.500], 0.0 % | – | edm | 6 × 10 | 60 | 1.5 | 1.00 | – |

        - In 1 call: cd (0.500); not told apart from it: tcm.
        - In 2 calls: tcm (1.000); ahead of all others beyond chance.
        - In 4 calls: cd (0.750); ahead of all others beyond chance.

        """)
  }

  /// Differences are taken start by start: a lead that every start shows is no chance, whatever the starts' own spread.
  @Test func pairedStartsTellMethodsApart() throws {
    func row(_ method: String, _ scores: [Double]) -> ComparisonRow<EvaluationReport> {
      var row = ComparisonRow.example(method, scores: [(1, 0)])
      row.results[0].report = EvaluationReport(scores: scores, successes: 0, networkCallsPerChunk: 1, milliseconds: [1])
      return row
    }
    let spread = (0..<50).map { Double($0) / 100 }
    let rows = [row("a", spread), row("b", spread.map { $0 + 0.01 }), row("c", spread.reversed().map { $0 + 0.005 })]
    let winner = try #require(try Comparison(rows).winner(calls: 1))
    #expect(winner.method == "b" && winner.equals == ["c"])
    #expect(try Comparison(rows).winner(calls: 2) == nil)
  }

  @Test func rowsOfOtherSettingsAreRefused() throws {
    var settings = ComparisonSettings.example
    settings.budget = 120
    let error = #expect(throws: CommandFailure.self) {
      try Comparison<EvaluationReport>([
        .example("cd", scores: [(1, 1)]), .example("ect", scores: [(1, 1)], settings: settings),
      ])
    }
    #expect(error?.description.contains("120 network evaluations") == true)
    #expect(throws: CommandFailure("there are two rows of cd")) {
      try Comparison<EvaluationReport>([.example("cd", scores: [(1, 1)]), .example("cd", scores: [(1, 1)])])
    }
    #expect(throws: CommandFailure.self) { try Comparison<EvaluationReport>([]) }
  }

  @Test func rowsReadBackFromTheirFiles() throws {
    try withTemporaryPath { folder in
      for row in rows { try JSONFile.write(row, to: "\(folder)/\(row.method).json") }
      #expect(try ComparisonRow<EvaluationReport>.read(folder: folder) == rows.sorted { $0.method < $1.method })
      try Data("{}".utf8).write(to: URL(filePath: "\(folder)/no.json"))
      let error = #expect(throws: CommandFailure.self) { try ComparisonRow<EvaluationReport>.read(folder: folder) }
      #expect(error?.description.contains("no.json") == true)
    }
  }

  @Test func thePlotIsDrawn() throws {
    let bytes = try Figure(Comparison(rows)).bytes(.svg, width: 900, height: 400)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("<svg"))
  }
}
