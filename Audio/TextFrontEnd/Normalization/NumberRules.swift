/// Numbers that are no dates, times, telephone numbers or sums of money, with what belongs to them.
extension ReadingContext {
  /// - Parameter index: of digits, of a point before digits, or of a minus.
  func numberReading(_ index: Int) -> Reading? {
    if tokens.isMark(index, "-"), tokens.isJoined(index + 1),
      tokens.digits(index + 1) != nil || tokens.isMark(index + 1, ".")
    {
      // "5 -3" and "(-3)", but not "COVID-19".
      guard tokens[index]!.isApart || ["(", "=", "\"", "[", "^"].contains(tokens[index - 1]?.text ?? "(") else {
        return nil
      }
      guard let reading = numberReading(index + 1) else { return nil }
      return Reading(reading.count + 1, "minus " + reading.text)
    }
    if tokens.isMark(index, "."), tokens.isJoined(index + 1), let digits = tokens.digits(index + 1) {
      guard tokens[index]!.isApart || tokens.isMark(index - 1, "(") || tokens.isMark(index - 1, "-") else { return nil }
      return withUnit(Reading(2, "point " + NumberWords.digits(digits)), isOne: false, index)
    }
    guard let number = number(index) else { return nil }
    return ordinal(index, number) ?? dottedDigits(index) ?? fraction(index, number) ?? feet(index, number)
      ?? range(index, number) ?? compound(index, number) ?? plain(index, number)
  }

  /// "22nd", "1990s", "90s".
  private func ordinal(_ index: Int, _ number: Number) -> Reading? {
    let next = index + number.count
    guard number.isInteger, tokens.isJoined(next), let ending = tokens.letters(next) else { return nil }
    if ["st", "nd", "rd", "th"].contains(ending.lowercased()) {
      return Reading(number.count + 1, NumberWords.ordinal(number.integer))
    }
    if ["s", "'s"].contains(ending), number.integer.utf8.count == 2 || number.integer.utf8.count == 4,
      let value = Int(number.integer), value % 10 == 0
    {
      let words = number.plainYear.map(NumberWords.year) ?? NumberWords.cardinal(value)
      return Reading(number.count + 1, NumberWords.plural(words))
    }
    return nil
  }

  /// "192.168.0.1", "2.0.1": two points or more.
  private func dottedDigits(_ index: Int) -> Reading? {
    var parts: [String] = []
    var next = index
    while let digits = tokens.digits(next), parts.isEmpty || tokens.isJoined(next) {
      parts.append(digits)
      guard tokens.isMark(next + 1, "."), tokens.isJoined(next + 1), tokens.isJoined(next + 2),
        tokens.digits(next + 2) != nil
      else { break }
      next += 2
    }
    guard parts.count > 2 else { return nil }
    if parts.count == 4 {
      return Reading(2 * parts.count - 1, parts.map { NumberWords.digits($0) }.joined(separator: " dot "))
    }
    return Reading(2 * parts.count - 1, parts.map { NumberWords.cardinal($0) }.joined(separator: " point "))
  }

  /// "3/4", "2 1/2".
  private func fraction(_ index: Int, _ number: Number) -> Reading? {
    func part(_ index: Int) -> String? {
      guard let above = tokens.digits(index), let a = Int(above), tokens.isMark(index + 1, "/"),
        tokens.isJoined(index + 1), tokens.isJoined(index + 2), let below = tokens.digits(index + 2),
        let b = Int(below),
        !(tokens.isMark(index + 3, "/") && tokens.isJoined(index + 3))
      else { return nil }
      if a == 24 && b == 7 { return "twenty four seven" }
      if a == 9 && b == 11 { return "nine eleven" }
      return NumberWords.fraction(a, b) ?? NumberWords.cardinal(above) + " over " + NumberWords.cardinal(below)
    }
    if let words = part(index) { return withUnit(Reading(3, words), isOne: true, index) }
    let next = index + number.count
    guard number.isInteger, tokens[next]?.isApart == true, let words = part(next), words.contains("halv") == false,
      let a = Int(tokens.digits(next)!), let b = Int(tokens.digits(next + 2)!), a < b
    else { return nil }
    let tail = a == 1 ? (b == 8 || b == 11 || b == 18 ? "an " : "a ") + words.dropFirst("one ".count) : words
    return withUnit(Reading(number.count + 3, "\(number.words()) and \(tail)"), isOne: false, index)
  }

