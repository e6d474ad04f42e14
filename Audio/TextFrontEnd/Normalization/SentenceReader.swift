/// Reads text of any length sentence by sentence in bounded memory.
///
/// The pieces of text may be cut anywhere: the sentences are those of the whole text. The last sentence of a paragraph is
/// there when its paragraph has ended, and any other when some twenty words and marks behind it are.
///
///     for sentence in SentenceReader(lines) { … }
public struct SentenceReader<Pieces: Sequence<String>>: Sequence, IteratorProtocol {
  private var scalars: ScalarReader<Pieces>
  private var tokenizer = TextTokenizer()
  private var sentences: SentenceBuilder
  private var offset = 0

  /// - Parameters:
  ///   - pieces: of the text, in order.
  ///   - lexicon: the words that are looked up as they are written; `Pronouncer` needs it for those that are spoken.
  public init(_ pieces: Pieces, lexicon: UserLexicon = UserLexicon()) {
    scalars = ScalarReader(pieces)
    sentences = SentenceBuilder(lexicon: lexicon)
  }

  /// The next sentence with words or a silence in it; nil at the end of the text.
  public mutating func next() -> Sentence? {
    while true {
      if let sentence = sentences.next() { return sentence }
      if sentences.isAtEnd { return nil }
      read()
    }
  }

  /// The characters so far that could not be read, and phonemes that are not closed.
  public var warnings: [String] { tokenizer.warnings }

  /// Reads some of the text, or notices its end.
  private mutating func read() {
    for _ in 0..<Self.stride {
      guard let scalar = scalars.next() else { return sentences.append(tokenizer.takeAll(), isLast: true) }
      tokenizer.append(scalar, at: offset)
      offset += 1
      if tokenizer.isBehindParagraph { break }
    }
    sentences.append(tokenizer.take())
  }

  /// Characters between two looks for the end of a sentence, at most.
  private static var stride: Int { 64 }
}
