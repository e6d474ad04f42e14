import Foundation
import Reporting
import SpeechHead
import Support

/// When every word and phone is spoken, as a file: JSON or a Praat TextGrid; or SubRip subtitles of the text.
struct SpeechTimings {
  enum Format: String, CaseIterable {
    case json, srt, textgrid
  }

  var words: [SpeechSynthesizer.Span] = []
  var phones: [SpeechSynthesizer.Span] = []
  /// One span per sentence, with its text.
  var sentences: [SpeechSynthesizer.Span] = []
  /// Made for subtitles only.
  var subtitles = Subtitles()
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
    case .srt: try AtomicFile.write(subtitles.srt(seconds: seconds).utf8, to: path)
    case .textgrid: try AtomicFile.write(textGrid.utf8, to: path)
    }
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
