/// Collects what rules read into clauses and sentences.
struct ClauseBuilder {
  /// Words after which a clause is cut even where nothing is written.
  static let longestClause = 30
  /// A clause is cut before these rather than anywhere, once it has half its words.
  private static let joints: Set<String> = [
    "and", "or", "but", "because", "which", "who", "that", "while", "when", "where", "if", "with", "from", "into",
    "before", "after", "as", "than", "for", "to", "of", "in", "by",
  ]

  private(set) var sentences: [Sentence] = []
  private var clauses: [Clause] = []
  private var words: [Pronouncer.Word] = []
  private var rate = 1.0

  /// Whether a sentence has begun.
  var isInSentence: Bool { !words.isEmpty || !clauses.isEmpty }

  /// Takes a reading in the notation of `Reading`.
  mutating func append(_ text: String) {
    for part in text.split(separator: " ") {
      var word = part
      var ending: ClauseEnding?
      while let mark = word.last.flatMap({ ClauseEnding(rawValue: String($0)) }) {
        ending = max(ending ?? .comma, mark)
        word.removeLast()
      }
      if !word.isEmpty { append(Self.word(word)) }
      if let ending { close(ending) }
    }
  }

  /// A capital by itself is the name of a letter.
  private static func word(_ text: Substring) -> Pronouncer.Word {
    let isLetter = text.utf8.first.map { 65...90 ~= $0 } == true
    return Pronouncer.Word(text.lowercased(), reading: isLetter ? .letters : .word)
  }

  mutating func append(_ word: Pronouncer.Word) {
    words.append(word)
    guard words.count >= Self.longestClause else { return }
    let half = Self.longestClause / 2
    let joint = words.indices.dropFirst(half).last { Self.joints.contains(words[$0].text) }
    let rest = joint.map { Array(words[$0...]) } ?? []
    words.removeLast(rest.count)
    close(.comma)
    words = rest
  }

  /// Speed from here on.
  mutating func setRate(_ rate: Double) {
    if rate != self.rate && !words.isEmpty { close(.comma, silence: 0) }
    self.rate = rate
  }

  /// Ends the clause; marks in a row are the strongest of them.
  mutating func close(_ ending: ClauseEnding, silence: Double? = nil) {
    if words.isEmpty {
      // What follows a pause changes what kind of a pause it was.
      guard var last = clauses.popLast() else {
        if let silence { silenceBefore(silence) }
        return
      }
      last.ending = max(last.ending, ending)
      last.silence = silence ?? last.silence
      clauses.append(last)
    } else {
      clauses.append(Clause(words: words, ending: ending, silence: silence, rate: rate))
      words = []
    }
    if ending.endsSentence { endSentence() }
  }

  /// A break before the first word, or between sentences.
  private mutating func silenceBefore(_ seconds: Double) {
    if var last = sentences.popLast() {
      last.clauses[last.clauses.count - 1].silence = (last.clauses.last!.silence ?? 0) + seconds
      sentences.append(last)
    } else {
      clauses.append(Clause(words: [], ending: .comma, silence: seconds, rate: rate))
    }
  }

  private mutating func endSentence() {
    guard !clauses.isEmpty else { return }
    clauses[clauses.count - 1].ending = max(clauses.last!.ending, .statement)
    sentences.append(Sentence(clauses: clauses))
    clauses = []
  }

  /// Ends the sentence, and the paragraph with it.
  mutating func endParagraph() {
    if !words.isEmpty { close(.statement) }
    endSentence()
    if var last = sentences.popLast() {
      last.clauses[last.clauses.count - 1].endsParagraph = true
      sentences.append(last)
    }
  }
}
