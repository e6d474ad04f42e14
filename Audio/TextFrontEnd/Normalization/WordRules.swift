/// Words: short forms, titles, initials, numerals, acronyms.
extension ReadingContext {
  /// - Parameter index: of letters.
  func wordReading(_ index: Int) -> Reading {
    dotted(index) ?? place(index) ?? abbreviation(index) ?? initial(index) ?? roman(index) ?? alphanumeric(index)
      ?? single(index) ?? Reading(1, WordForms.reading(tokens.letters(index)!, isShouted: isShouted))
  }

  /// The reading with a full stop behind it if the short form ends the sentence.
  private func ended(_ reading: Reading, by stop: Abbreviations.Stop) -> Reading {
    guard tokens.isMark(index(after: reading) - 1, "."), beginsSentence(index(after: reading), by: stop) else {
      return reading
    }
    return Reading(reading.count, reading.text + ".")
  }

  private func index(after reading: Reading) -> Int { start + reading.count }

  /// "U.S.", "e.g.", "Ph.D.": letters with a full stop behind each.
  private func dotted(_ index: Int) -> Reading? {
    var key = ""
    var next = index
    while let letters = tokens.letters(next), letters.utf8.count <= 2, key.isEmpty || tokens.isJoined(next),
      tokens.isMark(next + 1, "."), tokens.isJoined(next + 1), key.utf8.count < 12
    {
      key += (key.isEmpty ? "" : ".") + letters
      next += 2
    }
    // "U.S" at a sentence's end.
    var hasStop = true
    if let letters = tokens.letters(next), letters.utf8.count == 1, !key.isEmpty, tokens.isJoined(next) {
      key += "." + letters
      next += 1
      hasStop = false
    }
    guard key.utf8.contains(46) else { return nil }
    let entry = Abbreviations.table[key.lowercased()]
    guard entry != nil || key.split(separator: ".").allSatisfy({ $0.utf8.count == 1 }) else { return nil }
    var words = entry?.words ?? key.filter { $0 != "." }.map { $0.uppercased() }.joined(separator: " ")
    if tokens.isJoined(next), tokens.isMark(next, "'"), tokens.letters(next + 1) == "s" {
      words += "'s"
      next += 2
      hasStop = false
    }
    let reading = Reading(next - index, words)
    return hasStop ? ended(reading, by: entry?.stop ?? .beforeStarter) : reading
  }

  /// "Dr." and "St." are titles before names, and places behind them.
  private func place(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    guard ["Dr", "St"].contains(text) else { return nil }
    let hasStop = tokens.isMark(index + 1, ".") && tokens.isJoined(index + 1)
    let count = hasStop ? 2 : 1
    let isDoctor = text == "Dr"
    let following = tokens[index + count]
    let namesFollow =
      following?.isCapitalized == true && !Abbreviations.starters.contains(following!.text.lowercased())
    if namesFollow && !(lastIsName && !isDoctor && tokens.isMark(index + count, ",")) {
      return Reading(count, isDoctor ? "doctor" : "saint")
    }
    if lastIsName || lastWord.map({ Self.isOrdinal($0) }) == true {
      let reading = Reading(count, isDoctor ? "drive" : "street")
      return hasStop ? ended(reading, by: .beforeCapital) : reading
    }
    return Reading(count, isDoctor ? "doctor" : "saint")
  }

  private static func isOrdinal(_ word: String) -> Bool {
    word.hasSuffix("th") || ["first", "second", "third"].contains(word)
  }

  private func abbreviation(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    let hasStop = tokens.isMark(index + 1, ".") && tokens.isJoined(index + 1)
    guard let entry = Abbreviations.table[text.lowercased()], hasStop || !entry.needsStop else { return nil }
    if entry.beforeNumber {
      let next = index + (hasStop ? 2 : 1)
      guard tokens.digits(next) != nil || tokens.isMark(next, "#") else { return nil }
    }
    // "gen. " in small letters is no general; "Mt" without stop is, "ms" in small letters is no title.
    if entry.stop == .never, !entry.beforeNumber, Self.titles.contains(entry.words), !tokens[index]!.isCapitalized {
      return nil
    }
    return ended(Reading(hasStop ? 2 : 1, entry.words), by: entry.stop)
  }

