/// Abbreviations with full stops, initials, and titles: "Dr. Smith", "e.g.", "U.S.", "J. R. R. Tolkien", "No. 5".
enum AbbreviationRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let result = abbreviation(tokens, at: index) else { return nil }
    // "Smith Jr.'s dog"
    let end = index + result.count
    guard tokens.isGluedSymbol(end - 1, "."), tokens.isGluedSymbol(end, "'"), tokens.gluedWord(end + 1) == "s" else {
      return result
    }
    return RuleResult(result.spoken + "'s", result.count + 2)
  }

  private static func abbreviation(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index], token.isWord, token.text.utf8.count <= 8 else { return nil }
    if let result = slashed(tokens, at: index) { return result }
    if token.spaced || !tokens.isSymbol(index - 1, "."), let result = dotted(tokens, at: index) { return result }
    let stop = tokens.isGluedSymbol(index + 1, ".")
    if token.isLetter, token.isCapitalized, stop, !tokens.isEnd(index + 1) { return RuleResult(token.text, 2) }
    if stop, let state = StateAbbreviations.name(tokens, at: index) { return RuleResult(state, 2) }
    // "20th c."
    if stop, token.text == "c", tokens.digits(index - 2) != nil, tokens.gluedWord(index - 1) == "th" {
      return RuleResult("century", 2)
    }
    if stop, let word = lives[token.text], tokens.digits(index + 2)?.utf8.count == 4 { return RuleResult(word, 2) }
    guard let entry = AbbreviationTable.find(token.lower),
      stop || entry.withoutStop || entry.kind == .calendar && isBeforeDate(tokens, at: index)
    else { return nil }
    return expand(entry, tokens, at: index, stop: stop)
  }

  private static func expand(_ entry: Abbreviation, _ tokens: TokenSequence, at index: Int, stop: Bool) -> RuleResult? {
    guard let token = tokens[index] else { return nil }
    let count = stop ? 2 : 1
    let next = tokens[index + count]
    if let street = AbbreviationTable.streets[token.lower], isStreet(tokens, at: index, stop: stop) {
      return RuleResult(street, count)
    }
    switch entry.kind {
    case .title:
      if stop, token.isCapitalized, tokens.isEnd(index + 1) { return RuleResult(entry.spoken, count) }
      // "It is 6 ft. tall" but "Ft. Worth"; "dr" in small letters is not a title.
      guard token.isCapitalized || tokens.isShouted, let next, next.isWord || next.isSymbol("\"") else {
        return token.lower == "ft" && stop ? RuleResult("feet", count) : nil
      }
      if !stop, !next.isCapitalized { return nil }
      if token.isAllCapitals, token.text.utf8.count > 1, !stop, !tokens.isShouted { return nil }
      return RuleResult(entry.spoken, count)
    case .numbered:
      // "p. 5", "Vol. II", "pp. i–ix"
      if stop, token.lower == "no", numberedThings.contains(tokens.word(index - 1) ?? tokens.word(index - 2) ?? "") {
        return RuleResult(entry.spoken, count)
      }
      guard stop, let next,
        next.isDigits || next.isSymbol("(") && tokens.gluedDigits(index + count + 1) != nil
          || RomanNumeralRule.isNumeral(next)
          || RomanNumeralRule.range(tokens, at: index + count, behind: token.lower) != nil
      else { return nil }
      return RuleResult(entry.spoken, count)
    case .calendar:
      guard token.isCapitalized else { return nil }
      if token.isAllCapitals, !tokens.isShouted { return nil }
      // "The sun. Then" stays; "Sun. at noon" and "Mon., Jan. 5" are days.
      return RuleResult(entry.spoken, count)
    case .word:
      guard stop, !tokens.isEnd(index + 1), let next, next.isLowercase || next.kind == .symbol else { return nil }
      return RuleResult(entry.spoken, count)
    case .introducing, .ordinary:
      if token.isAllCapitals, !stop, !tokens.isShouted { return nil }
      if token.lower == "v" || token.lower == "co", !stop || tokens.isEnd(index + 1) && token.isLowercase { return nil }
      return RuleResult(entry.spoken, count)
    }
  }

  /// Whether "Dr" or "St" stands behind the name of a street: "12 Elm Dr. He", "on Main St.", "5th St."
  static func isStreet(_ tokens: TokenSequence, at index: Int, stop: Bool) -> Bool {
    guard let before = tokens[index - 1], before.kind != .symbol, tokens[index]?.isCapitalized == true else {
      return false
    }
    let isOrdinal = before.isWord && ["st", "nd", "rd", "th"].contains(before.lower) && !before.spaced
    guard isOrdinal || before.isCapitalized && !AbbreviationTable.sentenceStarters.contains(before.lower),
      !greetings.contains(before.lower)
    else { return false }
    if isOrdinal || tokens.digits(index - 2) != nil { return true }
    guard let next = tokens[index + (stop ? 2 : 1)], next.isWord, next.isCapitalized else { return true }
    // "K St. NW"
    if AddressRule.directions[next.text] != nil { return true }
    return AbbreviationTable.sentenceStarters.contains(next.lower)
  }

  /// "Mon 5 Jan", "Sun, March 3"
  private static func isBeforeDate(_ tokens: TokenSequence, at index: Int) -> Bool {
    let next = tokens.isSymbol(index + 1, ",") ? index + 2 : index + 1
    let isDayFirst = tokens.digits(next) != nil
    let month = isDayFirst ? next + 1 : next
    return DateRule.month(tokens[index]) == nil && DateRule.month(tokens[month]) != nil
      && (isDayFirst || tokens.digits(month + 1) != nil)
  }

  /// "w/", "w/o", "c/o".
  private static func slashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let letter = tokens[index], letter.isLetter, letter.isLowercase, letter.spaced,
      tokens.isGluedSymbol(index + 1, "/")
    else { return nil }
    let second = tokens.isGlued(index + 2) ? tokens[index + 2] : nil
    switch (letter.text, second?.text) {
    case ("w", "o"): return RuleResult("without", 3)
    case ("c", "o"): return RuleResult("care of", 3)
    case ("s", "he"): return RuleResult("she or he", 3)
    case ("w", nil), ("w", _?): return RuleResult("with", 2)
    default: return nil
    }
  }

  /// "e.g.", "U.S.A.", "Ph.D.", "p.m."; the last full stop may be missing.
  private static func dotted(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard tokens.isGluedSymbol(index + 1, "."), let letters = dottedLetters(tokens, at: index) else { return nil }
    var count = letters.count
    if tokens.isGluedSymbol(index + count, ".") { count += 1 }
    var ending = ""
    if tokens.isGluedSymbol(index + count, "'"), tokens.gluedWord(index + count + 1) == "s" {
      ending = "'s"
      count += 2
    }
    let spoken =
      AbbreviationTable.dotted[letters.text.lowercased()]
      ?? letters.text.uppercased().map(String.init).joined(separator: " ")
    return RuleResult(spoken + ending, count)
  }

  /// The letters of "U.S.A" and how many tokens they take; nil unless there are at least two, parted by full stops.
  private static func dottedLetters(_ tokens: TokenSequence, at index: Int) -> (text: String, count: Int)? {
    guard let first = tokens[index], first.isLetter || first.lower == "ph" else { return nil }
    var text = first.text
    var count = 1
    while count < 16, tokens.isGluedSymbol(index + count, "."), let next = tokens[index + count + 1], !next.spaced,
      next.isLetter
    {
      text += next.text
      count += 2
    }
    return count > 1 ? (text, count) : nil
  }

  /// Before the years of a life.
  static let lives = ["b": "born", "d": "died", "r": "reigned"]

  static let numberedThings: Set<String> = [
    "acct", "account", "serial", "phone", "telephone", "part", "model", "invoice", "order", "ref", "reference", "id",
  ]

  private static let greetings: Set<String> = [
    "dear", "hello", "hi", "good", "ask", "call", "see", "meet", "thanks", "thank", "although", "because", "since",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "old", "mister", "professor",
  ]
}
