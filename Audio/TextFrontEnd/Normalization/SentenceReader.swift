/// Reads text of any length sentence by sentence in bounded memory.
///
/// The pieces of text may be cut anywhere: the sentences are those of the whole text.
///
///     for sentence in SentenceReader(lines) { … }
public struct SentenceReader<Pieces: Sequence<String>>: Sequence, IteratorProtocol {
  private var pieces: Pieces.Iterator
  private var piece: String.UnicodeScalarView.Iterator?
  private var tokenizer = TextTokenizer()
  private var splitter = SentenceSplitter()
  private let verbalizer: Verbalizer
  private var offset = 0
  private var isAtEnd = false

  /// - Parameters:
  ///   - pieces: of the text, in order.
  ///   - lexicon: the words that are looked up as they are written; `Pronouncer` needs it for those that are spoken.
  public init(_ pieces: Pieces, lexicon: UserLexicon = UserLexicon()) {
    self.pieces = pieces.makeIterator()
    verbalizer = Verbalizer(lexicon)
  }

  /// The next sentence with words or a silence in it; nil at the end of the text.
  public mutating func next() -> Sentence? {
    while true {
      if let sentence = splitter.next(atEnd: isAtEnd) {
        let clauses = verbalizer.clauses(of: sentence)
        if !clauses.isEmpty { return Sentence(clauses) }
      } else if isAtEnd {
        return nil
      } else {
        read()
      }
    }
  }

  /// The characters so far that could not be read, and phonemes that are not closed.
  public var warnings: [String] { tokenizer.warnings }

  /// Reads some of the text, or notices its end.
  private mutating func read() {
    for _ in 0..<Self.stride {
      guard let scalar = nextScalar() else {
        isAtEnd = true
        return splitter.append(tokenizer.takeAll())
      }
      tokenizer.append(scalar, at: offset)
      offset += 1
    }
    splitter.append(tokenizer.take())
  }

  private mutating func nextScalar() -> Unicode.Scalar? {
    while true {
      if let scalar = piece?.next() { return scalar }
      guard let next = pieces.next() else { return nil }
      piece = next.unicodeScalars.makeIterator()
    }
  }

  /// Characters between two looks for the end of a sentence.
  private static var stride: Int { 64 }
}
