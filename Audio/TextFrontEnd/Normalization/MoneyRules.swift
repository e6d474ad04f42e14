/// Sums of money: "$3.50", "$1.2 million", "£5bn".
extension ReadingContext {
  private struct Currency {
    let one, many, smallOne, smallMany: String
  }

  private static let currencies: [String: Currency] = [
    "$": Currency(one: "dollar", many: "dollars", smallOne: "cent", smallMany: "cents"),
    "\u{2}": Currency(one: "pound", many: "pounds", smallOne: "penny", smallMany: "pence"),
    "\u{3}": Currency(one: "euro", many: "euros", smallOne: "cent", smallMany: "cents"),
    "\u{4}": Currency(one: "yen", many: "yen", smallOne: "sen", smallMany: "sen"),
  ]

  private static let magnitudes: [String: String] = [
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "b": "billion", "B": "billion",
    "bn": "billion", "t": "trillion", "T": "trillion", "tn": "trillion", "thousand": "thousand", "million": "million",
    "billion": "billion", "trillion": "trillion",
  ]

  /// - Parameter index: of a currency sign, or of a minus before it.
  func moneyReading(_ index: Int) -> Reading? {
    if tokens.isMark(index, "-"), tokens[index]!.isApart, tokens.isJoined(index + 1),
      let reading = moneyReading(index + 1)
    {
      return Reading(reading.count + 1, "minus " + reading.text)
    }
    guard let sign = tokens[index], sign.kind == .mark, let currency = Self.currencies[sign.text],
      let number = number(index + 1)
    else { return nil }
    let next = index + 1 + number.count
    if let name = tokens.letters(next), let magnitude = Self.magnitudes[name], tokens.isJoined(next) || name.count > 2 {
      return Reading(number.count + 2, "\(number.words()) \(magnitude) \(currency.many)")
    }
    guard let fraction = number.fraction else {
      return Reading(number.count + 1, "\(number.words()) \(number.isOne ? currency.one : currency.many)")
    }
    guard fraction.utf8.count == 2, let cents = Int(fraction) else {
      return Reading(number.count + 1, "\(number.words()) \(currency.many)")
    }
    let whole = NumberWords.cardinal(number.integer, grouped: number.isGrouped)
    let large = "\(whole) \(number.integer == "1" ? currency.one : currency.many)"
    let small = "\(NumberWords.cardinal(cents)) \(cents == 1 ? currency.smallOne : currency.smallMany)"
    if cents == 0 { return Reading(number.count + 1, large) }
    return Reading(number.count + 1, Int(number.integer) == 0 ? small : "\(large) and \(small)")
  }
}
