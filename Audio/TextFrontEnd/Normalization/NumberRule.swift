/// Numbers in digits with what belongs to them: signs, ordinals, decades, fractions, ranges, units.
enum NumberRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if let sign = sign(tokens, at: index), let result = unsigned(tokens, at: index + 1) {
      return RuleResult(sign + " " + result.spoken, result.count + 1)
    }
    return unsigned(tokens, at: index)
  }

  /// "minus" for a dash that is a sign, not a hyphen, range or operator.
  private static func sign(_ tokens: TokenSequence, at index: Int) -> String? {
    guard let token = tokens[index], token.isSymbol("-") || token.isSymbol("+") || token.isSymbol("–"),
      tokens.isGlued(index + 1), Numeral(tokens, at: index + 1) != nil
    else { return nil }
    let before = tokens[index - 1]
    let opens =
      before.map { $0.kind == .symbol && ["(", "[", "=", "/", ",", ":", "<", ">", "~", "*", "^"].contains($0.text) }
      ?? true
    guard token.spaced || opens else { return nil }
    return token.isSymbol("+") ? "plus" : "minus"
  }

  private static func unsigned(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if let special = FractionRule.read(tokens, at: index) ?? suffixed(tokens, at: index) { return special }
    if let special = FeetRule.read(tokens, at: index) ?? dashedDigits(tokens, at: index) {
      return special
    }
    guard let numeral = Numeral(tokens, at: index) else { return nil }
    var next = index + numeral.count
    if tokens.isGluedDash(next) || tokens.isSymbol(next, "–") && tokens.digits(next + 1) != nil,
      let upper = Numeral(tokens, at: next + 1), tokens[next + 1]?.spaced == tokens[next]?.spaced,
      !hasLetter(tokens, behind: next + 1 + upper.count)
    {
      let end = next + 1 + upper.count
      if tokens.isSymbol(end, "="), tokens.isSymbol(next, "-") {
        return RuleResult(numeral.quantity + " minus " + upper.quantity, end - index)
      }
      if ["boeing", "airbus"].contains(tokens.word(index - 1) ?? "") {
        return RuleResult(CodeRule.number(numeral.integer) + " " + CodeRule.number(upper.integer), end - index)
      }
      let unit = UnitRule.read(tokens, at: end) ?? FeetRule.unit(tokens, at: end)
      let isAttribute = UnitRule.isAttribute(tokens, at: index, end: end + (unit?.count ?? 0))
      return range(numeral, upper, unit: unit, isAttribute: isAttribute, count: end - index)
    }
    if let unit = UnitRule.read(tokens, at: next) {
      let isOne = numeral.isOne || UnitRule.isAttribute(tokens, at: index, end: next + unit.count)
      return RuleResult(numeral.quantity + " " + unit.unit.name(forOne: isOne), numeral.count + unit.count)
    }
    if tokens.isGluedDash(next), let word = tokens[next + 1], word.isWord, !word.spaced,
      let unit = UnitTable.unit(word.text), !UnitTable.ambiguous.contains(word.text),
      tokens.gluedDigits(next + 2) == nil
    {
      next += 2
      return RuleResult(numeral.quantity + " " + unit.singular, next - index)
    }
    return RuleResult(inContext(numeral, tokens, at: index), numeral.count)
  }

  /// A bare number: a year, a model number, a postal code, a quantity.
  private static func inContext(_ numeral: Numeral, _ tokens: TokenSequence, at index: Int) -> String {
    guard let value = numeral.plainValue else { return numeral.quantity }
    let before = tokens[tokens.isSymbol(index - 1, ".") ? index - 2 : index - 1]
    // "The class of '09", "order #12345", "in the year 2525"
    if numeral.integer.utf8.count == 2, numeral.integer.hasPrefix("0"), tokens.isSymbol(index - 1, "'") {
      return "oh " + NumberWords.cardinal(value)
    }
    if numeral.integer.utf8.count > 4, tokens.isSymbol(index - 1, "#") {
      return NumberWords.digitByDigit(numeral.integer)
    }
    if value < 4, let book = tokens[index + 1], book.isCapitalized, book.spaced, letters.contains(book.lower),
      tokens.digits(index + 2) != nil || tokens.isGluedSymbol(index + 2, ".") && tokens.digits(index + 3) != nil
    {
      return NumberWords.ordinal(value)
    }
    if numeral.integer.utf8.count == 5, before?.text == "Box" { return NumberWords.digitByDigit(numeral.integer) }
    if numeral.integer.utf8.count == 4, value > 999, before?.lower == "year" { return NumberWords.year(value) }
    if numeral.integer.utf8.count == 3, value >= 100, let word = before, word.isCapitalized || word.lower == "ext",
      spokenInHalves.contains(word.lower)
    {
      return NumberWords.threeDigits(value)
    }
    if numeral.integer.utf8.count == 4, let word = before, models.contains(word.text) {
      return CodeRule.number(numeral.integer)
    }
    if numeral.integer.utf8.count == 5, let state = before, state.isAllCapitals, state.text.utf8.count == 2 {
      return NumberWords.digitByDigit(numeral.integer)
    }
    if isEarlyYear(numeral, tokens, at: index) { return NumberWords.year(value) }
    return numeral.spoken
  }

  /// Whether a number 1000–1099, which is no year by itself, is one here: "In 1066 he came", "(1066)", "1066 AD".
  private static func isEarlyYear(_ numeral: Numeral, _ tokens: TokenSequence, at index: Int) -> Bool {
    guard numeral.integer.utf8.count == 4, let value = numeral.plainValue, (1000...1099).contains(value) else {
      return false
    }
    let before = tokens.word(index - 1) ?? ""
    let next = tokens[index + 1]
    if let next, next.isAllCapitals, ["AD", "BC", "CE", "BCE"].contains(next.text) { return true }
    if tokens.isSymbol(index - 1, "("), next?.isSymbol(")") == true || before == "ad" { return true }
    guard beforeYears.contains(before), tokens[index]?.spaced == true else { return false }
    // "In 1066 cases" counts them.
    return next.map {
      !$0.isWord && !$0.isDigits || $0.isCapitalized || behindYears.contains($0.lower)
        || AbbreviationTable.sentenceStarters.contains($0.lower)
    } ?? true
  }

  private static func range(
    _ lower: Numeral, _ upper: Numeral, unit: UnitRule.Match?, isAttribute: Bool, count: Int
  ) -> RuleResult {
    if lower.isYear, upper.integer.hasPrefix("0"), upper.integer.utf8.count == 2, upper.fraction == nil, unit == nil {
      // "2008-09"
      return RuleResult(lower.spoken + " to oh " + NumberWords.cardinal(upper.integer), count)
    }
    if unit == nil, let first = lower.plainValue, let last = upper.plainValue, (1000..<1100).contains(first),
      (first...2099).contains(last), lower.integer.utf8.count == 4
    {
      // "1066–1087"
      return RuleResult(NumberWords.year(first) + " to " + NumberWords.year(last), count)
    }
    if lower.integer == "50", upper.text == lower.text, unit == nil { return RuleResult("fifty fifty", count) }
    guard let unit else { return RuleResult(lower.spoken + " to " + upper.spoken, count) }
    let name = unit.unit.name(forOne: isAttribute)
    return RuleResult(lower.quantity + " to " + upper.quantity + " " + name, count + unit.count)
  }

  /// Whether letters follow without space, so that the digits before them are part of a code.
  private static func hasLetter(_ tokens: TokenSequence, behind index: Int) -> Bool {
    guard let word = tokens[index], word.isWord, !word.spaced else { return false }
    return UnitTable.unit(word.text) == nil
  }

  /// "1st", "1990s", "'90s", "80's".
  private static func suffixed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let numeral = Numeral(tokens, at: index), numeral.fraction == nil else { return nil }
    let next = index + numeral.count
    if let word = tokens.gluedWord(next), ["st", "nd", "rd", "th"].contains(word) {
      return RuleResult(NumberWords.ordinal(numeral.integer), numeral.count + 1)
    }
    let apostrophe = tokens.isGluedSymbol(next, "'") ? 1 : 0
    if tokens.gluedWord(next + apostrophe) == "s", ["100", "1000", "1000000"].contains(numeral.integer) {
      // "1,000s of fans"
      let spoken = NumberWords.plural(String(NumberWords.cardinal(numeral.integer).dropFirst(4)))
      return RuleResult(spoken, numeral.count + 1 + apostrophe)
    }
    guard tokens.gluedWord(next + apostrophe) == "s", let value = numeral.plainValue, value % 10 == 0 else {
      return nil
    }
    return RuleResult(NumberWords.plural(numeral.spoken), numeral.count + 1 + apostrophe)
  }

  /// Three or more numbers with dashes between them are a code: "12-34-56".
  private static func dashedDigits(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let first = tokens.digits(index) else { return nil }
    var parts = [first]
    while tokens.isGluedSymbol(index + 2 * parts.count - 1, "-"), parts.count < 12,
      let part = tokens.gluedDigits(index + 2 * parts.count)
    {
      parts.append(part)
    }
    guard parts.count >= 3 else { return nil }
    let isLong = parts.contains { $0.utf8.count > 2 }
    let words = parts.map { isLong ? NumberWords.digitByDigit($0) : NumberWords.cardinal($0) }
    return RuleResult(words.joined(separator: ", "), 2 * parts.count - 1)
  }

  private static let beforeYears: Set<String> = [
    "in", "since", "until", "till", "by", "circa", "around", "before", "after", "from", "to", "year", "ad", "of",
  ]
  private static let behindYears: Set<String> = [
    "and", "until", "was", "were", "had", "there", "when", "under", "during", "onwards", "onward", "came", "saw",
  ]

  /// Books of which there are several: "1 Cor. 13".
  private static let letters: Set<String> = [
    "corinthians", "cor", "samuel", "sam", "kings", "chronicles", "thessalonians", "timothy", "peter", "john",
  ]

  /// What is named by four digits that are read in two halves: "RTX 4090".
  private static let models: Set<String> = [
    "RTX", "GTX", "RX", "RFC", "IEEE", "Ryzen", "Radeon", "GeForce", "Nokia", "Model", "Form", "Flight", "Room",
  ]

  /// What is named by three digits read as one and two: "Boeing 747", "Room 305".
  private static let spokenInHalves: Set<String> = [
    "boeing", "airbus", "flight", "room", "highway", "route", "interstate", "porsche", "ferrari", "bus", "peugeot",
    "suite", "xbox", "ext", "box",
    "apartment", "apt", "extension", "area", "exit",
  ]
}
