import Foundation
import Reporting
import SpeechHead

/// When every word and phone is spoken, as a file: JSON, SubRip subtitles or a Praat TextGrid.
struct SpeechTimings {
  enum Format: String, CaseIterable {
    case json, srt, textgrid
  }

  var words: [SpeechSynthesizer.Span] = []
  var phones: [SpeechSynthesizer.Span] = []
  /// One span per sentence, with its text.
  var sentences: [SpeechSynthesizer.Span] = []
  var seconds = 0.0

  private struct File: Encodable {
    let seconds: Double
    let sentences, words, phones: [SpeechSynthesizer.Span]
  }

  /// - Throws: `CommandFailure` for an ending that is none of the formats.
  static func format(of path: String) throws -> Format {
    let ending = (path as NSString).pathExtension.lowercased()
    guard let format = Format(rawValue: ending) else {
      throw CommandFailure("\(path): timings are written as .json, .srt or .TextGrid")
    }
    return format
  }

  func write(to path: String) throws {
    switch try Self.format(of: path) {
    case .json:
      try JSONFile.write(File(seconds: seconds, sentences: sentences, words: words, phones: phones), to: path)
    case .srt: try Data(subtitles.utf8).write(to: URL(filePath: path), options: .atomic)
    case .textgrid: try Data(textGrid.utf8).write(to: URL(filePath: path), options: .atomic)
    }
  }

  private var subtitles: String {
    func time(_ seconds: Double) -> String {
      let total = Int((seconds * 1000).rounded())
      return String(
        format: "%02d:%02d:%02d,%03d", total / 3_600_000, total / 60_000 % 60, total / 1000 % 60, total % 1000)
    }
    return sentences.enumerated().map { index, sentence in
      "\(index + 1)\n\(time(sentence.start)) --> \(time(sentence.end))\n\(sentence.text)\n"
    }.joined(separator: "\n")
  }

  private var textGrid: String {
    var lines = ["File type = \"ooTextFile\"", "Object class = \"TextGrid\"", "", "xmin = 0", "xmax = \(seconds)"]
    lines += ["tiers? <exists>", "size = 2", "item []:"]
    for (number, (name, spans)) in [("words", words), ("phones", phones)].enumerated() {
      let intervals = gapless(spans)
      lines += ["    item [\(number + 1)]:", "        class = \"IntervalTier\"", "        name = \"\(name)\""]
      lines += ["        xmin = 0", "        xmax = \(seconds)", "        intervals: size = \(intervals.count)"]
      for (index, span) in intervals.enumerated() {
        lines += [
          "        intervals [\(index + 1)]:", "            xmin = \(span.start)", "            xmax = \(span.end)",
        ]
        lines.append("            text = \"\(span.text.replacingOccurrences(of: "\"", with: "\"\""))\"")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A tier's intervals follow one another from 0 to the end.
  private func gapless(_ spans: [SpeechSynthesizer.Span]) -> [SpeechSynthesizer.Span] {
    var result: [SpeechSynthesizer.Span] = []
    var end = 0.0
    for span in spans where span.end > span.start {
      if span.start > end + 1e-6 { result.append(SpeechSynthesizer.Span(text: "", start: end, end: span.start)) }
      result.append(SpeechSynthesizer.Span(text: span.text, start: max(end, span.start), end: span.end))
      end = span.end
    }
    if seconds > end + 1e-6 { result.append(SpeechSynthesizer.Span(text: "", start: end, end: seconds)) }
    return result
  }
}
