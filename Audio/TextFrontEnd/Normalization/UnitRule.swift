/// The unit behind a number: "km", "%", "°C", "km/h", "m²", "sq ft".
enum UnitRule {
  struct Match {
    var unit: MeasurementUnit
    var count: Int
  }

  /// The unit with the full stop of its abbreviation.
  ///
  /// - Parameter index: The token behind the number.
  static func read(_ tokens: TokenSequence, at index: Int) -> Match? {
    guard var match = unit(tokens, at: index) else { return nil }
    let next = index + match.count
    if tokens.isGluedSymbol(next, "."), !tokens.isEnd(next), tokens[next + 1]?.spaced == true,
      tokens[next - 1]?.isWord == true
    {
      match.count += 1
    }
    return match
  }

  /// Whether a quantity stands before a noun as in "a 5 km run", where the unit is singular.
  static func isAttribute(_ tokens: TokenSequence, at index: Int, end: Int) -> Bool {
    guard let article = tokens.word(index - 1) else { return false }
    // "the 100m dash", but "the 5 km were hard"
    let isAttached = tokens.isGluedWord(index + 1) && determiners.contains(article)
    guard article == "a" || article == "an" || isAttached else { return false }
    return isNoun(tokens[end])
  }

  /// Whether a word that a quantity describes follows.
  static func isNoun(_ noun: TextToken?) -> Bool {
    guard let noun else { return false }
    return noun.isWord && noun.spaced
      && !["of", "for", "in", "to", "and", "or", "per", "at", "on", "from", "is", "was", "are", "were", "a", "the"]
        .contains(noun.lower)
  }

  private static func unit(_ tokens: TokenSequence, at index: Int) -> Match? {
    guard let token = tokens[index] else { return nil }
    if token.kind == .symbol { return symbol(tokens, at: index, token) }
    if tokens.isGluedSymbol(index + 1, "Ω"), let unit = UnitTable.unit(token.text + "Ω") {
      return Match(unit: unit, count: 2)
    }
    if token.isWord, let square = ["sq": "square ", "cu": "cubic "][token.lower] {
      let next = tokens.isSymbol(index + 1, ".") ? index + 2 : index + 1
      guard let base = tokens[next].flatMap({ UnitTable.unit($0.text) ?? longUnits[$0.lower] }) else { return nil }
      return Match(unit: .init(square + base.singular, square + base.plural), count: next + 1 - index)
    }
    guard token.isWord, !token.spaced || !UnitTable.ambiguous.contains(token.text) || isBeforeStop(tokens, index),
      var unit = UnitTable.unit(token.text)
    else { return nil }
    // "55 m.p.h."
    if token.text.utf8.count == 1, tokens.isGluedSymbol(index + 1, "."), tokens.gluedWord(index + 2) != nil {
      return nil
    }
    // "5 am" and "7 s" are units; "5 m-dash" and "3 V's" are not.
    if token.spaced, token.text.utf8.count == 1, tokens.isGluedDash(index + 1) || tokens.isGluedSymbol(index + 1, "&") {
      return nil
    }
    var count = 1
    if tokens.isGluedSymbol(index + 1, "^"), let power = powers[tokens.gluedDigits(index + 2) ?? ""] {
      unit = .init(power + unit.singular, power + unit.plural)
      count = 3
    } else if ["m", "km", "cm", "mm", "ft"].contains(token.text),
      let power = powers[tokens.gluedDigits(index + 1) ?? ""]
    {
      unit = .init(power + unit.singular, power + unit.plural)
      count = 2
    }
    return withRate(tokens, at: index, Match(unit: unit, count: count))
  }

  /// Adds "per hour" for "/h".
  static func withRate(_ tokens: TokenSequence, at index: Int, _ match: Match) -> Match {
    var match = match
    let slash = index + match.count
    guard tokens.isGluedSymbol(slash, "/"), let denominator = tokens[slash + 1], denominator.isWord,
      !denominator.spaced,
      let per = UnitTable.perUnit(denominator.text)
    else { return match }
    var suffix = " per " + per
    match.count += 2
    if tokens.isGluedSymbol(slash + 2, "^"), let power = tokens.gluedDigits(slash + 3) {
      // "Per square inch", but "per second squared".
      let isLength = ["in", "ft", "yd", "mi", "m", "cm", "mm", "km"].contains(denominator.text)
      suffix = isLength ? " per " + (powers[power] ?? "") + per : suffix + (power == "2" ? " squared" : " cubed")
      match.count += 2
    }
    match.unit = .init(match.unit.singular + suffix, match.unit.plural + suffix)
    return match
  }

  private static func symbol(_ tokens: TokenSequence, at index: Int, _ token: TextToken) -> Match? {
    switch token.text {
    case "%": return Match(unit: .init("percent", "percent"), count: 1)
    case "¢": return token.spaced ? nil : Match(unit: .init("cent"), count: 1)
    case "€": return Match(unit: .init("euro"), count: 1)
    case "£" where tokens.gluedDigits(index + 1) == nil: return Match(unit: .init("pound"), count: 1)
    case "$" where tokens.gluedDigits(index + 1) == nil: return Match(unit: .init("dollar"), count: 1)
    case "₹" where tokens.gluedDigits(index + 1) == nil: return Match(unit: .init("rupee"), count: 1)
    case "¥" where tokens.gluedDigits(index + 1) == nil: return Match(unit: .init("yen", "yen"), count: 1)
    case "°":
      if let scale = scales[tokens[index + 1]?.text ?? ""], tokens.isGlued(index + 1) || tokens[index + 1]?.text != "K"
      {
        return Match(unit: .init("degree " + scale, "degrees " + scale), count: 2)
      }
      return Match(unit: .init("degree"), count: 1)
    case "µ":
      guard let next = tokens[index + 1], !next.spaced, let unit = UnitTable.unit("µ" + next.text) else { return nil }
      return Match(unit: unit, count: 2)
    case "Ω": return UnitTable.unit(token.text).map { Match(unit: $0, count: 1) }
    default: return nil
    }
  }

  private static func isBeforeStop(_ tokens: TokenSequence, _ index: Int) -> Bool {
    tokens.isGluedSymbol(index + 1, ".") && tokens[index]?.text == "in"
  }

  private static let determiners: Set<String> = [
    "the", "this", "that", "each", "every", "another", "my", "your", "his", "her", "its", "our", "their",
  ]
  private static let powers = ["2": "square ", "3": "cubic "]
  private static let scales = ["C": "celsius", "F": "fahrenheit", "K": "kelvin"]
  private static let longUnits: [String: MeasurementUnit] = [
    "feet": .init("foot", "feet"), "foot": .init("foot", "feet"), "miles": .init("mile"), "meters": .init("meter"),
    "inches": .init("inch", "inches"),
  ]
}
