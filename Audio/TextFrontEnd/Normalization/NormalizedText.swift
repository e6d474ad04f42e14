/// A text as it is spoken.
public struct NormalizedText: Hashable, Sendable {
  public var sentences: [Sentence]
  /// The characters that could not be read, by code point and name, and markup that was ignored.
  public var warnings: [String]

  package init(sentences: [Sentence] = [], warnings: [String] = []) {
    self.sentences = sentences
    self.warnings = warnings
  }

  /// For people to read: one sentence per line, as `Sentence` describes itself.
  public var text: String { sentences.map(\.description).filter { !$0.isEmpty }.joined(separator: "\n") }
}
