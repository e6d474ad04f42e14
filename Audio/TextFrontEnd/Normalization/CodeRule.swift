/// Letters and digits that are written together: "mp3", "H2O", "A380", "COVID-19", "v2.0.1", "192.168.0.1".
enum CodeRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let token = tokens[index],
      !(tokens.isGlued(index) && (tokens[index - 1].map { $0.isWord || $0.isDigits } ?? false)),
      !WordRule.isBy(tokens, at: index)
    else { return nil }
    if let zone = timeZone(tokens, at: index) { return zone }
    return version(tokens, at: index) ?? videoLines(tokens, at: index)
      ?? (token.isWord || token.isDigits ? mixed(tokens, at: index) : nil)
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

  /// "GMT-5", "UTC+05:30"
  private static func timeZone(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let zone = tokens[index], zone.text == "GMT" || zone.text == "UTC", let sign = tokens[index + 1],
      !sign.spaced,
      let sign = ["-": "minus", "–": "minus", "+": "plus"][sign.text], let hours = tokens.gluedDigits(index + 2),
      let hour = Int(hours), hour < 15
    else { return nil }
    var spoken = "\(WordRule.spelled(zone.text)) \(sign) \(NumberWords.cardinal(hour))"
    var count = 3
    if tokens.isGluedSymbol(index + 3, ":"), let minutes = tokens.gluedDigits(index + 4), let minute = Int(minutes) {
      spoken += minute == 0 ? "" : " " + NumberWords.cardinal(minute)
      count = 5
    }
    return RuleResult(spoken, count)
  }

  /// "1080p": lines of a picture, not pence.
  private static func videoLines(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let digits = tokens.digits(index), lineCounts.contains(digits), let letter = tokens.gluedWord(index + 1),
      letter == "p" || letter == "i", !tokens.isGlued(index + 2) || tokens[index + 2]?.kind == .symbol
    else { return nil }
    return RuleResult(number(digits) + " " + letter.uppercased(), 2)
  }

  private static let lineCounts: Set<String> = [
    "144", "240", "360", "480", "540", "576", "720", "900", "1080", "1440", "2160", "4320",
  ]

  private static func mixed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    var end = groupEnd(tokens, from: index)
    if end == index + 1 { return dashed(tokens, at: index) }
    let written = tokens.tokens[index..<end]
    guard written.contains(where: { $0.isWord }), written.contains(where: { $0.isDigits }),
      !isQuantity(tokens, at: index, end: end)
    else { return nil }
    var spoken = group(tokens, index..<end)
    // "i7-9700K"; "Q1-Q3" is a range.
    while tokens.isGluedSymbol(end, "-"), tokens.isGlued(end + 1), end - index < 24 {
      let next = groupEnd(tokens, from: end + 1)
      guard tokens.tokens[end + 1..<next].contains(where: { $0.isDigits }) else { break }
      // "Q1-Q3", "5G-6G"
      let isRange =
        tokens[end + 1]?.isWord == true && tokens[end + 1]?.text == tokens[index]?.text
        || tokens[index]?.isDigits == true && tokens[end + 1]?.isDigits == true && tokens[next - 1]?.isWord == true
          && tokens[next - 1]?.text == tokens[end - 1]?.text
      spoken += (isRange ? " to " : " ") + group(tokens, end + 1..<next)
      end = next
    }
    return RuleResult(spoken, end - index)
  }

  /// Behind the letters and digits that are written together from a token on.
  private static func groupEnd(_ tokens: TokenSequence, from index: Int) -> Int {
    var end = index
    while let token = tokens[end], end == index || !token.spaced, token.isWord || token.isDigits, end - index < 24 {
      end += 1
    }
    return end
  }

  private static func group(_ tokens: TokenSequence, _ range: Range<Int>) -> String {
    let end = range.upperBound
    var spoken = ""
    // "MP3s"
    let isPlural = range.count > 1 && tokens.word(end - 1) == "s" && tokens.digits(end - 2) != nil
    for position in range.lowerBound..<(isPlural ? end - 1 : end) {
      guard let token = tokens[position] else { break }
      let isBy =
        token.lower == "x" && position > range.lowerBound && tokens[position + 1]?.isDigits == true
        && position + 1 < end
      spoken += (spoken.isEmpty ? "" : " ")
      spoken += isBy ? "by" : piece(token, isShouted: tokens.isShouted)
    }
    return isPlural ? NumberWords.plural(spoken) : spoken
  }

  /// "1st", "90s", "5km": numbers with an ending or a unit.
  private static func isQuantity(_ tokens: TokenSequence, at index: Int, end: Int) -> Bool {
    guard let word = tokens.gluedWord(index + 1), tokens.digits(index) != nil else { return false }
    if ["st", "nd", "rd", "th", "am", "pm"].contains(word) { return true }
    // "747s" are planes, "30s" are years or seconds.
    if word == "s" { return tokens.digits(index).map { $0.utf8.count < 3 || $0.hasSuffix("0") } ?? false }
    if word == "x" { return index + 2 == end }
    return UnitRule.read(tokens, at: index + 1).map { index + 1 + $0.count >= end } ?? false
  }

  /// "COVID-19", "F-16", "Catch-22": a dash between a word and a number is not read.
  private static func dashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let word = tokens[index], word.isWord, tokens.isGluedSymbol(index + 1, "-"),
      let digits = tokens.gluedDigits(index + 2),
      !(tokens.isGluedSymbol(index + 3, ".") && tokens.gluedDigits(index + 4) != nil), !tokens.isGluedDash(index + 3),
      tokens.gluedWord(index + 3) ?? "s" == "s", word.isCapitalized, digits.utf8.count <= 4
    else { return nil }
    let name = word.isLetter ? word.text : WordRule.spoken(word.text, isShouted: tokens.isShouted)
    let isPlural = tokens.gluedWord(index + 3) != nil
    return RuleResult(name + " " + (isPlural ? NumberWords.plural(number(digits)) : number(digits)), isPlural ? 4 : 3)
  }

  private static func piece(_ token: TextToken, isShouted: Bool) -> String {
    if token.isDigits { return number(token.text) }
    if token.isLetter { return token.text.uppercased() }
    if token.text == "WW" { return "world war" }
    if token.isAllCapitals, token.text.utf8.count < 4, !isShouted, !["pin", "ram"].contains(token.lower) {
      return WordRule.spelled(token.text)
    }
    return WordRule.spoken(token.text, isShouted: isShouted)
  }

  /// A number in a code: up to 99 as a number, three digits in two halves, four as a year, five with two zeros at the end
  /// in thousands and hundreds, others digit by digit.
  static func number(_ digits: String) -> String {
    if digits.utf8.count == 5, digits.hasSuffix("00"), !digits.hasSuffix("000"), let value = Int(digits), value > 9999 {
      return NumberWords.cardinal(value / 1000) + " " + NumberWords.cardinal(value % 1000)
    }
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
