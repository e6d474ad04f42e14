/// Sizes: "4x4", "640x480 px", "1920×1080", "10x12 ft".
enum DimensionRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    // "0x41" is hexadecimal.
    guard let first = tokens.digits(index), first != "0", !tokens.isGlued(index) || tokens[index - 1]?.kind == .symbol
    else { return nil }
    var numbers = [first]
    var next = index + 1
    while numbers.count < 4, tokens.isGlued(next), tokens.word(next) == "x" || tokens.isSymbol(next, "×"),
      let digits = tokens.gluedDigits(next + 1)
    {
      numbers.append(digits)
      next += 2
    }
    guard numbers.count > 1, !tokens.isGluedWord(next) || UnitRule.read(tokens, at: next) != nil,
      !tokens.isGluedSymbol(next, "^"), !tokens.isGluedDash(next) || tokens.gluedDigits(next + 1) == nil
    else { return nil }
    var spoken = numbers.map { CodeRule.number($0) }.joined(separator: " by ")
    if let unit = UnitRule.read(tokens, at: next) {
      let isOne = UnitRule.isNoun(tokens[next + unit.count]) && tokens[index - 1]?.isWord == true
      spoken += " " + unit.unit.name(forOne: isOne)
      next += unit.count
    }
    return RuleResult(spoken, next - index)
  }
}
