/// Collects spoken words and pauses into clauses.
struct ClauseBuilder {
  private(set) var clauses: [Clause] = []
  private var words: [SpokenWord] = []

  /// Adds words in the notation of `RuleResult`.
  mutating func append(_ spoken: String, rate: Double, source: Range<Int>) {
    for piece in spoken.split(separator: " ") {
      let isBreak = piece.hasSuffix(",")
      let text = isBreak ? piece.dropLast() : piece
      if let first = text.utf8.first {
        let isLetter = (65...90).contains(first)
        words.append(
          SpokenWord(isLetter ? text.lowercased() : String(text), isLetter: isLetter, rate: rate, source: source))
      }
      if isBreak { pause(.comma) }
    }
  }

  mutating func append(_ word: SpokenWord) { words.append(word) }

  /// Adds letters to the word before.
  mutating func appendSuffix(_ suffix: String) {
    guard let last = words.indices.last else { return }
    words[last].text += suffix
  }

  /// Ends the clause; without words, the longer pause of two stays.
  mutating func pause(_ pause: Pause, question: Bool = false) {
    if words.isEmpty {
      guard let last = clauses.indices.last else { return }
      clauses[last].pause = max(clauses[last].pause, pause)
      clauses[last].question = clauses[last].question || question
      return
    }
    clauses += ClauseLength.cut(words, pause: pause, question: question)
    words = []
  }

  /// Ends the clause with a silence; several add up.
  mutating func silence(_ seconds: Double) {
    pause(.none)
    if clauses.isEmpty { clauses.append(Clause(words: [], pause: .none)) }
    clauses[clauses.count - 1].silence = (clauses[clauses.count - 1].silence ?? 0) + seconds
  }
}

/// Keeps clauses short enough to be spoken in one breath and synthesised in bounded memory.
package enum ClauseLength {
  /// The most words in a clause.
  package static let limit = 30

  /// Cuts words into clauses of at most `limit`, before a conjunction or preposition where there is one.
  static func cut(_ words: [SpokenWord], pause: Pause, question: Bool) -> [Clause] {
    var clauses: [Clause] = []
    var start = 0
    while words.count - start > limit {
      let window = start + limit / 2..<start + limit + 1
      let end = window.last { joining.contains(words[$0].text) && !words[$0].isLetter } ?? start + limit
      clauses.append(Clause(words: Array(words[start..<end]), pause: .none))
      start = end
    }
    clauses.append(Clause(words: Array(words[start...]), pause: pause, question: question))
    return clauses
  }

  private static let joining: Set<String> = [
    "and", "but", "or", "nor", "so", "yet", "because", "although", "though", "while", "when", "where", "which", "who",
    "that", "if", "unless", "until", "since", "after", "before", "as", "than", "in", "on", "at", "by", "for", "from",
    "of",
    "to", "with", "without", "about", "into", "over", "under", "through", "between", "against", "during",
  ]
}
