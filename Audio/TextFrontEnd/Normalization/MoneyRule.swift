/// Amounts of money with the sign or the currency in front: "$3.50", "$1.2 million", "£5bn", "$5–10", "US$20", "USD 5".
enum MoneyRule {
  private struct Currency {
    var unit: MeasurementUnit
    var cent: MeasurementUnit?
  }

  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    var start = index
    var words = ""
    if let token = tokens[index], token.isSymbol("-") || token.isSymbol("+"), tokens.isGlued(index + 1) {
      guard token.spaced || index == 0 else { return nil }
      words = token.isSymbol("-") ? "minus " : "plus "
      start += 1
    }
    var country = ""
    if let name = countries[tokens[start]?.text ?? ""], tokens.isGluedSymbol(start + 1, "$") {
      country = name
      start += 1
    }
    guard let symbol = tokens[start], let currency = currencies[symbol.text] else { return nil }
    var next = start + 1
    if symbol.isWord {
      // "Rs. 500", and "USD 5" but not "5 USD".
      if tokens.isGluedSymbol(next, "."), tokens.gluedDigits(next + 1) == nil || symbol.text == "Rs" { next += 1 }
      guard tokens.digits(next) != nil, tokens.digits(index - 1) == nil else { return nil }
    }
    if tokens.isSymbol(next, "-"), tokens.isGlued(next), tokens.isGlued(next + 1) {
      words = "minus "
      next += 1
    }
    guard let numeral = Numeral(tokens, at: next) else { return nil }
    next += numeral.count
    let own = magnitude(tokens, at: next)
    if let upper = upperBound(tokens, at: next + (own?.count ?? 0), symbol.text) {
      next += upper.count + (own?.count ?? 0)
      let magnitude = magnitude(tokens, at: next)
      next += magnitude?.count ?? 0
      let last = magnitude.map { "\(upper.numeral.quantity) \($0.spoken)" } ?? upper.numeral.quantity
      // "$3bn-$4bn" has one billion in it, "$900k-$1m" two sizes.
      let first = own.flatMap { $0.spoken == magnitude?.spoken ? nil : " " + $0.spoken } ?? ""
      let spoken = "\(numeral.quantity)\(first) to \(last) \(country)\(currency.unit.plural)"
      let rate = UnitRule.withRate(tokens, at: next, .init(unit: .init(spoken, spoken), count: 0))
      return RuleResult(words + rate.unit.singular, next + rate.count - index)
    }
    if let magnitude = own {
      next += magnitude.count
      let isAttribute = isAttribute(tokens, at: index, end: next)
      words += numeral.quantity + " " + magnitude.spoken + " " + country + currency.unit.name(forOne: isAttribute)
    } else if numeral.fraction == nil, isAttribute(tokens, at: index, end: next) {
      words += numeral.quantity + " " + country + currency.unit.singular
    } else {
      words += amount(numeral, currency, country)
    }
    let rate = UnitRule.withRate(tokens, at: next, .init(unit: .init(words, words), count: 0))
    return RuleResult(rate.unit.singular, next + rate.count - index)
  }

  /// Whether an amount describes what follows: "a $5 deal", "two $20 bills", "$5-a-day", "a $20/hr job".
  private static func isAttribute(_ tokens: TokenSequence, at index: Int, end: Int) -> Bool {
    if ["bill", "bills", "note", "notes", "coin", "coins"].contains(tokens.word(end) ?? "") { return true }
    if tokens.isGluedSymbol(end, "-"), tokens.isGluedWord(end + 1) { return true }
    let rate = UnitRule.withRate(tokens, at: end, .init(unit: .init(""), count: 0))
    return UnitRule.isAttribute(tokens, at: index, end: end + rate.count)
  }

  private static func amount(_ numeral: Numeral, _ currency: Currency, _ country: String) -> String {
    let whole =
      NumberWords.cardinal(numeral.integer) + " " + country + currency.unit.name(forOne: numeral.integer == "1")
    guard let fraction = numeral.fraction else { return whole }
    guard let cent = currency.cent, fraction.utf8.count == 2, let cents = Int(fraction) else {
      return numeral.quantity + " " + country + currency.unit.plural
    }
    let small = NumberWords.cardinal(cents) + " " + cent.name(forOne: cents == 1)
    if cents == 0 { return whole }
    return numeral.integer.utf8.allSatisfy { $0 == 48 } ? small : whole + " and " + small
  }

  private static func upperBound(
    _ tokens: TokenSequence, at index: Int, _ symbol: String
  ) -> (numeral: Numeral, count: Int)? {
    guard tokens.isGluedDash(index) else { return nil }
    let start = tokens.isGluedSymbol(index + 1, symbol) ? index + 2 : index + 1
    guard tokens.isGlued(start), let numeral = Numeral(tokens, at: start) else { return nil }
    return (numeral, start + numeral.count - index)
  }

  private static func magnitude(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if tokens.isGluedSymbol(index, "-"), let word = tokens.gluedWord(index + 1), magnitudes.contains(word) {
      return RuleResult(word, 2)
    }
    guard let token = tokens[index], token.isWord else { return nil }
    if magnitudes.contains(token.lower) { return RuleResult(token.lower, 1) }
    guard let word = abbreviatedMagnitudes[token.text], !token.spaced || token.text.utf8.count > 1 else { return nil }
    return RuleResult(word, 1)
  }

  /// Whether a word makes a number a thousand, a million and so on times as large: "$3bn – $4bn".
  static func isMagnitude(_ token: TextToken) -> Bool {
    token.isWord && (magnitudes.contains(token.lower) || abbreviatedMagnitudes[token.text] != nil)
  }

  private static let magnitudes: Set<String> = ["thousand", "million", "billion", "trillion", "hundred", "quadrillion"]
  private static let abbreviatedMagnitudes = [
    "k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mil": "million",
    "mm": "million",
    "b": "billion", "B": "billion", "bn": "billion", "bln": "billion", "t": "trillion", "T": "trillion",
    "tn": "trillion",
  ]
  private static let countries = [
    "US": "U S ", "A": "australian ", "C": "canadian ", "NZ": "new zealand ", "HK": "hong kong ",
  ]
  private static let currencies: [String: Currency] = [
    "$": Currency(unit: .init("dollar"), cent: .init("cent")),
    "£": Currency(unit: .init("pound"), cent: .init("penny", "pence")),
    "€": Currency(unit: .init("euro"), cent: .init("cent")),
    "¥": Currency(unit: .init("yen", "yen")), "₹": Currency(unit: .init("rupee"), cent: .init("paisa", "paise")),
    "Rs": Currency(unit: .init("rupee"), cent: .init("paisa", "paise")),
    "INR": Currency(unit: .init("indian rupee"), cent: .init("paisa", "paise")),
    "USD": Currency(unit: .init("U S dollar"), cent: .init("cent")),
    "EUR": Currency(unit: .init("euro"), cent: .init("cent")),
    "GBP": Currency(unit: .init("british pound"), cent: .init("penny", "pence")),
    "CAD": Currency(unit: .init("canadian dollar"), cent: .init("cent")),
    "AUD": Currency(unit: .init("australian dollar"), cent: .init("cent")),
    "CHF": Currency(unit: .init("swiss franc"), cent: .init("centime")),
    "JPY": Currency(unit: .init("japanese yen", "japanese yen")),
    "CNY": Currency(unit: .init("chinese yuan", "chinese yuan")),
  ]
}
