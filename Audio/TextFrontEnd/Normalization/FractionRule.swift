/// Fractions: "1/2", "2 1/2", "½", "2½", and numbers that a slash only separates: "24/7".
enum FractionRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if let result = vulgar(tokens, at: index) ?? slashed(tokens, at: index) {
      return withUnit(result, tokens, at: index, isMixed: false)
    }
    guard let numeral = Numeral(tokens, at: index), let whole = numeral.plainValue else { return nil }
    var next = index + numeral.count
    if tokens.isGluedDash(next) { next += 1 }
    guard let part = vulgar(tokens, at: next) ?? properFraction(tokens, at: next) else { return nil }
    let mixed = RuleResult(
      NumberWords.cardinal(whole) + " and " + (part.spoken.hasPrefix("one ") ? article(part.spoken) : part.spoken),
      next - index + part.count)
    return withUnit(mixed, tokens, at: index, isMixed: true)
  }

  private static func withUnit(_ result: RuleResult, _ tokens: TokenSequence, at index: Int, isMixed: Bool)
    -> RuleResult
  {
    let end = index + result.count
    if tokens.isGluedSymbol(end, "\""), !tokens.isQuoted(before: index) {
      let isOne = !isMixed || UnitRule.isNoun(tokens[end + 1])
      return RuleResult(result.spoken + (isOne ? " inch" : " inches"), result.count + 1)
    }
    // "3/4ths"
    if let ending = tokens.gluedWord(end), ["ths", "th", "rds", "rd", "nds"].contains(ending) {
      return RuleResult(result.spoken, result.count + 1)
    }
    guard let unit = UnitRule.read(tokens, at: end) else { return result }
    let name = unit.unit.name(forOne: !isMixed && !result.spoken.contains(" over "))
    return RuleResult(result.spoken + " " + name, result.count + unit.count)
  }

  /// "a half" for "one half".
  static func article(_ words: String) -> String {
    (words.hasPrefix("one eigh") ? "an " : "a ") + words.dropFirst(4)
  }

  static func vulgar(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.kind == .symbol, let words = vulgarFractions[token.text] else { return nil }
    return RuleResult(words, 1)
  }

  /// A fraction below one behind a whole number and a space.
  private static func properFraction(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let numerator = tokens[index]?.number, let denominator = tokens[index + 2]?.number, numerator < denominator,
      !tokens.isGlued(index) || tokens.isGluedDash(index - 1)
    else { return nil }
    return slashed(tokens, at: index)
  }

  private static func slashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard tokens.isGluedSymbol(index + 1, "/"), tokens.isGlued(index + 2), let numerator = tokens[index]?.number,
      let denominator = tokens[index + 2]?.number, !tokens.isGluedSymbol(index + 3, "/"),
      !tokens.isGluedSymbol(index - 1, "/") || index == 0
    else { return nil }
    if (1100...2099).contains(numerator), let last = tokens.digits(index + 2),
      last.utf8.count == 2 && denominator == (numerator + 1) % 100 || denominator == numerator + 1
    {
      // "The winter of 1998/99"
      let second = last.hasPrefix("0") ? "oh " + NumberWords.cardinal(denominator) : NumberWords.cardinal(denominator)
      return RuleResult(
        NumberWords.year(numerator) + " " + (denominator > 99 ? NumberWords.year(denominator) : second), 3)
    }
    if let name = denominators[denominator], numerator > 0, numerator < 100, numerator < denominator {
      let words = NumberWords.cardinal(numerator)
      return RuleResult(words + " " + (numerator == 1 ? name : plural(name)), 3)
    }
    if [24, 9, 50, 20].contains(numerator) {
      return RuleResult(NumberWords.cardinal(numerator) + " " + NumberWords.cardinal(denominator), 3)
    }
    return RuleResult(NumberWords.cardinal(numerator) + " over " + NumberWords.cardinal(denominator), 3)
  }

  private static func plural(_ name: String) -> String { name == "half" ? "halves" : name + "s" }

  private static let denominators: [Int: String] = {
    var names = [2: "half", 4: "quarter"]
    for value in [3, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 25, 30, 32, 40, 50, 60, 64, 100, 1000] {
      names[value] = NumberWords.ordinal(value).replacing("one hundredth", with: "hundredth")
        .replacing("one thousandth", with: "thousandth")
    }
    return names
  }()

  static let vulgarFractions = [
    "½": "one half", "¼": "one quarter", "¾": "three quarters", "⅓": "one third", "⅔": "two thirds",
    "⅛": "one eighth", "⅜": "three eighths", "⅝": "five eighths", "⅞": "seven eighths",
  ]
}
