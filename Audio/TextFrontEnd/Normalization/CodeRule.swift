/// Letters and digits that are written together: "mp3", "H2O", "A380", "COVID-19", "v2.0.1", "192.168.0.1".
enum CodeRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index],
      !(tokens.isGlued(index) && (tokens[index - 1].map { $0.isWord || $0.isDigits } ?? false))
    else { return nil }
    return version(tokens, at: index) ?? (token.isWord || token.isDigits ? mixed(tokens, at: index) : nil)
  }

  /// Numbers with at least two full stops between them, with or without a "v".
  private static func version(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    var start = index
    var words = ""
    if let word = tokens.word(index), word == "v" || word == "ver", tokens.gluedDigits(index + 1) != nil {
      words = "version "
      start += 1
    }
    guard let first = tokens.digits(start) else { return nil }
    var parts = [first]
    var next = start + 1
    while parts.count < 12, tokens.isGluedSymbol(next, "."), let part = tokens.gluedDigits(next + 1) {
      parts.append(part)
      next += 2
    }
    guard tokens.gluedWord(next) == nil, parts.count > 2 || !words.isEmpty else { return nil }
    if parts.count == 4 {
      words += parts.map { NumberWords.digitByDigit($0) }.joined(separator: " dot ")
      if tokens.isGluedSymbol(next, ":"), let port = tokens.gluedDigits(next + 1) {
        words += " colon " + number(port)
        next += 2
      }
    } else {
      words += parts.map { number($0) }.joined(separator: " point ")
    }
    return RuleResult(words, next - index)
  }

  private static func mixed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    var end = index + 1
    var hasWord = tokens[index]?.isWord == true
    var hasDigits = !hasWord
    while let token = tokens[end], !token.spaced, end - index < 24 {
      if token.isWord || token.isDigits {
        hasWord = hasWord || token.isWord
        hasDigits = hasDigits || token.isDigits
      } else {
        break
      }
      end += 1
    }
    if end == index + 1 { return dashed(tokens, at: index) }
    guard hasWord, hasDigits, !isQuantity(tokens, at: index, end: end) else { return nil }
    var spoken = ""
    // "MP3s"
    let isPlural = tokens.word(end - 1) == "s" && tokens.digits(end - 2) != nil
    for position in index..<(isPlural ? end - 1 : end) {
      guard let token = tokens[position] else { break }
      let isBy = token.lower == "x" && position > index && tokens[position + 1]?.isDigits == true && position + 1 < end
      spoken += (spoken.isEmpty ? "" : " ")
      spoken += isBy ? "by" : piece(token, isShouted: tokens.isShouted)
    }
    return RuleResult(isPlural ? NumberWords.plural(spoken) : spoken, end - index)
  }

  /// "1st", "90s", "5km": numbers with an ending or a unit.
  private static func isQuantity(_ tokens: TokenSequence, at index: Int, end: Int) -> Bool {
    guard let word = tokens.gluedWord(index + 1), tokens.digits(index) != nil else { return false }
    if ["st", "nd", "rd", "th", "am", "pm"].contains(word) { return true }
    // "747s" are planes, "30s" are years or seconds.
    if word == "s" { return tokens.digits(index).map { $0.utf8.count < 3 || $0.hasSuffix("0") } ?? false }
    return UnitRule.read(tokens, at: index + 1).map { index + 1 + $0.count >= end } ?? false
  }

  /// "COVID-19", "F-16", "Catch-22": a dash between a word and a number is not read.
  private static func dashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let word = tokens[index], word.isWord, tokens.isGluedSymbol(index + 1, "-"),
      let digits = tokens.gluedDigits(index + 2), !tokens.isGluedSymbol(index + 3, "."), !tokens.isGluedDash(index + 3),
      tokens.gluedWord(index + 3) ?? "s" == "s", word.isCapitalized, digits.utf8.count <= 4
    else { return nil }
    let name = word.isLetter ? word.text : WordRule.spoken(word.text, isShouted: tokens.isShouted)
    let isPlural = tokens.gluedWord(index + 3) != nil
    return RuleResult(name + " " + (isPlural ? NumberWords.plural(number(digits)) : number(digits)), isPlural ? 4 : 3)
  }

  private static func piece(_ token: TextToken, isShouted: Bool) -> String {
    if token.isDigits { return number(token.text) }
    if token.isLetter { return token.text.uppercased() }
    if token.isAllCapitals, token.text.utf8.count < 4, !isShouted, !["pin", "ram"].contains(token.lower) {
      return WordRule.spelled(token.text)
    }
    return WordRule.spoken(token.text, isShouted: isShouted)
  }

  /// A number in a code: up to 99 as a number, three digits in two halves, four as a year, longer digit by digit.
  static func number(_ digits: String) -> String {
    guard digits.utf8.count <= 4, !(digits.utf8.count > 1 && digits.hasPrefix("0")), let value = Int(digits) else {
      return NumberWords.digitByDigit(digits)
    }
    switch digits.utf8.count {
    case 3: return NumberWords.threeDigits(value)
    case 4: return NumberWords.year(value)
    default: return NumberWords.cardinal(value)
    }
  }
}
