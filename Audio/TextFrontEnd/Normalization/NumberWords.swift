/// Numbers as American English says them, in words parted by spaces.
enum NumberWords {
  private static let ones = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
  ]
  private static let tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
  private static let scales = [
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
  ]

  /// 0 … 999.
  private static func small(_ n: Int) -> [String] {
    if n < 20 { return [ones[n]] }
    if n < 100 { return [tens[n / 10]] + (n % 10 == 0 ? [] : [ones[n % 10]]) }
    return [ones[n / 100], "hundred"] + (n % 100 == 0 ? [] : small(n % 100))
  }

  /// "105" → "one hundred five". More digits than have names, or a leading zero: one by one.
  ///
  /// - Parameter grouped: whether commas say that a long number is meant as one.
  static func cardinal(_ digits: String, grouped: Bool = false) -> String {
    if digits.utf8.count > (grouped ? 33 : 15) || (digits.utf8.count > 1 && digits.hasPrefix("0")) {
      return self.digits(digits)
    }
    let values = digits.utf8.map { Int($0) - 48 }
    var words: [String] = []
    var position = values.count
    var index = 0
    while index < values.count {
      // As many digits as bring the position to a multiple of three.
      let length = position % 3 == 0 ? 3 : position % 3
      let group = values[index..<index + length].reduce(0) { $0 * 10 + $1 }
      position -= length
      index += length
      if group > 0 {
        words += small(group)
        if position > 0 { words.append(scales[position / 3]) }
      }
    }
    return words.isEmpty ? "zero" : words.joined(separator: " ")
  }

  static func cardinal(_ n: Int) -> String { cardinal(String(n)) }

  /// "one nine eight four".
  static func digits(_ digits: some StringProtocol) -> String {
    digits.utf8.map { ones[Int($0) - 48] }.joined(separator: " ")
  }

  static func ordinal(_ digits: String) -> String { ordinalForm(cardinal(digits)) }

  static func ordinal(_ n: Int) -> String { ordinal(String(n)) }

  /// The last word of a number as an ordinal.
  private static func ordinalForm(_ words: String) -> String {
    var parts = words.split(separator: " ").map(String.init)
    let irregular = [
      "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
      "twelve": "twelfth",
    ]
    let last = parts.removeLast()
    parts.append(irregular[last] ?? (last.hasSuffix("y") ? last.dropLast() + "ieth" : last + "th"))
    return parts.joined(separator: " ")
  }

  /// The last word in the plural: "nineteen ninety" → "nineteen nineties".
  static func plural(_ words: String) -> String {
    if words.hasSuffix("y") { return words.dropLast() + "ies" }
    return words + (words.hasSuffix("x") ? "es" : "s")
  }

  /// 1905 → "nineteen oh five".
  static func year(_ year: Int) -> String {
    let (high, low) = (year / 100, year % 100)
    if year < 1000 || (year / 10) % 100 == 0 && year % 1000 < 10 { return cardinal(year) }
    if low == 0 { return cardinal(high) + " hundred" }
    return cardinal(high) + (low < 10 ? " oh " : " ") + cardinal(low)
  }

  /// Three digits as names of things have them: 747 → "seven forty seven", 380 → "three eighty".
  static func label(_ digits: String) -> String {
    guard let n = Int(digits), !digits.hasPrefix("0") else { return self.digits(digits) }
    switch digits.utf8.count {
    case 1, 2: return cardinal(n)
    case 3:
      if n % 100 == 0 { return cardinal(n) }
      return ones[n / 100] + (n % 100 < 10 ? " oh " : " ") + cardinal(n % 100)
    case 4: return n % 1000 == 0 ? cardinal(n) : year(n)
    default: return self.digits(digits)
    }
  }

  /// "half", "thirds" …, of a fraction; nil where it is no fraction that people say.
  static func fraction(_ numerator: Int, _ denominator: Int) -> String? {
    guard (1...99).contains(numerator), (2...100).contains(denominator) else { return nil }
    if denominator > 20 && ![25, 30, 32, 40, 50, 60, 64, 100].contains(denominator) { return nil }
    let name = denominator == 2 ? "half" : denominator == 4 ? "quarter" : ordinal(denominator)
    let many = denominator == 2 ? "halves" : name + "s"
    return cardinal(numerator) + " " + (numerator == 1 ? name : many)
  }
}
