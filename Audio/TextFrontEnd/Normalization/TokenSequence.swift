/// The tokens of one sentence, as rules look at them; every place outside is empty.
struct TokenSequence {
  let tokens: [TextToken]
  /// Whether the whole sentence is written in capitals, which then say nothing about its words.
  let isShouted: Bool

  init(_ tokens: [TextToken]) {
    self.tokens = tokens
    let words = tokens.lazy.filter { $0.isWord }
    isShouted =
      words.prefix(3).count == 3 && words.filter { $0.text.utf8.count > 1 }.prefix(2).count == 2
      && words.allSatisfy { $0.text.utf8.allSatisfy { !(97...122).contains($0) } }
  }

  subscript(_ index: Int) -> TextToken? { tokens.indices.contains(index) ? tokens[index] : nil }

  /// Whether there is a token right behind the one before it.
  func isGlued(_ index: Int) -> Bool { index > 0 && index < tokens.count && !tokens[index].spaced }

  func isSymbol(_ index: Int, _ symbol: String) -> Bool { self[index]?.isSymbol(symbol) == true }

  func isGluedSymbol(_ index: Int, _ symbol: String) -> Bool { isGlued(index) && isSymbol(index, symbol) }

  func isGluedDash(_ index: Int) -> Bool { isGluedSymbol(index, "-") || isGluedSymbol(index, "–") }

  /// A word in small letters.
  func word(_ index: Int) -> String? { self[index].flatMap { $0.isWord ? $0.lower : nil } }

  func gluedWord(_ index: Int) -> String? { isGlued(index) ? word(index) : nil }

  func isGluedWord(_ index: Int) -> Bool { gluedWord(index) != nil }

  func digits(_ index: Int) -> String? { self[index].flatMap { $0.isDigits ? $0.text : nil } }

  func gluedDigits(_ index: Int) -> String? { isGlued(index) ? digits(index) : nil }

  /// Whether a quotation is open before a place. Behind a digit the mark closes one, or is that of inches.
  func isQuoted(before index: Int) -> Bool {
    var isOpen = false
    for place in 0..<min(index, tokens.count) where tokens[place].isSymbol("\"") {
      let isInches = place > 0 && !tokens[place].spaced && (tokens[place - 1].isDigits || isFraction(place - 1))
      if isOpen || !isInches { isOpen.toggle() }
    }
    return isOpen
  }

  private func isFraction(_ index: Int) -> Bool {
    self[index].map { $0.kind == .symbol && FractionRule.vulgarFractions[$0.text] != nil } ?? false
  }

  /// Whether only punctuation follows, and markup without words.
  func isEnd(_ index: Int) -> Bool {
    var index = index
    while let token = self[index] {
      switch token.kind {
      case .silence, .boundary: break
      case .symbol where Self.closing.contains(token.text): break
      default: return false
      }
      index += 1
    }
    return true
  }

  private static let closing: Set<String> = [".", "!", "?", "...", "\"", "'", ")", "]", "}"]
}

/// What a rule makes of some tokens.
///
/// The notation is that of `NormalizedText.text`: words of small letters, single capitals for letters that are named,
/// and commas behind words for pauses.
struct RuleResult: Hashable {
  var spoken: String
  /// How many tokens it stands for.
  var count: Int

  init(_ spoken: String, _ count: Int) {
    self.spoken = spoken
    self.count = count
  }
}
