/// Words in letters: acronyms, mixed case, single letters, possessives.
enum WordRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.isWord else { return nil }
    if tokens.isGluedSymbol(index + 1, "Ω"), let unit = UnitTable.unit(token.text + "Ω") {
      return RuleResult(unit.singular, 2)
    }
    if token.isLetter { return RuleResult(letter(tokens, at: index), 1) }
    if token.isAllCapitals, tokens.isGluedSymbol(index + 1, "&") || tokens.isGluedSymbol(index - 1, "&") {
      return RuleResult(spelled(token.text), 1)
    }
    if token.isAllCapitals, token.text.utf8.count > 2,
      tokens.isGluedSymbol(index + 1, "_") || tokens.isGluedSymbol(index - 1, "_")
    {
      return RuleResult(spoken(token.lower), 1)
    }
    return RuleResult(spoken(token.text, isShouted: tokens.isShouted), 1)
  }

  /// A word by itself.
  static func spoken(_ text: String, isShouted: Bool = false) -> String {
    let parts = split(text)
    let base = parts.base
    let lower = base.lowercased()
    if base.utf8.contains(39) { return text.lowercased() }
    if let respelled = AcronymTable.respelled[lower] { return respelled + parts.ending }
    let isAcronym = AcronymTable.isSpelled(lower) || !CapitalizedWords.isShoutedWord(lower)
    if base == lower || isShouted && !isAcronym {
      return AcronymTable.lacksVowel(lower) ? spelled(base) + parts.ending : lower + parts.ending
    }
    if base == base.uppercased() {
      let isWord = AcronymTable.isReadAsWord(lower) || parts.isPlural && AcronymTable.isReadAsWord(lower + "s")
      if !isWord { return spelled(base) + (parts.isPlural ? "'s" : parts.ending) }
      return lower + (parts.isPlural ? "s" : parts.ending)
    }
    return mixed(base) + parts.ending
  }

  /// The letters of a word by name: "F B I".
  static func spelled(_ text: String) -> String { text.uppercased().map(String.init).joined(separator: " ") }

  /// A word and a possessive ending, or the small "s" behind capitals.
  private static func split(_ text: String) -> (base: String, ending: String, isPlural: Bool) {
    if text.lowercased().hasSuffix("'s"), text.utf8.count > 2 { return (String(text.dropLast(2)), "'s", false) }
    if text.hasSuffix("s"), text.utf8.count > 2, text.dropLast().utf8.allSatisfy({ (65...90).contains($0) }) {
      return (String(text.dropLast()), "", true)
    }
    return (text, "", false)
  }

  /// Capitals and small letters: "Hello", "iPhone", "McDonald", "HTTPServer".
  private static func mixed(_ text: String) -> String {
    let lower = text.lowercased()
    if AcronymTable.lacksVowel(lower), text.utf8.count <= 4 { return spelled(text) }
    if text.hasPrefix("Mc") || text.hasPrefix("Mac") && lower != "macbook" && text.utf8.count > 4 { return lower }
    return humps(text).map { hump in
      if hump.utf8.count == 1 { return hump == "i" ? "i" : hump.uppercased() }
      return hump == hump.uppercased() ? spoken(hump) : hump.lowercased()
    }.joined(separator: " ")
  }

  /// "HTTPServer" as "HTTP", "Server".
  private static func humps(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var humps: [String] = []
    var start = 0
    for index in bytes.indices.dropFirst() {
      let isCapital = (65...90).contains(bytes[index])
      let wasCapital = (65...90).contains(bytes[index - 1])
      let nextIsSmall = index + 1 < bytes.count && (97...122).contains(bytes[index + 1])
      guard isCapital && (!wasCapital || nextIsSmall) else { continue }
      humps.append(String(decoding: bytes[start..<index], as: UTF8.self))
      start = index
    }
    humps.append(String(decoding: bytes[start...], as: UTF8.self))
    return humps
  }

  /// Whether what follows a capital A may be a noun: not in "A to B", "A = B", "A B C".
  private static func isArticle(_ tokens: TokenSequence, before index: Int) -> Bool {
    guard let next = tokens[index] else { return false }
    if !next.spaced { return false }
    if next.kind == .symbol { return tokens.isGlued(index + 1) }
    if next.isLetter, next.isCapitalized { return tokens.isGlued(index + 1) }
    return !["to", "and", "or", "is", "minus", "plus", "equals", "times"].contains(next.lower)
  }

  /// Whether an x stands between two measures: "2 x 4", "8 ft x 10 ft", 5'x10'.
  static func isBy(_ tokens: TokenSequence, at index: Int) -> Bool {
    guard tokens.word(index) == "x", tokens.digits(index + 1) != nil, let before = tokens[index - 1],
      tokens[index]?.spaced == tokens[index + 1]?.spaced, !tokens.isSymbol(index + 2, "=")
    else {
      return false
    }
    if before.isDigits { return true }
    if before.kind == .symbol { return before.text == "'" || before.text == "\"" }
    return UnitTable.unit(before.text) != nil && tokens.digits(index - 2) != nil
  }

  /// "10x faster", "3 x 4 = 12"
  private static func isTimes(_ tokens: TokenSequence, at index: Int) -> Bool {
    if tokens.digits(index + 1) != nil { return tokens.isSymbol(index + 2, "=") }
    guard tokens.isGlued(index), let next = tokens[index + 1], next.isWord, next.spaced else { return false }
    return next.lower.hasSuffix("er") || ["more", "less", "as", "the"].contains(next.lower)
  }

  /// One letter: the article, the pronoun, or the letter's name.
  private static func letter(_ tokens: TokenSequence, at index: Int) -> String {
    guard let token = tokens[index] else { return "" }
    let follows = isArticle(tokens, before: index + 1)
    switch token.text {
    case "a" where tokens.isGluedSymbol(index + 1, ")"): return "A"
    case "a": return tokens.isGlued(index) && tokens.isGlued(index + 1) && !tokens.isGluedDash(index - 1) ? "A" : "a"
    case "i", "I": return tokens.isGluedSymbol(index - 1, "/") ? "I" : "i"
    case "A":
      if tokens.isGluedSymbol(index - 1, "&"), tokens.isGlued(index) { return "A" }
      let isFirst = index == 0 || tokens[index - 1]?.kind == .symbol
      let isTitle = tokens[index - 1]?.isCapitalized == true && tokens[index + 1]?.isCapitalized == true
      return follows && (isFirst || isTitle || tokens.isShouted) ? "a" : "A"
    case "x" where isBy(tokens, at: index): return "by"
    case "x" where tokens.digits(index - 1) != nil && isTimes(tokens, at: index): return "times"
    case "n" where tokens.isSymbol(index - 1, "'"): return "n"
    case "O" where follows && tokens[index + 1]?.isCapitalized == true: return "o"
    default: return token.text.uppercased()
    }
  }
}
