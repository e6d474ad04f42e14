/// Marks that are heard, or that part words.
extension ReadingContext {
  func markReading(_ index: Int) -> Reading {
    let text = tokens[index]!.text
    let isTight = tokens.isJoined(index) && tokens.isJoined(index + 1)
    let (before, after) = (tokens[index - 1], tokens[index + 1])
    let isBetweenNumbers = before?.kind == .digits && after?.kind == .digits
    let isApart = tokens[index]!.isApart && tokens[index + 1]?.isApart != false
    switch text {
    case "," where isTight && isBetweenNumbers, ",", ";", ":", "(", ")", "[", "]", "{", "}", "--":
      if text == "--" && isBetweenNumbers && isApart { return Reading(1, "to") }
      return Reading(1, ",")
    case "...": return Reading(1, beginsSentence(index + 1, by: .beforeCapital) ? "." : ",")
    case "!", ".": return Reading(1, ".")
    case "?": return Reading(1, "?")
    case "-":
      if isTight { return Reading(1, "") }
      if isApart && isBetweenNumbers { return Reading(1, "minus") }
      return Reading(1, isApart ? "," : "")
    case "&": return Reading(1, "and")
    case "+": return Reading(1, "plus")
    case "=": return Reading(1, "equals")
    case "%": return Reading(1, "percent")
    case "@": return Reading(1, "at")
    case "~" where after?.kind == .digits || after?.text == "$": return Reading(1, "about")
    case "<": return Reading(1, "less than")
    case ">": return Reading(1, "greater than")
    case "#": return Reading(1, "number")
    case "$": return Reading(1, "dollar")
    case "^":
      if let digits = tokens.digits(index + 1) { return Reading(2, Self.power(digits)) }
      return Reading(1, "")
    case "/":
      if let a = tokens.letters(index - 1)?.lowercased(), let b = tokens.letters(index + 1)?.lowercased(),
        [["and", "or"], ["he", "she"], ["his", "her"]].contains([a, b])
      {
        return Reading(1, a == "and" ? "" : "or")
      }
      return Reading(1, before == nil || after == nil ? "" : isBetweenNumbers ? "divided by" : "slash")
    case "\u{1}": return Reading(1, "degrees")
    case "\u{2}": return Reading(1, "pounds")
    case "\u{3}": return Reading(1, "euros")
    case "\u{4}": return Reading(1, "yen")
    case "\u{5}": return Reading(1, "cents")
    case "'":
      // "'90s"
      if tokens.isJoined(index + 1), tokens.digits(index + 1)?.utf8.count == 2, tokens.letters(index + 2) == "s",
        let reading = numberReading(index + 1)
      {
        return Reading(reading.count + 1, reading.text)
      }
      return Reading(1, "")
    default: return Reading(1, "")
    }
  }
}
