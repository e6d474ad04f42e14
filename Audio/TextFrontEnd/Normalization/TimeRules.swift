/// Times of day and telephone numbers.
extension ReadingContext {
  /// "3:05 pm", "14:30", "10:15:30", "5 a.m."
  func timeReading(_ index: Int) -> Reading? {
    guard let digits = tokens.digits(index), digits.utf8.count <= 2, let hour = Int(digits), hour < 25 else {
      return nil
    }
    func part(_ index: Int) -> Int? {
      guard tokens.isMark(index, ":"), tokens.isJoined(index), tokens.isJoined(index + 1),
        let digits = tokens.digits(index + 1), digits.utf8.count == 2, let value = Int(digits), value < 60
      else { return nil }
      return value
    }
    guard let minute = part(index + 1) else {
      guard (1...12).contains(hour), let (half, count) = half(index + 1) else { return nil }
      return Reading(1 + count, "\(NumberWords.cardinal(hour)) \(half)")
    }
    let hourWords = NumberWords.cardinal(hour)
    var count = 3
    var words: String
    switch minute {
    case 0 where (1...12).contains(hour): words = hourWords
    case 0: words = hourWords + " hundred"
    case 1..<10: words = "\(hourWords) oh \(NumberWords.cardinal(minute))"
    default: words = "\(hourWords) \(NumberWords.cardinal(minute))"
    }
    if let second = part(index + 3) {
      count += 2
      words += " and \(NumberWords.cardinal(second)) second\(second == 1 ? "" : "s")"
    }
    if let (half, halfCount) = half(index + count) {
      return Reading(count + halfCount, "\(words) \(half)")
    }
    if minute == 0 && count == 3 && (1...12).contains(hour) {
      // "12:00 noon", "3:00 o'clock"
      let next = tokens.letters(index + count)?.lowercased()
      if next != "noon" && next != "midnight" && next != "o'clock" { words += " o'clock" }
    }
    return Reading(count, words)
  }

  /// "am", "P.M." … as "A M", and a full stop if a sentence ends there, too.
  private func half(_ index: Int) -> (words: String, count: Int)? {
    guard let text = tokens.letters(index)?.lowercased() else { return nil }
    if text == "am" || text == "pm" {
      // "I am": behind an hour, in small letters and apart, it has to be meant.
      return (text == "am" ? "A M" : "P M", 1)
    }
    guard text == "a" || text == "p", tokens.isMark(index + 1, "."), tokens.isJoined(index + 1),
      tokens.letters(index + 2)?.lowercased() == "m", tokens.isJoined(index + 2)
    else { return nil }
    let words = text == "a" ? "A M" : "P M"
    guard tokens.isMark(index + 3, "."), tokens.isJoined(index + 3) else { return (words, 3) }
    return (words + (beginsSentence(index + 4, by: .beforeCapital) ? "." : ""), 4)
  }

  /// "555-1234", "(212) 555-0199", "+1 212 555 0199", "1-800-555-0199": digit by digit, with pauses.
  func telephoneReading(_ index: Int) -> Reading? {
    var groups: [String] = []
    var next = index
    let isInternational = tokens.isMark(index, "+")
    if isInternational {
      guard tokens.isJoined(index + 1), let code = tokens.digits(index + 1), code.utf8.count <= 3 else { return nil }
      groups.append(code)
      next += 2
    }
    func separator(_ index: Int) -> Int? {
      if groups.isEmpty { return index }
      if tokens.isMark(index, "-") || tokens.isMark(index, "."), tokens.isJoined(index), tokens.isJoined(index + 1) {
        return index + 1
      }
      return tokens[index]?.isApart == true ? index : nil
    }
    while groups.count < 6, let start = separator(next) {
      if tokens.isMark(start, "("), tokens.isJoined(start + 1), let digits = tokens.digits(start + 1),
        digits.utf8.count == 3, tokens.isMark(start + 2, ")")
      {
        groups.append(digits)
        next = start + 3
        // "(212)555-0199"
        if tokens.isJoined(next), let digits = tokens.digits(next), digits.utf8.count == 3 {
          groups.append(digits)
          next += 1
        }
      } else if let digits = tokens.digits(start), 1...5 ~= digits.utf8.count {
        groups.append(digits)
        next = start + 1
      } else {
        break
      }
    }
    // What came too far ends with the group before.
    while let last = groups.last, !Self.isTelephone(groups, isInternational) {
      guard groups.count > 1, tokens[next - 1]?.isApart == true, tokens.digits(next - 1) == last else { return nil }
      groups.removeLast()
      next -= 1
    }
    guard !groups.isEmpty, !(tokens.isJoined(next) && (tokens.letters(next) != nil || tokens.digits(next) != nil))
    else {
      return nil
    }
    let words = groups.map { NumberWords.digits($0) }.joined(separator: ", ")
    return Reading(next - index, isInternational ? "plus " + words : words)
  }

  private static func isTelephone(_ groups: [String], _ isInternational: Bool) -> Bool {
    let lengths = groups.map(\.utf8.count)
    if isInternational { return lengths.count > 1 && (7...15).contains(lengths.reduce(0, +)) }
    return lengths == [3, 4] || lengths == [3, 3, 4] || lengths == [1, 3, 3, 4]
  }
}
