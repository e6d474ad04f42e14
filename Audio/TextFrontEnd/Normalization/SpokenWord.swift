/// One word as it is spoken.
public struct SpokenWord: Hashable, Sendable, CustomStringConvertible {
  /// Letters a–z and apostrophes; for a written word of the user's lexicon what is written ("H2O"); empty for phonemes
  /// that were written without a word.
  public var text: String
  /// Whether the text is one letter that is read by its name ("b", or "o's" as the end of "CEOs").
  public var isLetter: Bool
  /// ARPAbet symbols that the writer gave instead of a spelling, unchecked, or those of the user's lexicon.
  public var phonemes: [String]?
  /// How fast to speak it: 1 is the voice's own rate, 2 twice as fast; in 0.2...5.
  public var rate: Double
  /// Where it was written, in Unicode scalars from the start of the input.
  public var source: Range<Int>?

  public init(
    _ text: String, isLetter: Bool = false, phonemes: [String]? = nil, rate: Double = 1, source: Range<Int>? = nil
  ) {
    self.text = text
    self.isLetter = isLetter
    self.phonemes = phonemes
    self.rate = rate
    self.source = source
  }

  /// The word for people to read: letters that are named in capitals, phonemes in double brackets.
  public var description: String {
    if let phonemes { return "[[" + phonemes.joined(separator: " ") + "]]" }
    return isLetter ? text.prefix(1).uppercased() + text.dropFirst() : text
  }
}

/// The pause after a clause, from shortest to longest.
public enum Pause: Int, Comparable, Hashable, Sendable {
  /// The sentence goes on without a pause: the clause was cut only because it was too long, or a break follows.
  case none
  case comma
  /// Semicolon, colon, dash, parenthesis.
  case clause
  /// Full stop, exclamation mark, question mark.
  case sentence
  case paragraph

  public static func < (a: Pause, b: Pause) -> Bool { a.rawValue < b.rawValue }
}

/// Words that are spoken in one breath, and the pause after them.
public struct Clause: Hashable, Sendable {
  /// At most `ClauseLength.limit` words; none only if the clause is there for its silence.
  public var words: [SpokenWord]
  public var pause: Pause
  /// Whether a question mark ended it.
  public var question: Bool
  /// Silence that the markup asks for after the clause, in seconds, instead of the pause's own.
  public var silence: Double?

  public init(words: [SpokenWord], pause: Pause, question: Bool = false, silence: Double? = nil) {
    self.words = words
    self.pause = pause
    self.question = question
    self.silence = silence
  }
}

/// Clauses, of which the last one ends the sentence or the paragraph.
public struct Sentence: Hashable, Sendable, CustomStringConvertible {
  /// At least one.
  public var clauses: [Clause]

  public init(_ clauses: [Clause]) { self.clauses = clauses }

  /// For people to read: a comma for each pause inside, a full stop or a question mark at the end. Letters read by
  /// their names are capitals, phonemes stand in double brackets. Empty if there are no words.
  public var description: String {
    let spoken = clauses.filter { !$0.words.isEmpty }
    var line = ""
    for (index, clause) in spoken.enumerated() {
      if !line.isEmpty { line += " " }
      line += clause.words.lazy.map(\.description).joined(separator: " ")
      if index == spoken.count - 1 {
        line += clause.question ? "?" : "."
      } else if clause.pause != .none {
        line += ","
      }
    }
    return line
  }
}