  private static let titles: Set<String> = [
    "mister", "missus", "miz", "mount", "general", "captain", "lieutenant", "sergeant", "reverend", "governor",
    "senator", "representative", "colonel", "commander", "major", "corporal", "private", "admiral", "honorable",
    "president", "father", "brother", "fort", "point", "professor",
  ]

  /// "J. R. R. Tolkien", "George W. Bush": a capital with a full stop, before a name.
  private func initial(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    guard text.utf8.count == 1, tokens[index]!.isCapitalized, tokens.isMark(index + 1, "."), tokens.isJoined(index + 1),
      let next = tokens[index + 2], next.isCapitalized
    else { return nil }
    let isInitialNext = next.text.utf8.count == 1 && tokens.isMark(index + 3, ".")
    if !isInitialNext && Abbreviations.starters.contains(next.text.lowercased()) { return nil }
    return Reading(2, text)
  }

  /// "Chapter IV", "Henry VIII", "Rocky II".
  private func roman(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    // What "MIX", "CD", "DIM" and "XL" say is not their number; whoever counts that far has a word before.
    guard let value = RomanNumeral.value(text), !isShouted else { return nil }
    if let lastWord, RomanNumeral.counted.contains(lastWord) { return Reading(1, NumberWords.cardinal(value)) }
    if let lastWord, lastIsRanked(lastWord), value < 100, !(text == "I" && continuesAsPronoun(index + 1)) {
      return Reading(1, "the " + NumberWords.ordinal(value))
    }
    guard text.utf8.count > 1, value < 40, text.allSatisfy({ "IVX".contains($0) }) else { return nil }
    return Reading(1, NumberWords.cardinal(value))
  }

  private func lastIsRanked(_ word: String) -> Bool {
    lastIsCapitalized && RomanNumeral.ranked.contains(word)
  }

  /// "Elizabeth I was …" is the first, "said Henry I think" is not.
  private func continuesAsPronoun(_ next: Int) -> Bool {
    guard let word = tokens.letters(next)?.lowercased() else { return false }
    return ![
      "of", "was", "and", "in", "is", "had", "ruled", "became", "died", "reigned", "from", "to", "on", "who", "made",
      "founded", "married", "built", "by",
    ].contains(word)
  }

  /// "mp3", "H2O", "A380", "COVID-19": letters with digits at once behind.
  private func alphanumeric(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    if tokens.isMark(index + 1, "-"), tokens.isJoined(index + 1), tokens.isJoined(index + 2),
      let digits = tokens.digits(index + 2), tokens.isBreak(index + 3) || tokens[index + 3]!.kind == .mark,
      number(index + 2)?.isInteger == true
    {
      return Reading(3, "\(WordForms.reading(text, isShouted: isShouted)) \(NumberWords.label(digits))")
    }
    guard tokens.isJoined(index + 1), let digits = tokens.digits(index + 1) else { return nil }
    let head = text.utf8.count <= 3 && text.lowercased() == text ? WordForms.code(text) : label(text)
    var words = "\(head) \(NumberWords.label(digits))"
    var count = 2
    if tokens.isJoined(index + 2), let letters = tokens.letters(index + 2) {
      words += " " + label(letters)
      count = 3
    }
    return Reading(count, words)
  }

  private func label(_ text: String) -> String {
    text.utf8.count == 1 ? text.uppercased() : WordForms.reading(text, isShouted: false)
  }

  /// A capital by itself is the name of a letter; "A" and "I" mostly are words.
  private func single(_ index: Int) -> Reading? {
    let text = tokens.letters(index)!
    guard text.utf8.count == 1, tokens[index]!.isCapitalized else { return nil }
    if text == "I" { return Reading(1, "i") }
    if text == "A", let next = tokens.letters(index + 1), tokens[index + 1]!.isApart, isShouted || next.utf8.count > 0,
      lastWord == nil || !lastIsCapitalized
    {
      return Reading(1, "a")
    }
    if text == "O", tokens.isMark(index + 1, "'") { return Reading(1, "o") }
    return Reading(1, text)
  }
}
