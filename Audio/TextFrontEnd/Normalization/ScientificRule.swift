/// Numbers with a power of ten: "1.5e-3", "6.02E23".
enum ScientificRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let numeral = Numeral(tokens, at: index), !numeral.isGrouped else { return nil }
    let mark = index + numeral.count
    guard let letter = tokens[mark], tokens.isGlued(mark), letter.text == "e" || letter.text == "E" else { return nil }
    let sign = tokens[mark + 1].map { !$0.spaced && ($0.isSymbol("-") || $0.isSymbol("+")) } == true ? 1 : 0
    let place = mark + 1 + sign
    // "1E5" may be a code.
    guard let exponent = tokens.gluedDigits(place), exponent.utf8.count <= 3,
      letter.text == "e" || sign == 1 || numeral.fraction != nil,
      !tokens.isGlued(place + 1) || tokens[place + 1]?.kind == .symbol
    else { return nil }
    let isNegative = tokens.isSymbol(mark + 1, "-")
    let power = isNegative ? "minus " + NumberWords.cardinal(exponent) : NumberWords.ordinal(exponent)
    var spoken = "\(numeral.quantity) times ten to the \(power)"
    var next = place + 1
    if let unit = UnitRule.read(tokens, at: next) {
      spoken += " " + unit.unit.plural
      next += unit.count
    }
    return RuleResult(spoken, next - index)
  }
}