  /// `6'2"`, `6'`, `5"`.
  private func feet(_ index: Int, _ number: Number) -> Reading? {
    let next = index + number.count
    func length(_ number: Number, _ one: String, _ many: String) -> String {
      "\(number.words()) \(number.isOne ? one : many)"
    }
    if tokens.isMark(next, "'"), tokens.isJoined(next) {
      if let inches = self.number(next + 1), tokens.isJoined(next + 1), tokens.isMark(next + 1 + inches.count, "\"") {
        return Reading(
          number.count + inches.count + 2, "\(length(number, "foot", "feet")) \(length(inches, "inch", "inches"))")
      }
      return tokens.isBreak(next + 1) && quotesBefore(index, "'") % 2 == 0
        ? Reading(number.count + 1, length(number, "foot", "feet")) : nil
    }
    guard tokens.isMark(next, "\""), tokens.isJoined(next), quotesBefore(index, "\"") % 2 == 0 else { return nil }
    return Reading(number.count + 1, length(number, "inch", "inches"))
  }

  /// Quotation marks of the last words: an open one is more likely to be closed than to mean inches.
  private func quotesBefore(_ index: Int, _ mark: String) -> Int {
    (max(0, index - 60)..<index).count { tokens.isMark($0, mark) }
  }

  /// "10-20", "1914--1918".
  private func range(_ index: Int, _ number: Number) -> Reading? {
    let dash = index + number.count
    guard tokens.isMark(dash, "-") || tokens.isMark(dash, "--"), tokens.isJoined(dash), tokens.isJoined(dash + 1),
      let end = self.number(dash + 1)
    else { return nil }
    let next = dash + 1 + end.count
    // A third number makes it something else, a name's part or a serial number.
    if tokens.isMark(next, "-"), tokens.isJoined(next), tokens.isJoined(next + 1), tokens.digits(next + 1) != nil {
      return nil
    }
    let isUnit = unit(next) != nil
    let reading = Reading(
      number.count + 1 + end.count, "\(number.words(asYear: !isUnit)) to \(end.words(asYear: !isUnit))")
    return withUnit(reading, isOne: false, index)
  }

  /// "5-year-old": the hyphen is not heard.
  private func compound(_ index: Int, _ number: Number) -> Reading? {
    let dash = index + number.count
    guard tokens.isMark(dash, "-"), tokens.isJoined(dash), tokens.isJoined(dash + 1), tokens.letters(dash + 1) != nil
    else { return nil }
    return Reading(number.count + 1, number.words())
  }

  private func plain(_ index: Int, _ number: Number) -> Reading {
    let next = index + number.count
    // Letters that are no unit: "3D", "5G", "2x".
    if tokens.isJoined(next), let letters = tokens.letters(next), unit(next) == nil {
      return Reading(number.count + 1, "\(number.words()) \(WordForms.code(letters))")
    }
    if number.isInteger, number.integer.utf8.count == 3, let lastWord, Self.labelled.contains(lastWord) {
      return Reading(number.count, NumberWords.label(number.integer))
    }
    let isQuantity = unit(next) != nil || tokens.isMark(next, "%") || tokens.isMark(next, "\u{1}")
    return withUnit(Reading(number.count, number.words(asYear: !isQuantity)), isOne: number.isOne, index)
  }

  private static let labelled: Set<String> = [
    "boeing", "airbus", "route", "highway", "interstate", "flight", "room", "area", "suite", "bus", "apartment",
  ]

  /// Adds a percent sign, degrees, a power or a unit that follows.
  private func withUnit(_ reading: Reading, isOne: Bool, _ index: Int) -> Reading {
    let next = index + reading.count
    if tokens.isMark(next, "%") { return Reading(reading.count + 1, reading.text + " percent") }
    if tokens.isMark(next, "\u{1}") {
      let degrees = reading.text + (isOne ? " degree" : " degrees")
      if let scale = tokens.letters(next + 1), let name = ["C": "celsius", "F": "fahrenheit", "K": "kelvin"][scale] {
        return Reading(reading.count + 2, "\(degrees) \(name)")
      }
      return Reading(reading.count + 1, degrees)
    }
    if tokens.isMark(next, "\u{5}") { return Reading(reading.count + 1, reading.text + (isOne ? " cent" : " cents")) }
    if let (unit, count) = unit(next) {
      var words = isOne ? unit.one : unit.many
      var total = reading.count + count
      if tokens.isMark(next + count, "^"), let power = tokens.digits(next + count + 1), power == "2" || power == "3" {
        words = (power == "2" ? "square " : "cubic ") + words
        total += 2
      }
      return Reading(total, "\(reading.text) \(words)")
    }
    if tokens.isMark(next, "^"), tokens.isJoined(next), let power = tokens.digits(next + 1) {
      return Reading(reading.count + 2, "\(reading.text) \(Self.power(power))")
    }
    return reading
  }

  static func power(_ digits: String) -> String {
    digits == "2" ? "squared" : digits == "3" ? "cubed" : "to the \(NumberWords.ordinal(digits))"
  }
}
