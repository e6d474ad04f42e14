/// The smallest piece of text that rules look at: a run of letters, a run of digits, one symbol, or markup.
struct TextToken: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// ASCII letters, with apostrophes between them.
    case word
    /// ASCII digits.
    case digits
    /// One character that is neither, or "..." for an ellipsis.
    case symbol
    /// A word with its phonemes.
    case phonemes([String])
    /// A break in seconds.
    case silence(Double)
    /// The end of a paragraph or, by markup, of a sentence.
    case boundary(Pause)
  }

  var kind: Kind
  /// The characters, after folding; at most `TextTokenizer.longestRun`.
  var text: String
  /// The text in small letters.
  var lower: String
  /// Whether white space, or the start of the text, comes before it.
  var spaced: Bool
  /// The speaking rate at this place.
  var rate = 1.0
  /// Where it was written, in Unicode scalars from the start.
  var source: Range<Int>

  init(_ kind: Kind, _ text: String, spaced: Bool, source: Range<Int>) {
    self.kind = kind
    self.text = text
    lower = kind == .word ? text.lowercased() : text
    self.spaced = spaced
    self.source = source
  }

  var isWord: Bool { kind == .word }
  var isDigits: Bool { kind == .digits }

  /// Its share of a long text, in characters.
  var length: Int { if case .phonemes(let symbols) = kind { 3 * symbols.count } else { text.utf8.count } }

  /// Whether a paragraph ends here: nothing looks past it.
  var endsParagraph: Bool { kind == .boundary(.paragraph) }

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

  /// Whether it is a word that begins with a capital.
  var isCapitalized: Bool { kind == .word && text.utf8.first.map { (65...90).contains($0) } == true }

  /// Whether it is a word of capitals only.
  var isAllCapitals: Bool { kind == .word && text.utf8.allSatisfy { (65...90).contains($0) } }

  /// Whether it is a word of small letters (and apostrophes) only.
  var isLowercase: Bool { kind == .word && text.utf8.allSatisfy { (97...122).contains($0) || $0 == 39 } }

  /// Whether it is one letter.
  var isLetter: Bool { kind == .word && text.utf8.count == 1 }

  /// The value of a run of at most nine digits.
  var number: Int? { kind == .digits && text.utf8.count <= 9 ? Int(text) : nil }
}
