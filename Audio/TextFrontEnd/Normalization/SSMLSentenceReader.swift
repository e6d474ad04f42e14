/// Reads a text of any length in the Speech Synthesis Markup Language, with or without <speak> around it, sentence by
/// sentence in bounded memory: what grows with the text is only the depth in which elements are nested.
///
/// Understood: `p`, `s`, `break` (time, strength), `prosody` (rate), `phoneme` (ph, in ARPAbet) and `sub` (alias). The
/// pieces of text may be cut anywhere: the sentences are those of the whole text.
///
///     var reader = SSMLSentenceReader(pieces)
///     while let sentence = try reader.next() { … }
public struct SSMLSentenceReader<Pieces: Sequence<String>> {
  private var scanner: XMLScanner<Pieces>
  private var reader = SSMLReader()
  private var sentences: SentenceBuilder

  /// - Parameters:
  ///   - pieces: of the text, in order.
  ///   - lexicon: the words that are looked up as they are written; `Pronouncer` needs it for those that are spoken.
  public init(_ pieces: Pieces, lexicon: UserLexicon = UserLexicon()) {
    scanner = XMLScanner(pieces)
    sentences = SentenceBuilder(lexicon: lexicon)
  }

  /// Markup so far that was ignored, and characters that could not be read.
  public var warnings: [String] { reader.warnings }

  /// The next sentence with words or a silence in it; nil at the end of the text.
  ///
  /// - Throws: `SSMLError` with line and column once the text is read up to a mistake in its markup, a little before it
  ///   would be spoken. Nothing comes behind it.
  public mutating func next() throws(SSMLError) -> Sentence? {
    while true {
      if let sentence = sentences.next() { return sentence }
      if sentences.isAtEnd { return nil }
      try read()
    }
  }

  /// Reads some of the text, or notices its end.
  private mutating func read() throws(SSMLError) {
    for _ in 0..<Self.stride {
      guard let event = try scanner.next() else {
        return sentences.append(try reader.readEnd(), isLast: true)
      }
      try reader.read(event, from: scanner.start, to: scanner.place.offset)
      if reader.isBehindParagraph { break }
    }
    sentences.append(reader.take())
  }

  /// Characters and tags between two looks for the end of a sentence, at most.
  private static var stride: Int { 64 }
}
