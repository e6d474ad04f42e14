/// Telephone numbers, digit by digit with a pause between groups: "555-1234", "(212) 555-0199", "+1 212 555 0199".
enum PhoneNumberRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if tokens.isSymbol(index, "+") { return international(tokens, at: index) }
    if tokens.isSymbol(index, "(") { return withExtension(areaCode(tokens, at: index), tokens, at: index) }
    guard tokens.digits(index) != nil, !tokens.isGlued(index) || tokens[index - 1]?.kind == .symbol else { return nil }
    return withExtension(dashed(tokens, at: index) ?? spaced(tokens, at: index), tokens, at: index)
      ?? service(tokens, at: index)
  }

  private static func international(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let country = tokens.gluedDigits(index + 1), tokens[index]?.spaced == true || index == 0 else { return nil }
    var groups = [country]
    var next = index + 2
    while groups.count < 8, let group = group(tokens, at: next) {
      groups.append(group.digits)
      next += group.count
    }
    let digits = groups.reduce(0) { $0 + $1.utf8.count }
    guard groups.count >= 2 || digits >= 9, (7...15).contains(digits) else { return nil }
    return RuleResult("plus " + spoken(groups), next - index)
  }

  /// "555-1234 x12"
  private static func withExtension(_ number: RuleResult?, _ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let number, tokens.word(index + number.count) == "x",
      let digits = tokens.gluedDigits(index + number.count + 1)
    else { return number }
    return RuleResult(number.spoken + ", extension " + CodeRule.number(digits), number.count + 2)
  }

  /// The next group with the space, dash, dot or brackets before it.
  private static func group(_ tokens: TokenSequence, at index: Int) -> (digits: String, count: Int)? {
    guard let token = tokens[index] else { return nil }
    if token.isDigits { return token.spaced ? (token.text, 1) : nil }
    if token.isSymbol("("), let digits = tokens.gluedDigits(index + 1), tokens.isGluedSymbol(index + 2, ")") {
      return (digits, 3)
    }
    guard !token.spaced || tokens.isSymbol(index - 1, ")") else { return nil }
    if token.isSymbol("-") || token.isSymbol("."), let digits = tokens.gluedDigits(index + 1) { return (digits, 2) }
    return nil
  }

  /// "(212) 555-0199", "(020) 7946 0958".
  private static func areaCode(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let area = tokens.gluedDigits(index + 1), area.utf8.count == 3 || area.hasPrefix("0") && area.utf8.count < 6,
      tokens.isGluedSymbol(index + 2, ")")
    else { return nil }
    var groups = [area]
    var next = index + 3
    while groups.count < 4, let digits = tokens.digits(next), (2...8).contains(digits.utf8.count) {
      groups.append(digits)
      next += 1
      // A space, a dash or a full stop parts the groups.
      if tokens.isGluedSymbol(next, "-") || tokens.isGluedSymbol(next, "."), tokens.gluedDigits(next + 1) != nil {
        next += 1
      }
    }
    let count = groups.dropFirst().reduce(0) { $0 + $1.utf8.count }
    guard area.hasPrefix("0") ? (6...8).contains(count) : count == 7, !tokens.isGluedWord(next) else { return nil }
    return RuleResult(spoken(groups), next - index)
  }

  /// "555-1234", "212-555-0199", "212.555.0199", "1-800-555-1234", "1-800-FLOWERS".
  private static func dashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let first = tokens.digits(index), let separator = tokens[index + 1], !separator.spaced,
      separator.isSymbol("-") || separator.isSymbol(".")
    else { return nil }
    var groups = [first]
    var next = index + 1
    while tokens.isGluedSymbol(next, separator.text), groups.count < 5, let digits = tokens.gluedDigits(next + 1) {
      groups.append(digits)
      next += 2
    }
    let lengths = groups.map(\.utf8.count)
    if tokens.isGluedSymbol(next, "-"), let word = tokens[next + 1], word.isAllCapitals, !word.spaced,
      word.text.utf8.count > 3, lengths == [1, 3] || lengths == [3]
    {
      return RuleResult(spoken(groups) + ", " + word.lower, next + 2 - index)
    }
    // A ZIP code with its extension.
    if lengths == [5, 4], separator.isSymbol("-"), !["from", "between"].contains(tokens.word(index - 1) ?? "") {
      return RuleResult(spoken(groups), next - index)
    }
    let isPhone = lengths == [3, 4] && separator.isSymbol("-") || lengths == [3, 3, 4] || lengths == [1, 3, 3, 4]
    guard isPhone, tokens.gluedWord(next) == nil else { return nil }
    return RuleResult(spoken(groups), next - index)
  }

  /// "0800 123 4567", "212 555 0199", and card numbers in groups of four.
  private static func spaced(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    var groups: [String] = []
    while groups.count < 6, let digits = tokens.digits(index + groups.count),
      groups.isEmpty || !tokens.isGlued(index + groups.count)
    {
      groups.append(digits)
    }
    let isPhone = groups.count >= 3 && groups[0].hasPrefix("0") && groups.allSatisfy { (2...5).contains($0.utf8.count) }
    let lengths = groups.map(\.utf8.count)
    if lengths == [3, 3, 4] || lengths == [1, 3, 3, 4] && groups[0] == "1" {
      return RuleResult(spoken(groups), groups.count)
    }
    let isCard = groups.count == 4 && groups.allSatisfy { $0.utf8.count == 4 }
    return isPhone || isCard ? RuleResult(spoken(groups), groups.count) : nil
  }

  /// "Call 911", "a 911 call", "Dial 1234": short numbers that are dialed.
  private static func service(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let digits = tokens.digits(index), digits.utf8.count < 7, !tokens.isGlued(index), !hasFraction(tokens, index)
    else { return nil }
    let (before, after) = (tokens.word(index - 1) ?? "", tokens.word(index + 1) ?? "")
    if dialing.contains(before) { return RuleResult(NumberWords.digitByDigit(digits), 1) }
    guard services.contains(digits) else { return nil }
    if ["call", "calls", "operator", "dispatcher"].contains(after) {
      return RuleResult(NumberWords.digitByDigit(digits), 1)
    }
    // "A call to 911", "dial 411 or 311", but not "from 900 to 911"; "we called 311 people" counts them.
    let verb = before == "to" ? tokens.word(index - 2) : before == "or" ? tokens.word(index - 3) : before
    guard let verb, calling.contains(verb) || before == "or" && dialing.contains(verb), !isNoun(tokens[index + 1])
    else {
      return nil
    }
    return RuleResult(NumberWords.digitByDigit(digits), 1)
  }

  private static func isNoun(_ token: TextToken?) -> Bool {
    guard let token, token.isLowercase else { return false }
    return !AbbreviationTable.sentenceStarters.contains(token.lower) && !behindCalls.contains(token.lower)
  }

  private static let behindCalls: Set<String> = [
    "or", "was", "were", "right", "immediately", "first", "today", "again", "instead", "because", "until", "about",
    "without", "from", "during", "once", "too", "straight", "unless", "anyway",
  ]

  /// Whether a number goes on behind its first digits.
  private static func hasFraction(_ tokens: TokenSequence, _ index: Int) -> Bool {
    guard tokens.isGlued(index + 1), let next = tokens[index + 1] else { return false }
    return next.isWord || tokens.gluedDigits(index + 2) != nil || next.isSymbol("%")
  }

  private static let services: Set<String> = [
    "911", "112", "999", "988", "211", "311", "411", "511", "611", "711", "811", "000", "101", "111",
  ]
  private static let dialing: Set<String> = ["dial", "dialed", "dials", "dialing", "dialled", "dialling"]
  private static let calling: Set<String> = [
    "call", "called", "calls", "calling", "phone", "phoned", "text", "ring", "rang",
  ]

  private static func spoken(_ groups: [String]) -> String {
    groups.map { NumberWords.digitByDigit($0) }.joined(separator: ", ")
  }
}
