/// Words with digits, signs or accents, by the tokens that they are in a text: "H2O", "COVID-19", "C++", "U.S.".
struct WrittenForms: Sendable {
  struct Form: Sendable {
    /// The tokens' texts.
    var tokens: [String]
    var phones: [StressedPhone]
  }

  /// What a full stop of a text is to a form that stands there.
  enum Stop: Sendable {
    case inside, atEnd
  }

  /// The most tokens of a form, so that a look at a place of a text is short and never reaches past what is read.
  private static let longest = SentenceSplitter.lookahead

  /// By the first token in small letters; the longest ones first.
  private var forms: [String: [Form]] = [:]
  /// Forms in small letters with the place of one of their full stops, by the token before it.
  private var stops: [String: [(tokens: [String], place: Int)]] = [:]

  /// The words that may begin with a token.
  func beginning(with token: String) -> [Form] { forms[token] ?? [] }

  /// Whether a full stop is one of an abbreviation, in any case: of "Abt.", "Dipl.-Ing."
  ///
  /// - Parameter mark: its place in the tokens.
  func stop(in tokens: [TextToken], at mark: Int) -> Stop? {
    guard mark > 0, let known = stops[tokens[mark - 1].lower] else { return nil }
    var found: Stop?
    for form in known {
      let start = mark - form.place
      guard start >= 0, start + form.tokens.count <= tokens.count,
        start == 0 || tokens[start].spaced || !tokens[start - 1].isWord && !tokens[start - 1].isDigits,
        form.tokens.indices.allSatisfy({
          tokens[start + $0].lower == form.tokens[$0] && ($0 == 0 || !tokens[start + $0].spaced)
        })
      else { continue }
      if form.place < form.tokens.count - 1 { return .inside }
      found = .atEnd
    }
    return found
  }

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
    for place in tokens.indices.dropFirst() where tokens[place].isSymbol(".") {
      stops[tokens[place - 1].lower, default: []].append((tokens.map(\.lower), place))
    }
  }
}
