import Foundation
import SpeechHead
import TextFrontEnd

/// Subtitles of what was spoken: the words as they were written, at the time at which they are heard.
struct Subtitles {
  /// What is shown for a while, in one line or two.
  struct Cue {
    /// Seconds.
    var start: Double
    var end: Double
    var lines: [String]
  }

  /// A word that was heard.
  private struct Word {
    var text: String
    var start: Double
    var end: Double
    /// Where it was written.
    var source: Range<Int>
    /// See `SubtitlePiece`.
    var cutCost: Double
  }

  /// How long a cue is shown, at least, if the next one leaves it the time.
  private static let shortest = 1.0

  /// The words of the text.
  var written: [WrittenWord] = []
  private var sentences: [[Word]] = []

  /// - Parameter heard: the sentence's words, in order; some may have no sounds.
  mutating func append(_ sentence: Sentence, heard: [SpeechSynthesizer.Span]) {
    var words: [Word] = []
    var rest = heard[...]
    for clause in sentence.clauses {
      for word in clause.words {
        guard let span = rest.first, span.text == word.text else { continue }
        rest = rest.dropFirst()
        guard let source = word.source else { continue }
        words.append(Word(text: span.text, start: span.start, end: span.end, source: source, cutCost: 1))
      }
      if let last = words.indices.last { words[last].cutCost = min(words[last].cutCost, Self.cutCost(behind: clause)) }
    }
    sentences.append(words)
  }

  private static func cutCost(behind clause: Clause) -> Double {
    if clause.silence != nil { return 0 }
    switch clause.pause {
    case .none: return 0.5
    case .comma: return 0.1
    case .clause, .sentence, .paragraph: return 0
    }
  }

  /// As a SubRip file.
  ///
  /// - Parameter seconds: the length of the audio.
  func srt(seconds: Double) -> String {
    cues(seconds: seconds).enumerated().map { index, cue in
      let lines = cue.lines.joined(separator: "\n")
      return "\(index + 1)\n\(Self.time(cue.start)) --> \(Self.time(cue.end))\n\(lines)\n"
    }.joined(separator: "\n")
  }

  private static func time(_ seconds: Double) -> String {
    let total = Int((seconds * 1000).rounded())
    return String(
      format: "%02d:%02d:%02d,%03d", total / 3_600_000, total / 60_000 % 60, total / 1000 % 60, total % 1000)
  }

  /// In order, and none before the end of another. A sentence begins a cue of its own.
  private func cues(seconds: Double) -> [Cue] {
    let pieces = spokenPieces()
    var cues: [Cue] = []
    var start = 0
    while start < pieces.count {
      let sentence = pieces[start].sentence
      let end = pieces[start...].firstIndex { $0.sentence != sentence } ?? pieces.count
      cues += SubtitleCutter(pieces[start..<end]).cues()
      start = end
    }
    for index in cues.indices {
      let limit = index + 1 < cues.count ? cues[index + 1].start : seconds
      cues[index].end = min(limit, max(cues[index].end, cues[index].start + Self.shortest))
    }
    return cues
  }

  /// The written words, those together that are spoken as one: "$3", "5 km".
  private func spokenPieces() -> [SubtitlePiece] {
    var pieces: [SubtitlePiece] = []
    // Of the written words.
    var taken = 0
    for (number, sentence) in sentences.enumerated() {
      for word in sentence {
        let place = place(of: word.source, from: max(taken - 1, 0))
        if place.lowerBound < taken, let last = pieces.indices.last {
          if place.upperBound > taken { pieces[last].text += " " + text(taken..<place.upperBound) }
          pieces[last].end = word.end
          pieces[last].cutCost = word.cutCost
        } else {
          // What is not heard belongs to what comes before it, unless a line begins with it.
          let silent = taken..<place.lowerBound
          let line = silent.first { pieces.isEmpty || written[$0].startsLine } ?? silent.upperBound
          for index in silent.lowerBound..<line { Self.append(written[index], to: &pieces) }
          for index in line..<silent.upperBound {
            pieces.append(
              SubtitlePiece(
                text: written[index].text, start: word.start, end: word.start, cutCost: 1, sentence: number,
                isSpoken: false))
          }
          pieces.append(
            SubtitlePiece(
              text: place.isEmpty ? word.text : text(place), start: word.start, end: word.end, cutCost: word.cutCost,
              sentence: number))
        }
        taken = max(taken, place.upperBound)
      }
    }
    // Of a text that was not spoken to its end, there is more.
    if !pieces.isEmpty {
      for word in written[taken...].prefix(while: { !$0.isWord && !$0.startsLine }) { Self.append(word, to: &pieces) }
    }
    return pieces
  }

  /// Puts what is not heard behind the last piece: marks into it, words beside it.
  private static func append(_ word: WrittenWord, to pieces: inout [SubtitlePiece]) {
    var piece = pieces[pieces.count - 1]
    if !word.isWord, piece.text.count + word.text.count < SubtitleCutter.lineWidth {
      pieces[pieces.count - 1].text += " " + word.text
    } else {
      piece.text = word.text
      piece.start = piece.end
      piece.isSpoken = false
      pieces.append(piece)
    }
  }

  private func text(_ range: Range<Int>) -> String { written[range].map(\.text).joined(separator: " ") }

  /// The written words of which something is at a place; the next one, if none is.
  ///
  /// - Parameter start: there is none before it.
  private func place(of source: Range<Int>, from start: Int) -> Range<Int> {
    var first = start
    while first < written.count, written[first].source.upperBound <= source.lowerBound { first += 1 }
    var end = min(first + 1, written.count)
    while end < written.count, written[end].source.lowerBound < source.upperBound { end += 1 }
    return first..<end
  }
}
