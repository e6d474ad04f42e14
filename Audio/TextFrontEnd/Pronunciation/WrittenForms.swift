/// Words with digits, signs or accents, by the tokens that they are in a text: "H2O", "COVID-19", "C++", "U.S.".
struct WrittenForms: Sendable {
  struct Form: Sendable {
    /// The tokens' texts.
    var tokens: [String]
    var phones: [StressedPhone]
  }

  /// The most tokens of a form, so that a look at a place of a text is short.
  private static let longest = 24

  /// By the first token in small letters; the longest ones first.
  private var forms: [String: [Form]] = [:]

  /// The words that may begin with a token.
  func beginning(with token: String) -> [Form] { forms[token] ?? [] }

  /// Whether a word has a form: letters a–z alone are found without.
  static func hasForm(_ word: String) -> Bool {
    !word.unicodeScalars.allSatisfy { isASCIILetter($0) || $0 == "'" }
  }

  /// Adds a word that has a form.
  mutating func insert(_ word: String, _ phones: [StressedPhone]) {
    var tokenizer = TextTokenizer()
    for (offset, scalar) in word.unicodeScalars.enumerated() { tokenizer.append(scalar, at: offset) }
    let tokens = tokenizer.takeAll()
    // Where there is white space within it, as around "×", no text is like it.
    guard tokens.count <= Self.longest, let first = tokens.first, tokens.dropFirst().allSatisfy({ !$0.spaced }) else {
      return
    }
    var list = forms[first.lower, default: []]
    let place = list.firstIndex { $0.tokens.count < tokens.count } ?? list.count
    list.insert(Form(tokens: tokens.map(\.text), phones: phones), at: place)
    forms[first.lower] = list
  }
}
