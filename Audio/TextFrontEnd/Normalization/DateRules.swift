/// Dates.
extension ReadingContext {
  /// - Parameter index: of digits, or of a month's name.
  func dateReading(_ index: Int) -> Reading? {
    numericDate(index) ?? dayFirst(index) ?? monthFirst(index) ?? weekday(index)
  }

  /// "2021-01-05", "01/05/2021" and "1/5/21" in American order.
  private func numericDate(_ index: Int) -> Reading? {
    guard let first = tokens.digits(index), let mark = tokens[index + 1], ["-", "/", "."].contains(mark.text),
      !mark.isApart, tokens.isJoined(index + 2), let second = tokens.digits(index + 2),
      tokens.isMark(index + 3, mark.text), tokens.isJoined(index + 3), tokens.isJoined(index + 4),
      let third = tokens.digits(index + 4), let a = Int(first), let b = Int(second), let c = Int(third),
      !(tokens.isJoined(index + 5) && (tokens.isMark(index + 5, mark.text) && tokens.digits(index + 6) != nil))
    else { return nil }
    if first.utf8.count == 4, mark.text != ".", 1...12 ~= b, 1...31 ~= c { return Reading(5, Self.date(b, c, a)) }
    guard mark.text == "/", 1...12 ~= a, 1...31 ~= b else { return nil }
    if third.utf8.count == 4 { return Reading(5, Self.date(a, b, c)) }
    return third.utf8.count == 2 ? Reading(5, Self.date(a, b, c < 50 ? 2000 + c : 1900 + c)) : nil
  }

  private static let monthNames = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]

  private static func date(_ month: Int, _ day: Int, _ year: Int) -> String {
    "\(monthNames[month - 1]) \(NumberWords.ordinal(day)), \(NumberWords.year(year))"
  }

  /// A month in capitals or in full at an index, with the full stop of its short form.
  private func month(_ index: Int) -> (name: String, count: Int)? {
    guard let text = tokens.letters(index), tokens[index]!.isCapitalized,
      let month = Abbreviations.months[text.lowercased()]
    else { return nil }
    let isShort = text.lowercased() != month.name
    return (month.name, isShort && tokens.isMark(index + 1, ".") && tokens.isJoined(index + 1) ? 2 : 1)
  }

  /// The day at an index, "5" or "5th", and whether its ordinal is written.
  private func day(_ index: Int) -> (day: Int, count: Int)? {
    guard let digits = tokens.digits(index), digits.utf8.count <= 2, let day = Int(digits), 1...31 ~= day else {
      return nil
    }
    if tokens.isJoined(index + 1), let ending = tokens.letters(index + 1) {
      return ["st", "nd", "rd", "th"].contains(ending.lowercased()) ? (day, 2) : nil
    }
    // "May 5:30", "March 5.5", "June 10%" are no days.
    if let next = tokens[index + 1], next.kind == .mark, !next.isApart, [":", "%", "/"].contains(next.text) {
      return nil
    }
    if let number = number(index), !number.isInteger || number.isGrouped { return nil }
    return (day, 1)
  }

  private func year(_ index: Int) -> Int? {
    guard let number = number(index), let year = number.plainYear, unit(index + number.count) == nil else { return nil }
    return year
  }

  /// "5 January 2021", "5th of May" is read by the words' own rules.
  private func dayFirst(_ index: Int) -> Reading? {
    guard let (day, dayCount) = day(index), let (month, monthCount) = month(index + dayCount),
      tokens[index + dayCount]!.isApart
    else { return nil }
    // "2 May": one is enough to tell a date from a number before a name.
    let count = dayCount + monthCount
    let words = "\(NumberWords.ordinal(day)) of \(month)"
    let start = lastWord == "the" ? words : "the " + words
    if let year = year(index + count) { return Reading(count + 1, "\(start) \(NumberWords.year(year))") }
    return Reading(count, start)
  }

  /// "Jan. 5th, 2021", "Sept. 2020", "Sept.--Oct.".
  private func monthFirst(_ index: Int) -> Reading? {
    guard let (month, monthCount) = month(index) else { return nil }
    let next = index + monthCount
    if let (day, dayCount) = day(next) {
      var count = monthCount + dayCount
      var words = "\(month) \(NumberWords.ordinal(day))"
      if tokens.isMark(next + dayCount, "-") || tokens.isMark(next + dayCount, "--"), tokens.isJoined(next + dayCount),
        let (end, endCount) = self.day(next + dayCount + 1)
      {
        words += " to \(NumberWords.ordinal(end))"
        count += 1 + endCount
      }
      if tokens.isMark(index + count, ","), let year = year(index + count + 1) {
        return Reading(count + 2, "\(words), \(NumberWords.year(year))")
      }
      if let year = year(index + count) { return Reading(count + 1, "\(words), \(NumberWords.year(year))") }
      return Reading(count, words)
    }
    if let year = year(next), tokens[next]!.isApart {
      return Reading(monthCount + 1, "\(month) \(NumberWords.year(year))")
    }
    return rangeOfNames(index, monthCount, month) { self.month($0) }
      ?? (monthCount == 2
        || tokens.letters(index)!.lowercased() != month && tokens.letters(index)! != "Mar"
          && tokens.letters(index)! != "Jan" && tokens.letters(index)! != "Jun"
        ? Reading(monthCount, month + (monthCount == 2 && beginsSentence(index + 2, by: .beforeStarter) ? "." : ""))
        : nil)
  }

  private func weekday(_ index: Int) -> Reading? {
    func name(_ index: Int) -> (name: String, count: Int)? {
      guard let text = tokens.letters(index), tokens[index]!.isCapitalized else { return nil }
      if let full = Abbreviations.weekdays[text.lowercased()] {
        return (full, tokens.isMark(index + 1, ".") && tokens.isJoined(index + 1) ? 2 : 1)
      }
      return Abbreviations.weekdays.values.contains(text.lowercased()) ? (text.lowercased(), 1) : nil
    }
    guard let (day, count) = name(index) else { return nil }
    if let range = rangeOfNames(index, count, day, name) { return range }
    // "Sun", "Sat" and "Wed" are words, too.
    guard
      count == 2 || ["mon", "tue", "tues", "thu", "thur", "thurs", "fri"].contains(tokens.letters(index)!.lowercased())
    else { return nil }
    return Reading(count, day + (count == 2 && beginsSentence(index + 2, by: .beforeStarter) ? "." : ""))
  }

  /// "Mon--Fri".
  private func rangeOfNames(
    _ index: Int, _ count: Int, _ name: String, _ parse: (Int) -> (name: String, count: Int)?
  ) -> Reading? {
    let dash = index + count
    guard tokens.isMark(dash, "-") || tokens.isMark(dash, "--"), tokens.isJoined(dash), tokens.isJoined(dash + 1),
      let (end, endCount) = parse(dash + 1)
    else { return nil }
    return Reading(count + 1 + endCount, "\(name) to \(end)")
  }
}
