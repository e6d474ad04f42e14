/// Tokens as they come → sentences as they are spoken.
struct SentenceBuilder {
  private var splitter: SentenceSplitter
  private let verbalizer: Verbalizer
  /// Whether no more tokens come.
  private(set) var isAtEnd = false

  init(lexicon: UserLexicon) {
    splitter = SentenceSplitter(forms: lexicon.written)
    verbalizer = Verbalizer(lexicon)
  }

  /// - Parameter isLast: whether the text ends with them.
  mutating func append(_ tokens: [TextToken], isLast: Bool = false) {
    splitter.append(tokens)
    isAtEnd = isLast
  }

  /// The next sentence with words or a silence in it; nil until more tokens are there, and at the end.
  mutating func next() -> Sentence? {
    while let sentence = splitter.next(atEnd: isAtEnd) {
      let clauses = verbalizer.clauses(of: sentence)
      if !clauses.isEmpty { return Sentence(clauses) }
    }
    return nil
  }
}
