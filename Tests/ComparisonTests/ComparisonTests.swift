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

  /// One call is the same for every γ; of several calls each γ has a cell, a line of the plot and a place of its own.
  @Test func everyGammaIsNamed() throws {
    var jumps = ComparisonRow.example("ctm", origins: ["edm"], scores: [(1, 0.5), (2, 0.75), (4, 1), (2, 1), (8, 1)])
    for (index, gamma) in ([nil, 0, 0, 1, 0.5] as [Double?]).enumerated() { jumps.results[index].gamma = gamma }
    jumps.results[1].modeCoverage = 0.5
    #expect(jumps.results(calls: 2).map(\.gamma) == [0, 1] && jumps.result(calls: 2)?.gamma == 1)
    let comparison = try Comparison(rows + [jumps])
    let text = ComparisonTable(comparison).markdown
    let cells = [
      "ctm, the ctm", "0.500 [0.500, 0.500], 0.0 %",
      "γ 0: 0.750 [0.750, 0.750], 0.0 %; γ 1: 1.000 [1.000, 1.000], 100.0 %",
      "γ 0: 1.000 [1.000, 1.000], 100.0 %", "8, γ 0.5: 1.000 [1.000, 1.000], 100.0 %",
    ]
    #expect(text.contains("| \(cells.joined(separator: " | ")) |"), "\(text)")
    #expect(text.contains("| 2, γ 0: 0.50 |"))
    #expect(text.contains("- In 2 calls: ctm (γ 1) (1.000); not told apart from it: tcm."), "\(text)")
    #expect(text.contains("- In 4 calls: ctm (γ 0) (1.000)"))
    let series = Figure(comparison).charts[0].series.filter { $0.label?.hasPrefix("ctm") == true }
    #expect(series.map(\.label) == ["ctm, γ 0", "ctm, γ 0.5", "ctm, γ 1"])
    #expect(series.map { $0.points.map(\.x) } == [[1, 2, 4], [1, 8], [1, 2]])
  }

  /// The key is there only where a γ was asked for.
  @Test func aGammaIsAKeyOfItsResult() throws {
    var row = ComparisonRow.example("ctm", scores: [(1, 0.5), (2, 0.75)])
    row.results[1].gamma = 0
    try withTemporaryPath { folder in
      try JSONFile.write(row, to: "\(folder)/ctm.json")
      #expect(try ComparisonRow<EvaluationReport>.read(folder: folder) == [row])
      let text = try String(contentsOfFile: "\(folder)/ctm.json", encoding: .utf8)
      #expect(text.ranges(of: "\"gamma\"").count == 1 && !text.contains("leftShare"))
    }
  }

  /// Rows of the two-way world say what became of both ways.
  @Test func twoWaysHaveASideAndCollisions() throws {
    var settings = ComparisonSettings.example
    settings.world = "twoway"
    var row = ComparisonRow.example("cd", scores: [(1, 1)], settings: settings, modeCoverage: 0.881)
    row.results[0].leftShare = 0.7
    row.results[0].report = EvaluationReport(
      scores: [1, 1, 1, 0], successes: 3, collisions: 1, networkCallsPerChunk: 1, milliseconds: [1])
    let text = ComparisonTable(try Comparison([row])).markdown
    #expect(text.contains("success rate, rate of collisions. Best in one call first."))
    #expect(text.contains("the side on which the obstacle is passed"))
    #expect(text.contains(", 75.0 %, 25.0 % |") && text.contains("| 1: 0.88 (left 70.0 %) |"), "\(text)")
  }

  /// The rows that come with the project are still rows of one table each.
  @Test func theCommittedRowsMakeTheirTables() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples/Comparison")
    let policies = try ComparisonRow<EvaluationReport>.read(folder: folder.appending(path: "pusht").path)
    #expect(ComparisonTable(try Comparison(policies)).markdown.contains("| ect, easy consistency tuning |"))
    let voices = try ComparisonRow<SpeechEvaluationReport>.read(folder: folder.appending(path: "speech").path)
    #expect(SpeechComparisonTable(try Comparison(voices)).markdown.contains("| ect, easy consistency tuning |"))
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
