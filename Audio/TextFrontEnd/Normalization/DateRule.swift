/// Dates: "January 5, 2021", "Jan. 5th", "5 January 2021", "2021-01-05", "01/05/2021" (month first).
enum DateRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let first = tokens[index] else { return nil }
    if first.isWord { return monthFirst(tokens, at: index) ?? span(tokens, at: index) }
    guard first.isDigits else { return nil }
    return numeric(tokens, at: index) ?? dashed(tokens, at: index) ?? dayFirst(tokens, at: index)
      ?? monthAndDay(tokens, at: index)
  }

  /// The number of a month by its name or abbreviation; nil for words in small letters.
  static func month(_ token: TextToken?) -> Int? {
    guard let token, token.isCapitalized else { return nil }
    if let month = months.firstIndex(of: token.lower) { return month + 1 }
    return abbreviations[token.lower]
  }

  private static func monthFirst(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let month = month(tokens[index]) else { return nil }
    var next = index + 1
    if tokens.isGluedSymbol(next, ".") { next += 1 }
    guard let day = day(tokens, at: next) else { return nil }
    var spoken = months[month - 1] + " " + NumberWords.ordinal(day.value)
    next += day.count
    if tokens.isGluedDash(next), let last = self.day(tokens, at: next + 1), last.value > day.value {
      spoken += " to " + NumberWords.ordinal(last.value)
      next += 1 + last.count
    }
    if let year = year(tokens, at: next) {
      spoken += ", " + year.spoken
      next += year.count
    }
    return RuleResult(spoken, next - index)
  }

  /// "Mon–Fri", "January-March".
  private static func span(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    // "Mon.-Sat."
    let dash = tokens.isGluedSymbol(index + 1, ".") ? index + 2 : index + 1
    guard tokens.isGluedDash(dash), tokens.isGlued(dash + 1), let first = name(tokens[index]),
      let last = name(tokens[dash + 1])
    else { return nil }
    let isStopped = dash > index + 1 && tokens.isGluedSymbol(dash + 2, ".") && !tokens.isEnd(dash + 2)
    return RuleResult(first + " to " + last, dash + (isStopped ? 3 : 2) - index)
  }

  /// A month or weekday, in full.
  static func name(_ token: TextToken?) -> String? {
    if let month = month(token) { return months[month - 1] }
    guard let token, token.isCapitalized else { return nil }
    return weekdays.first { $0 == token.lower || token.lower.utf8.count >= 3 && $0.hasPrefix(token.lower) }
  }

  private static let weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  private static func dayFirst(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard !tokens.isGlued(index), let day = day(tokens, at: index, before: true) else { return nil }
    var next = index + day.count
    if tokens.word(next) == "of", day.count == 2 { next += 1 }
    guard let month = month(tokens[next]), tokens[next]?.spaced == true else { return nil }
    let abbreviated = abbreviations[tokens[next]?.lower ?? ""] != nil
    next += 1
    if abbreviated, tokens.isGluedSymbol(next, "."), !tokens.isEnd(next) { next += 1 }
    let article = tokens.word(index - 1) == "the" ? "" : "the "
    var spoken = article + NumberWords.ordinal(day.value) + " of " + months[month - 1]
    if let year = year(tokens, at: next) {
      spoken += " " + year.spoken
      next += year.count
    }
    return RuleResult(spoken, next - index)
  }

  /// A day of the month, with or without its ordinal ending.
  private static func day(_ tokens: TokenSequence, at index: Int, before: Bool = false) -> (value: Int, count: Int)? {
    guard let numeral = Numeral(tokens, at: index), let value = numeral.plainValue, (1...31).contains(value),
      numeral.integer.utf8.count <= 2
    else { return nil }
    if let ending = tokens.gluedWord(index + 1) {
      return ["st", "nd", "rd", "th"].contains(ending) ? (value, 2) : nil
    }
    if !before {
      let isOther =
        tokens.isGluedSymbol(index + 1, ":") || tokens.isGluedSymbol(index + 1, "/") || tokens.isSymbol(index + 1, "%")
      if isOther { return nil }
    }
    return (value, 1)
  }

  /// A year behind a day or month, with or without a comma.
  private static func year(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    let start = tokens.isSymbol(index, ",") ? index + 1 : index
    guard tokens[start]?.spaced == true, let numeral = Numeral(tokens, at: start), numeral.integer.utf8.count == 4,
      let value = numeral.plainValue, (1000...2999).contains(value), tokens.gluedWord(start + 1) == nil
    else { return nil }
    return RuleResult(NumberWords.year(value), start + 1 - index)
  }

  /// Three numbers with the same sign between them.
  private static func numeric(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let separator = tokens[index + 1], separator.kind == .symbol, ["-", "/", "."].contains(separator.text),
      !tokens.isGluedSymbol(index - 1, separator.text), tokens.isGlued(index + 1), tokens.isGlued(index + 2),
      tokens.isGluedSymbol(index + 3, separator.text), tokens.isGlued(index + 4), let first = tokens[index]?.number,
      let second = tokens[index + 2]?.number, let third = tokens[index + 4]?.number,
      let last = tokens.digits(index + 4),
      !(tokens.isGluedSymbol(index + 5, separator.text) && tokens.gluedDigits(index + 6) != nil)
    else { return nil }
    if tokens.digits(index)?.utf8.count == 4, separator.text != "." {
      guard let spoken = spoken(month: second, day: third, year: first) else { return nil }
      // "2021-01-05T14:30": the time is read by itself.
      let hasTime = tokens.gluedWord(index + 5) == "t" && tokens.gluedDigits(index + 6) != nil
      return RuleResult(spoken + (hasTime ? "," : ""), hasTime ? 6 : 5)
    }
    let isFull = last.utf8.count == 4
    guard isFull || separator.text == "/" && last.utf8.count == 2 else { return nil }
    let year = isFull ? third : third + (third < 50 ? 2000 : 1900)
    let dayIsFirst = separator.text == "." || first > 12
    let words =
      dayIsFirst ? spoken(month: second, day: first, year: year) : spoken(month: first, day: second, year: year)
    return words.map { RuleResult($0, 5) }
  }

  /// "1-Jan-2020", "5/2020"
  private static func dashed(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard !tokens.isGlued(index), let first = tokens[index]?.number, (1...31).contains(first) else { return nil }
    if tokens.isGluedSymbol(index + 1, "/"), first < 13, let year = tokens.gluedDigits(index + 2), year.utf8.count == 4,
      let value = Int(year), (1900...2099).contains(value), !tokens.isGluedSymbol(index + 3, "/")
    {
      return RuleResult(months[first - 1] + " " + NumberWords.year(value), 3)
    }
    guard tokens.isGluedSymbol(index + 1, "-"), tokens.isGlued(index + 2), let month = month(tokens[index + 2]),
      tokens.isGluedSymbol(index + 3, "-"), let digits = tokens.gluedDigits(index + 4), let year = Int(digits),
      digits.utf8.count == 4 && (1000...2999).contains(year) || digits.utf8.count == 2
    else { return nil }
    return spoken(month: month, day: first, year: digits.utf8.count == 4 ? year : year + (year < 50 ? 2000 : 1900))
      .map { RuleResult($0, 5) }
  }

  /// "On 7/4", but not "on 3/4 of it".
  private static func monthAndDay(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard tokens.word(index - 1) == "on", tokens.isGluedSymbol(index + 1, "/"), tokens.isGlued(index + 2),
      let month = tokens[index]?.number, let day = tokens[index + 2]?.number, (1...12).contains(month),
      (1...31).contains(day), !(month == 9 && day == 11),
      !tokens.isGlued(index + 3) || tokens.isEnd(index + 3)
        || tokens.isSymbol(index + 3, ","),
      tokens[index + 3].map({ !$0.isLowercase || isClauseStart($0) }) ?? true
    else { return nil }
    return RuleResult(months[month - 1] + " " + NumberWords.ordinal(day), 3)
  }

  /// Whether a word behind a date is none of a measure: "on 3/4 inch boards", "on 3/4 of it".
  private static func isClauseStart(_ token: TextToken) -> Bool {
    AbbreviationTable.sentenceStarters.contains(token.lower) && !["the", "a", "an", "my", "your"].contains(token.lower)
  }

  private static func spoken(month: Int, day: Int, year: Int) -> String? {
    guard (1...12).contains(month), (1...31).contains(day), (1000...2999).contains(year) else { return nil }
    return "\(months[month - 1]) \(NumberWords.ordinal(day)), \(NumberWords.year(year))"
  }

  static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  private static let abbreviations = [
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
  ]
}
