/// What follows a clause.
public enum ClauseEnding: String, Sendable, Hashable, Comparable {
  /// A short pause inside a sentence.
  case comma = ","
  case statement = "."
  case question = "?"

  /// Whether the sentence is over.
  public var endsSentence: Bool { self != .comma }

  private var rank: Int {
    switch self {
    case .comma: 0
    case .statement: 1
    case .question: 2
    }
  }

  /// By what they end, and a question before a statement.
  public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}

/// Words that are spoken in one breath, and what follows them.
public struct Clause: Sendable, Hashable {
  /// In spoken form: letters a–z and apostrophes only.
  public var words: [Pronouncer.Word]
  public var ending: ClauseEnding
  /// Seconds of silence that markup asks for after the clause, in place of the usual pause.
  public var silence: Double?
  /// Speed relative to the voice's own, above 1 faster.
  public var rate: Double
  /// Whether a paragraph ends here.
  public var endsParagraph = false

  public init(words: [Pronouncer.Word], ending: ClauseEnding, silence: Double? = nil, rate: Double = 1) {
    self.words = words
    self.ending = ending
    self.silence = silence
    self.rate = rate
  }
}

/// A sentence in spoken form: clauses of which only the last ends it.
public struct Sentence: Sendable, Hashable, CustomStringConvertible {
  public var clauses: [Clause]

  /// Words in small letters, spelled letters in capitals, phonemes in double brackets: `the F B I said [[HH AY1]].`
  public var description: String {
    clauses.filter { !$0.words.isEmpty }.map { clause in
      clause.words.map(\.notation).joined(separator: " ") + clause.ending.rawValue
    }.joined(separator: " ")
  }
}

extension Pronouncer.Word {
  /// As in `Sentence.description`.
  var notation: String {
    switch reading {
    case .word: text
    case .letters: text.prefix(1).uppercased() + text.dropFirst()
    case .phones(let phones): "[[\(phones.arpabet)]]"
    }
  }
}
