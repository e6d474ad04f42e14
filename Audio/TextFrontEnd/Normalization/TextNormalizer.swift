/// Turns written English (United States) into the words that a reader would say.
///
/// Numbers, dates, times, money, units, abbreviations, acronyms, addresses and symbols become words; the text is split
/// into sentences and clauses. Any input is safe, and time is linear in its length.
public struct TextNormalizer: Sendable {
  private let lexicon: UserLexicon

  /// - Parameter lexicon: The words that are looked up as they are written; `Pronouncer` needs it for those that are
  ///   spoken.
  public init(lexicon: UserLexicon = UserLexicon()) { self.lexicon = lexicon }

  /// The spoken form of a plain text. Phonemes may stand in it in double brackets: "[[HH AH0 L OW1]]".
  public func normalize(_ text: String) -> NormalizedText {
    var reader = SentenceReader(CollectionOfOne(text), lexicon: lexicon)
    var result = NormalizedText()
    while let sentence = reader.next() { result.sentences.append(sentence) }
    result.warnings = reader.warnings
    return result
  }

  /// The spoken form of a text in SSML, with or without <speak> around it.
  ///
  /// As `SSMLSentenceReader` reads it.
  ///
  /// - Throws: `SSMLError` with line and column if tags, attributes or entities are wrong.
  public func normalize(ssml text: String) throws(SSMLError) -> NormalizedText {
    var reader = SSMLSentenceReader(CollectionOfOne(text), lexicon: lexicon)
    var result = NormalizedText()
    while let sentence = try reader.next() { result.sentences.append(sentence) }
    result.warnings = reader.warnings
    return result
  }
}
