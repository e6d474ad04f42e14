/// Lengths and angles with primes: 6'2", 6', 5.5", 40°26'46".
enum FeetRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let first = Numeral(tokens, at: index) else { return nil }
    let next = index + first.count
    let isAngle = tokens.isSymbol(index - 1, "°") || tokens.isSymbol(index - 1, "'") && tokens.isSymbol(index - 3, "°")
    if isAngle, tokens.isGluedSymbol(next, "'") || tokens.isGluedSymbol(next, "\"") {
      return RuleResult(counted(first, tokens.isSymbol(next, "'") ? "minute" : "second"), first.count + 1)
    }
    if tokens.isGluedSymbol(next, "'") {
      // A song of 3'45".
      if let seconds = tokens.gluedDigits(next + 1), let value = Int(seconds), (12..<60).contains(value),
        tokens.isGluedSymbol(next + 2, "\"")
      {
        return RuleResult(counted(first, "minute") + " \(NumberWords.cardinal(value)) seconds", first.count + 3)
      }
      return feetAndInches(tokens, at: index, first) ?? feet(tokens, at: index, first)
    }
    guard tokens.isGluedSymbol(next, "\""), !tokens.isQuoted(before: index) else { return nil }
    let isOne = first.isOne || UnitRule.isAttribute(tokens, at: index, end: next + 1)
    return RuleResult(first.quantity + (isOne ? " inch" : " inches"), first.count + 1)
  }

  /// The mark behind the second number of 1-2".
  static func unit(_ tokens: TokenSequence, at index: Int) -> UnitRule.Match? {
    if tokens.isGluedSymbol(index, "\""), !tokens.isQuoted(before: index) {
      return .init(unit: .init("inch", "inches"), count: 1)
    }
    let isFeet = tokens.isGluedSymbol(index, "'") && !tokens.isGlued(index + 1) && !isInSingleQuotes(tokens, index)
    return isFeet ? .init(unit: .init("foot", "feet"), count: 1) : nil
  }

  private static func feetAndInches(_ tokens: TokenSequence, at index: Int, _ feet: Numeral) -> RuleResult? {
    let start = index + feet.count + 1
    guard feet.fraction == nil, let inches = Numeral(tokens, at: start), let value = Double(inches.text), value < 12
    else { return nil }
    var end = start + inches.count
    var spoken = counted(inches, "inch", "inches")
    if let part = FractionRule.vulgar(tokens, at: end), tokens.isGlued(end) {
      spoken = "\(inches.quantity) and \(FractionRule.article(part.spoken)) inches"
      end += 1
    }
    let isClosed = tokens.isGluedSymbol(end, "\"") || tokens.isGluedSymbol(end, "'")
    guard isClosed || !tokens[start]!.spaced && (feet.plainValue ?? 9) < 9 && !tokens.isGluedWord(end) else {
      return nil
    }
    return RuleResult(counted(feet, "foot", "feet") + " " + spoken, end + (isClosed ? 1 : 0) - index)
  }

  /// 6' where the apostrophe closes no quotation, and no letters follow.
  private static func feet(_ tokens: TokenSequence, at index: Int, _ feet: Numeral) -> RuleResult? {
    let mark = index + feet.count
    guard !tokens.isGlued(mark + 1) || tokens[mark + 1]?.kind == .symbol || WordRule.isBy(tokens, at: mark + 1) else {
      return nil
    }
    if isInSingleQuotes(tokens, mark) { return nil }
    // "5' x 10' room"
    let isSide = tokens.word(index - 1) == "x" && UnitRule.isNoun(tokens[mark + 1])
    if isSide || tokens.word(mark + 1) == "x" || UnitRule.isAttribute(tokens, at: index, end: mark + 1) {
      return RuleResult(feet.quantity + " foot", feet.count + 1)
    }
    return RuleResult(counted(feet, "foot", "feet"), feet.count + 1)
  }

  /// Whether an apostrophe may close a quotation that was opened by one.
  private static func isInSingleQuotes(_ tokens: TokenSequence, _ mark: Int) -> Bool {
    let opening = tokens.tokens[..<mark].indices.last { place in
      tokens.isSymbol(place, "'") && (tokens.tokens[place].spaced || !tokens.isGlued(place))
        && tokens.isGlued(place + 1)
    }
    guard let opening else { return false }
    return !tokens.tokens[opening + 1..<mark].contains { $0.isSymbol("'") && !$0.spaced }
  }

  private static func counted(_ numeral: Numeral, _ one: String, _ many: String? = nil) -> String {
    numeral.quantity + " " + (numeral.isOne ? one : many ?? one + "s")
  }
}
