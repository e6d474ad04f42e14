/// Roman numerals in capitals.
enum RomanNumeral {
  private static let values: [Character: Int] = ["I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000]

  /// 1 … 3999; nil for what is not written by the rules.
  static func value(_ text: String) -> Int? {
    guard (1...15).contains(text.utf8.count) else { return nil }
    var total = 0
    var last = 1000
    for letter in text {
      guard let value = values[letter] else { return nil }
      total += value
      if value > last { total -= 2 * last }
      last = value
    }
    return total > 0 && total < 4000 && numeral(total) == text ? total : nil
  }

  private static func numeral(_ value: Int) -> String {
    var (rest, text) = (value, "")
    for (amount, letters) in [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
      (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ] {
      while rest >= amount {
        text += letters
        rest -= amount
      }
    }
    return text
  }

  /// Words after which a numeral counts: "Chapter IV" is chapter four.
  static let counted: Set<String> = [
    "chapter", "part", "section", "act", "scene", "book", "volume", "war", "phase", "type", "class", "level", "stage",
    "article", "appendix", "figure", "table", "title", "unit", "step", "grade", "mark", "bowl", "canto", "movement",
    "symphony", "division", "group", "region", "zone", "schedule", "annex", "exhibit", "corps",
  ]

  /// Names after which a numeral ranks: "Henry VIII" is henry the eighth.
  static let ranked: Set<String> = [
    "henry", "louis", "charles", "george", "elizabeth", "edward", "james", "william", "richard", "paul", "pius",
    "benedict", "napoleon", "catherine", "frederick", "philip", "francis", "ivan", "nicholas", "alexander", "peter",
    "mary", "leo", "gregory", "urban", "clement", "innocent", "ferdinand", "wilhelm", "otto", "ramses", "ramesses",
    "darius", "xerxes", "leopold", "albert", "gustav", "carl", "christian", "haakon", "stephen", "henri", "rama",
    "sixtus", "julius", "robert", "david", "kenneth", "constantine", "theodosius", "victor", "emmanuel", "umberto",
    "felipe", "juan", "carlos", "alfonso", "isabella", "maximilian", "rudolf", "joseph", "selim", "mehmed", "murad",
    "suleiman", "thutmose", "amenhotep", "ptolemy", "cleopatra", "john", "margaret", "harald", "olaf", "boniface",
    "celestine", "eugene", "adrian", "martin", "anne", "matilda", "baldwin", "conrad", "casimir", "sigismund",
  ]
}
