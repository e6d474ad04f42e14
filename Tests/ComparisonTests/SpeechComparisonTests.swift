import Charts
import Comparison
import Foundation
import Reporting
import TestSupport
import Testing

/// From rows of voices to a table, its words and a plot.
struct SpeechComparisonTests {
  private let rows = [
    ComparisonRow.voice(
      "edm", [(0, nil, 10, 0.9, 6), (1, "euler", 9, 0.91, nil), (63, "heun", 11, 1.03, 17.25)]),
    .voice("cd", origins: ["edm"], [(1, nil, 8, 1.125, 7), (2, nil, 7.5, 0.95, 6)]),
    .voice("ect", origins: ["edm"], [(1, nil, 7.375, 0.5, 8)]),
  ]

  @Test func theTableIsWhatItWas() throws {
    #expect(
      SpeechComparisonTable(try Comparison(rows)).markdown == """
        Setting: speech of a and b, 60 network evaluations of batch 4 per method, seed 1; 10 held-out sentences, noise of seed 7, at temperature 0.5. WER: word error rate [95 % interval]. Fréchet: distance of log-mel frames to the recordings'; variance: global-variance ratio to theirs, 1 at best; ms a second: time for the spectrum of a second of audio. Least Fréchet distance in one call first; each method was trained once.

        | method | calls | WER | Fréchet | variance | ms a second | needs | evaluations a step × steps | evaluations | minutes |
        |---|--:|--:|--:|--:|--:|---|--:|--:|--:|
        | ect, the ect | 1 | 8.0 % [7.0, 9.0] | 7.38 | 0.50 | 0.50 | edm | 5 × 12 | 60 | 1.5 |
        | cd, the cd | 1 | 7.0 % [6.0, 8.0] | 8.00 | 1.12 | 0.50 | edm | 5 × 12 | 60 | 1.5 |
        |  | 2 | 6.0 % [5.0, 7.0] | 7.50 | 0.95 | 1.00 |  |  |  |  |
        | edm, the edm | 0 (mean) | 6.0 % [5.0, 7.0] | 10.00 | 0.90 | 0.00 | – | 5 × 12 | 60 | 1.5 |
        |  | 1 (euler) | – | 9.00 | 0.91 | 0.50 |  |  |  |  |
        |  | 63 (heun) | 17.2 % [16.2, 18.2] | 11.00 | 1.03 | 31.50 |  |  |  |  |

        - In 1 call: least Fréchet distance ect, variance nearest 1 edm, least WER cd.
        - In 2 calls: least Fréchet distance cd, variance nearest 1 cd, least WER cd.
        - WER was not measured of edm-student-1: it takes an outside recogniser. Examples/Benchmarks/speech_metrics.py hears the folders of OUT/audio, and --metrics takes what it prints.

        """)
  }

  @Test func everyGammaHasALine() throws {
    var jumps = ComparisonRow.voice("ctm", [(1, nil, 8, 1.5, nil), (2, nil, 6, 0.75, nil), (2, nil, 7, 1, nil)])
    for (index, gamma) in ([nil, 1, 0] as [Double?]).enumerated() { jumps.results[index].gamma = gamma }
    let comparison = try Comparison(rows + [jumps])
    let text = SpeechComparisonTable(comparison).markdown
    #expect(text.contains("|  | 2, γ 0 | – | 7.00 | 1.00 |") && text.contains("|  | 2, γ 1 | – | 6.00 | 0.75 |"))
    #expect(text.contains("- In 2 calls: least Fréchet distance ctm (γ 1), variance nearest 1 ctm (γ 0)"), "\(text)")
    let series = Figure(comparison).charts[0].series.filter { $0.label?.hasPrefix("ctm") == true }
    #expect(series.map(\.label) == ["ctm, γ 0", "ctm, γ 1"])
    #expect(series.map { $0.points.map(\.y) } == [[8, 7], [8, 6]])
  }

  @Test func anUnknownWordErrorRateIsSaid() throws {
    let silent = ComparisonRow.voice("cd", [(1, nil, 8, 1, nil)])
    let text = SpeechComparisonTable(try Comparison([silent])).markdown
    #expect(text.contains("| cd, the cd | 1 | – |") && text.contains("WER was not measured of all"))
    #expect(!text.contains("least WER"))
  }

  @Test func wordErrorRatesFindTheirFolders() throws {
    try withTemporaryPath { folder in
      func metrics(_ lines: String...) throws -> RecognitionMetrics {
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: folder + "/metrics.jsonl"))
        return try RecognitionMetrics(contentsOf: folder + "/metrics.jsonl")
      }
      let line = #"{"folder": "edm-student-1", "sentences": 10, "wer": 12.5, "wer_ci95": [10, 15], "heard": ["a"]}"#
      let other = #"{"folder": "real", "sentences": 10, "wer": 4.5, "wer_ci95": [3, 6]}"#
      let found = try metrics(other, line, "").added(to: rows)
      #expect(found[0].results[1].report.wordErrorRate == 12.5)
      #expect(found[0].results[1].report.wordErrorRateInterval == [10, 15])
      #expect(found[0].results[0] == rows[0].results[0] && found[1] == rows[1])
      #expect(throws: CommandFailure.self) { try metrics(other).added(to: rows) }
      let fewer = line.replacing("10, \"wer\"", with: "9, \"wer\"")
      let error = #expect(throws: CommandFailure.self) { try metrics(fewer).added(to: rows) }
      #expect(error?.description.contains("9 sentences there and 10") == true)
      let bad = #expect(throws: CommandFailure.self) { try metrics(line, "{}") }
      #expect(bad?.description.contains("metrics.jsonl:2") == true)
      #expect(throws: CommandFailure.self) { try RecognitionMetrics(contentsOf: folder + "/absent") }
    }
  }

  @Test func rowsOfPoliciesAreNoneOfVoices() throws {
    try withTemporaryPath { folder in
      try JSONFile.write(rows[0], to: folder + "/edm.json")
      #expect(try ComparisonRow<SpeechEvaluationReport>.read(folder: folder) == [rows[0]])
      let error = #expect(throws: CommandFailure.self) {
        try ComparisonRow<EvaluationReport>.read(folder + "/edm.json")
      }
      #expect(error?.description.contains("wrote of policies") == true)
    }
  }

  /// The mean as a line across, a chart of word error rates where there are some.
  @Test func thePlotShowsWhatWasMeasured() throws {
    let figure = Figure(try Comparison(rows))
    #expect(figure.charts.count == 3)
    #expect(figure.charts[0].series[0].points.map(\.y) == [10, 10])
    #expect(figure.charts[0].series.compactMap(\.label) == ["mean", "ect", "cd", "edm"])
    #expect(Figure(try Comparison([ComparisonRow.voice("cd", [(1, nil, 8, 1, nil)])])).charts.count == 2)
    #expect(String(decoding: try figure.bytes(.svg, width: 900, height: 400), as: UTF8.self).contains("<svg"))
  }
}
