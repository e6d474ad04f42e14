/// Points of the compass and house numbers in addresses: "123 N. Main St.", "42 W. 34th", "1600 Pennsylvania Ave. NW".
enum AddressRule {
  /// A house number, or a direction.
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.spaced || index == 0 || tokens[index - 1]?.kind == .symbol else {
      return nil
    }
    if let number = tokens.digits(index) {
      guard number.utf8.count <= 6, let next = tokens[index + 1], next.spaced,
        direction(tokens, at: index + 1) != nil || isStreetName(tokens, at: index + 1), !isMonth(tokens, index - 1)
      else { return nil }
      return RuleResult(CodeRule.number(number), 1)
    }
    return direction(tokens, at: index) ?? trailingDirection(tokens, at: index) ?? hemisphere(tokens, at: index)
  }

  /// A direction with its full stop, where the name of a street or a region follows.
  static func direction(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.isAllCapitals, let name = directions[token.text] else { return nil }
    let next = index + (tokens.isGluedSymbol(index + 1, ".") ? 2 : 1)
    guard let following = tokens[next], following.spaced else { return nil }
    let result = RuleResult(name, next - index)
    if following.isDigits {
      let isOrdinal = ["st", "nd", "rd", "th"].contains(tokens.gluedWord(next + 1) ?? "")
      return isOrdinal && (tokens.digits(index - 1) != nil || next > index + 1 || isStreet(tokens, next + 2))
        ? result : nil
    }
    if next > index + 1, following.isCapitalized, regions.contains(following.lower) { return result }
    return isStreetName(tokens, at: next) ? result : nil
  }

  /// "NW" behind a street: "K St. NW".
  private static func trailingDirection(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.isAllCapitals, let name = directions[token.text] else { return nil }
    let before = tokens.isSymbol(index - 1, ".") ? index - 2 : index - 1
    guard isStreet(tokens, before), tokens[before]?.isCapitalized == true, before > 0 else { return nil }
    let next = tokens[index + 1]
    if token.isLetter, let next, next.kind != .symbol { return nil }
    return RuleResult(name, tokens.isGluedSymbol(index + 1, ".") && !tokens.isEnd(index + 1) ? 2 : 1)
  }

  /// "40°26'46" N", "74.0°W".
  private static func hemisphere(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.isLetter, let name = directions[token.text], let mark = tokens[index - 1],
      mark.kind == .symbol, ["°", "'", "\""].contains(mark.text), !tokens.isGluedWord(index + 1)
    else { return nil }
    return (max(0, index - 6)..<index).contains { tokens.isSymbol($0, "°") } ? RuleResult(name, 1) : nil
  }

  /// Whether one to three capitalised words stand there, of which the last is a kind of street.
  private static func isStreetName(_ tokens: TokenSequence, at index: Int) -> Bool {
    for count in 0..<4 {
      guard let token = tokens[index + count], token.isCapitalized, token.spaced else { return false }
      if count > 0, isStreet(tokens, index + count) { return true }
    }
    return false
  }

  private static func isStreet(_ tokens: TokenSequence, _ index: Int) -> Bool {
    tokens[index].map { $0.isCapitalized && streets.contains($0.lower) } ?? false
  }

  private static func isMonth(_ tokens: TokenSequence, _ index: Int) -> Bool {
    DateRule.month(tokens.isSymbol(index, ".") ? tokens[index - 1] : tokens[index]) != nil
  }

  static let directions = [
    "N": "north", "S": "south", "E": "east", "W": "west", "NE": "northeast", "NW": "northwest", "SE": "southeast",
    "SW": "southwest",
  ]

  static let streets: Set<String> = [
    "st", "street", "ave", "av", "avenue", "blvd", "boulevard", "rd", "road", "dr", "drive", "ln", "lane", "ct",
    "court", "pl", "place", "way", "hwy", "highway", "pkwy", "parkway", "sq", "square", "ter", "terrace", "cir",
    "circle", "trail", "alley", "loop",
  ]

  private static let regions: Set<String> = [
    "america", "africa", "asia", "europe", "korea", "carolina", "dakota", "virginia", "ireland", "germany", "berlin",
    "sudan", "yorkshire", "sussex", "macedonia", "vietnam", "timor", "midlands", "australia", "hollywood", "broadway",
  ]
}
