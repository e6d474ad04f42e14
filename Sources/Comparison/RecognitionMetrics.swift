import Foundation
import Reporting

/// Word error rates of folders of audio by an outside recogniser: the lines that `Examples/Benchmarks/speech_metrics.py`
/// prints, of which only these keys are read.
public struct RecognitionMetrics: Sendable {
  private struct Line: Decodable {
    var folder: String
    var sentences: Int
    /// Word errors per hundred words.
    var wer: Double
    var wer_ci95: [Double]
  }

  private let path: String
  private let lines: [Line]

  /// Reads a file of one JSON object per line.
  ///
  /// - Throws: `CommandFailure` for a file that cannot be read, or a line that is none of these.
  public init(contentsOf path: String) throws(CommandFailure) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CommandFailure("\(path): there is no such file, or it cannot be read")
    }
    var lines: [Line] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      guard let found = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
        throw CommandFailure(
          "\(path):\(index + 1): this is no line of speech_metrics.py, {\"folder\": …, \"sentences\": …, \"wer\": …, "
            + "\"wer_ci95\": […]}")
      }
      lines.append(found)
    }
    self.path = path
    self.lines = lines
  }

  /// Rows with the word error rates of their folders, where the file has them.
  ///
  /// - Throws: `CommandFailure` if it has none of them, or one of other sentences.
  public func added(
    to rows: [ComparisonRow<SpeechEvaluationReport>]
  ) throws(CommandFailure) -> [ComparisonRow<SpeechEvaluationReport>] {
    var (rows, found) = (rows, 0)
    for row in rows.indices {
      for index in rows[row].results.indices {
        let report = rows[row].results[index].report
        guard let line = lines.last(where: { $0.folder == report.folder }) else { continue }
        guard line.sentences == report.sentences else {
          throw CommandFailure(
            "\(path): \(line.folder) has \(line.sentences) sentences there and \(report.sentences) in the row: let the "
              + "script hear all that OUT/audio/sentences.json lists")
        }
        rows[row].results[index].report.wordErrorRate = line.wer
        rows[row].results[index].report.wordErrorRateInterval = line.wer_ci95
        found += 1
      }
    }
    if found == 0 { throw CommandFailure("\(path): it names none of the folders of these rows' audio") }
    return rows
  }
}
