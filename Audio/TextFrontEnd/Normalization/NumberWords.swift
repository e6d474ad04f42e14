/// The words for numbers, in American English.
enum NumberWords {
  /// "one hundred five" for the digits "105"; digit by digit above 10^36.
  static func cardinal(_ digits: some StringProtocol) -> String {
    let bytes = Array(digits.utf8.drop { $0 == 48 })
    guard !bytes.isEmpty else { return "zero" }
    let groupCount = (bytes.count + 2) / 3
    guard groupCount <= scales.count else { return digitByDigit(digits) }
    var words: [String] = []
    var start = 0
    for group in stride(from: groupCount - 1, through: 0, by: -1) {
      let end = bytes.count - 3 * group
      let value = bytes[start..<end].reduce(0) { 10 * $0 + Int($1) - 48 }
      start = end
      guard value > 0 else { continue }
      words.append(belowThousand(value))
      if group > 0 { words.append(scales[group]) }
    }
    return words.joined(separator: " ")
  }

  static func cardinal(_ value: Int) -> String { cardinal(String(value)) }

  /// "twenty second" for the digits "22".
  static func ordinal(_ digits: some StringProtocol) -> String { ordinalForm(cardinal(digits)) }

  static func ordinal(_ value: Int) -> String { ordinal(String(value)) }

  /// "seven zero" for the digits "70".
  static func digitByDigit(_ digits: some StringProtocol) -> String {
    digits.utf8.map { ones[Int($0) - 48] }.joined(separator: " ")
  }

  /// A year 1000–2999, or another number that is read in two halves: "nineteen oh five", "two thousand five".
  static func year(_ value: Int) -> String {
    let (century, rest) = (value / 100, value % 100)
    if value % 1000 < 10 { return cardinal(value) }
    if rest == 0 { return cardinal(century) + " hundred" }
    return cardinal(century) + (rest < 10 ? " oh " : " ") + cardinal(rest)
  }

  /// Three digits as in room, flight and model numbers: "seven forty seven", "three oh five", "four hundred".
  static func threeDigits(_ value: Int) -> String {
    value % 100 == 0 ? cardinal(value) : year(value)
  }

  /// "nineties" for "ninety", "hundreds" for "hundred".
  static func plural(_ words: String) -> String {
    if words.hasSuffix("y") { return words.dropLast() + "ies" }
    return words + (words.hasSuffix("x") ? "es" : "s")
  }

  /// "twenty second" for "twenty two".
  static func ordinalForm(_ words: String) -> String {
    let start = words.lastIndex(of: " ").map { words.index(after: $0) } ?? words.startIndex
    let last = words[start...]
    if let irregular = irregularOrdinals[String(last)] { return words[..<start] + irregular }
    return words[..<start] + (last.hasSuffix("y") ? last.dropLast() + "ieth" : last + "th")
  }

  private static func belowThousand(_ value: Int) -> String {
    var words: [String] = []
    if value >= 100 { words += [ones[value / 100], "hundred"] }
    let rest = value % 100
    if rest >= 20 {
      words.append(tens[rest / 10])
      if rest % 10 > 0 { words.append(ones[rest % 10]) }
    } else if rest > 0 {
      words.append(ones[rest])
    }
    return words.joined(separator: " ")
  }

  private static let ones = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
  private static let scales = [
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
  ]
  private static let irregularOrdinals = [
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
  ]
}
