/// Times of day: "3:05 pm", "14:30", "12:00", "5 a.m.", "10:15:30"; and ratios, which look alike: "16:9".
enum TimeRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if let result = military(tokens, at: index) { return result }
    guard let hours = tokens.digits(index), hours.utf8.count <= 2, let hour = Int(hours),
      !tokens.isGluedSymbol(index - 1, ":") || index == 0
    else { return nil }
    if let minutes = colon(tokens, behind: index) { return withMinutes(tokens, at: index, hour, minutes) }
    guard (1...12).contains(hour), let half = half(tokens, at: index + 1) else { return nil }
    return RuleResult(NumberWords.cardinal(hour) + " " + half.spoken, 1 + half.count)
  }

  private static func withMinutes(_ tokens: TokenSequence, at index: Int, _ hour: Int, _ minutes: String) -> RuleResult?
  {
    guard let minute = Int(minutes) else { return nil }
    if let book = tokens[tokens.isSymbol(index - 1, ".") ? index - 2 : index - 1], book.isCapitalized,
      books.contains(book.lower), minutes.utf8.count < 4
    {
      return RuleResult(NumberWords.cardinal(hour) + " " + NumberWords.cardinal(minute), 3)
    }
    guard minutes.utf8.count == 2, minute < 60, hour < 25 else {
      // A ratio or a score.
      guard minutes.utf8.count <= 9 else { return nil }
      return RuleResult(NumberWords.cardinal(hour) + " to " + NumberWords.cardinal(minute), 3)
    }
    if let seconds = colon(tokens, behind: index + 2), seconds.utf8.count == 2, let second = Int(seconds) {
      let unit = second == 1 ? " second" : " seconds"
      let half = half(tokens, at: index + 5)
      let time = clock(hour, minute, half: half) + " and " + NumberWords.cardinal(second) + unit
      return RuleResult(time + (half.map { " " + $0.spoken } ?? ""), 5 + (half?.count ?? 0))
    }
    let half = half(tokens, at: index + 3)
    let oclock = tokens.word(index + 3) == "o'clock"
    let time = oclock && minute == 0 ? NumberWords.cardinal(hour) : clock(hour, minute, half: half)
    return RuleResult(time + (half.map { " " + $0.spoken } ?? ""), 3 + (half?.count ?? 0))
  }

  /// "At 0800 hours", "at 1630 hrs".
  private static func military(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let digits = tokens.digits(index), digits.utf8.count == 4, let value = Int(digits), value <= 2400,
      value % 100 < 60, let unit = tokens[index + 1], unit.spaced, ["hours", "hrs", "hour"].contains(unit.text),
      tokens.word(index + 2) != "of",
      digits.hasPrefix("0") || ["at", "by", "until", "till", "before", "after"].contains(tokens.word(index - 1) ?? "")
    else { return nil }
    let (hour, minute) = (value / 100, value % 100)
    let hours = (hour < 10 ? (hour == 0 ? "zero " : "oh ") : "") + NumberWords.cardinal(hour)
    let minutes = minute == 0 ? "hundred" : (minute < 10 ? "oh " : "") + NumberWords.cardinal(minute)
    let isStopped = unit.text == "hrs" && tokens.isGluedSymbol(index + 2, ".") && !tokens.isEnd(index + 2)
    return RuleResult("\(hours) \(minutes) hours", isStopped ? 3 : 2)
  }

  private static func colon(_ tokens: TokenSequence, behind index: Int) -> String? {
    tokens.isGluedSymbol(index + 1, ":") ? tokens.gluedDigits(index + 2) : nil
  }

  private static func clock(_ hour: Int, _ minute: Int, half: RuleResult?) -> String {
    let hours = NumberWords.cardinal(hour)
    if minute == 0 {
      if half != nil { return hours }
      return hour > 12 ? hours + " hundred" : hours + (hour == 0 ? " hundred" : " o'clock")
    }
    return hours + (minute < 10 ? " oh " : " ") + NumberWords.cardinal(minute)
  }

  /// "A M" or "P M" for "am", "PM", "p.m.", with or without space.
  private static func half(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard let word = tokens[index], word.isWord else { return nil }
    switch word.lower {
    case "am", "pm":
      // "10 am I" is not a time.
      if word.lower == "am", word.spaced, tokens.word(index + 1) == "i" { return nil }
      return RuleResult(word.lower == "am" ? "A M" : "P M", 1)
    case "a", "p":
      guard tokens.isGluedSymbol(index + 1, "."), tokens.gluedWord(index + 2) == "m" else { return nil }
      let dotted = tokens.isGluedSymbol(index + 3, ".")
      return RuleResult(word.lower == "a" ? "A M" : "P M", dotted ? 4 : 3)
    default: return nil
    }
  }

  /// Books whose chapters and verses have a colon between them: "John 3:16".
  private static let books: Set<String> = [
    "genesis", "gen", "exodus", "leviticus", "numbers", "deuteronomy", "joshua", "judges", "ruth", "samuel", "kings",
    "chronicles", "job", "psalm", "psalms", "ps", "proverbs", "prov", "ecclesiastes", "isaiah", "isa", "jeremiah",
    "ezekiel", "daniel", "hosea", "joel", "amos", "micah", "matthew", "matt", "mark", "luke", "john", "acts", "romans",
    "rom", "corinthians", "cor", "galatians", "ephesians", "philippians", "colossians", "timothy", "titus", "hebrews",
    "heb", "james", "peter", "revelation", "rev", "quran", "surah", "sura",
  ]
}
