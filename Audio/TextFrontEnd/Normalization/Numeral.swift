/// A number in digits: "1,984", "3.14", ".5".
struct Numeral {
  /// The digits before the decimal point, without commas; empty in ".5".
  var integer: String
  /// The digits after the decimal point.
  var fraction: String?
  /// Whether commas group the thousands.
  var isGrouped = false
  /// How many tokens it takes.
  var count: Int

  /// The number that begins at a token; nil if none does.
  init?(_ tokens: TokenSequence, at index: Int) {
    if tokens.isSymbol(index, "."), let digits = tokens.gluedDigits(index + 1) {
      integer = ""
      fraction = digits
      count = 2
      return
    }
    guard let first = tokens.digits(index) else { return nil }
    integer = first
    count = 1
    while integer.utf8.count <= 3 || isGrouped, tokens.isGluedSymbol(index + count, ","),
      let group = tokens.gluedDigits(index + count + 1), group.utf8.count == 3
    {
      integer += group
      isGrouped = true
      count += 2
    }
    if count == 1, let number = Self.continental(tokens, at: index) ?? Self.decimalComma(tokens, at: index) {
      self = number
      return
    }
    if count == 1, let groups = Self.spacedGroups(tokens, behind: index) {
      integer += groups.joined()
      isGrouped = true
      count += groups.count
    }
    if count == 1, let groups = Self.indianGroups(tokens, behind: index) {
      integer += groups.joined()
      isGrouped = true
      count += 2 * groups.count
    }
    if tokens.isGluedSymbol(index + count, "."), let digits = tokens.gluedDigits(index + count + 1),
      !(tokens.isGluedSymbol(index + count + 2, ".") && tokens.gluedDigits(index + count + 3) != nil)
    {
      fraction = digits
      count += 2
    }
  }

  /// "1.234,56" as it is written in much of Europe; no other number has a comma behind a full stop.
  private static func continental(_ tokens: TokenSequence, at index: Int) -> Numeral? {
    guard var integer = tokens.digits(index), integer.utf8.count < 4 else { return nil }
    var next = index + 1
    while next < index + 12, tokens.isGluedSymbol(next, "."), let group = tokens.gluedDigits(next + 1),
      group.utf8.count == 3
    {
      integer += group
      next += 2
    }
    guard next > index + 1, tokens.isGluedSymbol(next, ","), let fraction = tokens.gluedDigits(next + 1),
      fraction.utf8.count == 2
    else { return nil }
    return Numeral(integer: integer, fraction: fraction, isGrouped: true, count: next + 2 - index)
  }

  /// "3,5 million", "1,5 km", "$1,00": a comma before one or two digits, with what is counted.
  private static func decimalComma(_ tokens: TokenSequence, at index: Int) -> Numeral? {
    guard let integer = tokens.digits(index), tokens.isGluedSymbol(index + 1, ","),
      let fraction = tokens.gluedDigits(index + 2), fraction.utf8.count < 3,
      let next = tokens[index + 3] ?? tokens[index],
      !(tokens.isSymbol(index - 1, ",") && tokens.isGlued(index))
    else { return nil }
    let isMoney = tokens.isSymbol(index - 1, "$") || tokens.isSymbol(index - 1, "€") || tokens.isSymbol(index - 1, "£")
    let isCounted = next.isWord && (MoneyRule.isMagnitude(next) || UnitTable.unit(next.text) != nil)
    guard isCounted && !UnitTable.ambiguous.contains(next.text) || isMoney && fraction.utf8.count == 2 else {
      return nil
    }
    return Numeral(integer: integer, fraction: fraction, isGrouped: true, count: 3)
  }

  /// The groups behind the first one of "1 000 000", where a zero shows that they are no numbers of their own.
  private static func spacedGroups(_ tokens: TokenSequence, behind index: Int) -> [String]? {
    guard let first = tokens.digits(index), first.utf8.count < 4, !first.hasPrefix("0") else { return nil }
    var groups: [String] = []
    while groups.count < 6, let group = tokens.digits(index + 1 + groups.count), group.utf8.count == 3,
      !tokens.isGlued(index + 1 + groups.count)
    {
      groups.append(group)
    }
    guard groups.contains(where: { $0.hasPrefix("0") }), tokens.gluedDigits(index + 1 + groups.count) == nil else {
      return nil
    }
    return groups
  }

  private init(integer: String, fraction: String, isGrouped: Bool, count: Int) {
    self.integer = integer
    self.fraction = fraction
    self.isGrouped = isGrouped
    self.count = count
  }

  /// The groups behind the first one of "1,50,000": of two digits each, and three at the end.
  private static func indianGroups(_ tokens: TokenSequence, behind index: Int) -> [String]? {
    guard let first = tokens.digits(index), first.utf8.count < 3 else { return nil }
    var groups: [String] = []
    while groups.count < 6, groups.last?.utf8.count != 3, tokens.isGluedSymbol(index + 1 + 2 * groups.count, ","),
      let group = tokens.gluedDigits(index + 2 + 2 * groups.count), group.utf8.count == 2 || group.utf8.count == 3
    {
      groups.append(group)
    }
    return groups.count > 1 && groups.last?.utf8.count == 3 ? groups : nil
  }

  var isOne: Bool { integer == "1" && fraction == nil }

  /// A whole number of at most nine digits, written without commas.
  var plainValue: Int? { fraction == nil && !isGrouped && integer.utf8.count <= 9 ? Int(integer) : nil }

  /// Whether it looks like a year 1100–2099.
  var isYear: Bool { integer.utf8.count == 4 && plainValue.map { (1100...2099).contains($0) } == true }

  /// The number in digits.
  var text: String { (integer.isEmpty ? "0" : integer) + (fraction.map { "." + $0 } ?? "") }

  /// Read as a quantity, never as a year.
  var quantity: String {
    guard let fraction else { return whole }
    let point = "point " + NumberWords.digitByDigit(fraction)
    return integer.isEmpty ? point : whole + " " + point
  }

  /// Read as a year if it looks like one, else as a quantity.
  var spoken: String { isYear ? NumberWords.year(Int(integer) ?? 0) : quantity }

  private var whole: String {
    let isCode = !isGrouped && (integer.utf8.count > 15 || integer.utf8.count > 1 && integer.hasPrefix("0"))
    return isCode ? NumberWords.digitByDigit(integer) : NumberWords.cardinal(integer)
  }
}
