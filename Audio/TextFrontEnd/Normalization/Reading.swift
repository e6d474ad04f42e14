/// How some tokens are read.
///
/// Words in small letters, spelled letters in capitals, and `,` `.` `?` behind a word for the pauses.
struct Reading {
  /// Tokens that are read.
  let count: Int
  let text: String

  init(_ count: Int, _ text: String) {
    self.count = count
    self.text = text
  }
}

/// Where a rule stands: the tokens, and what came before.
struct ReadingContext {
  let tokens: Tokens
  /// Whether the sentence that is being read is in capitals.
  var isShouted = false
  /// The last word, in small letters as it was written; nil at the beginning of a sentence.
  var lastWord: String?
  /// Whether it began with a capital and was not the sentence's first word.
  var lastIsName = false
  /// Whether it began with a capital.
  var lastIsCapitalized = false
  /// The token that is being read.
  var start = 0

  /// The unsigned number at an index: digits, groups of three after commas, a fraction after a point.
  struct Number {
    /// Tokens.
    let count: Int
    let integer: String
    let isGrouped: Bool
    let fraction: String?

    var isInteger: Bool { fraction == nil }

    var isOne: Bool { integer == "1" && fraction == nil }

    /// Its words; a whole number in the range of years is a year if `asYear`.
    func words(asYear: Bool = false) -> String {
      if asYear, let year = plainYear { return NumberWords.year(year) }
      let words = NumberWords.cardinal(integer, grouped: isGrouped)
      guard let fraction else { return words }
      return words + " point " + NumberWords.digits(fraction)
    }

    /// 1100 … 2099 without comma and point.
    var plainYear: Int? {
      guard isInteger, !isGrouped, integer.utf8.count == 4, let year = Int(integer), 1100...2099 ~= year else {
        return nil
      }
      return year
    }
  }

  func number(_ index: Int) -> Number? {
    guard let digits = tokens.digits(index) else { return nil }
    var integer = digits
    var next = index + 1
    var isGrouped = false
    while digits.utf8.count <= 3, tokens.isMark(next, ","), tokens.isJoined(next), tokens.isJoined(next + 1),
      let group = tokens.digits(next + 1), group.utf8.count == 3
    {
      integer += group
      next += 2
      isGrouped = true
    }
    var fraction: String?
    if tokens.isMark(next, "."), tokens.isJoined(next), tokens.isJoined(next + 1), let digits = tokens.digits(next + 1),
      !(tokens.isMark(next + 2, ".") && tokens.isJoined(next + 2) && tokens.isJoined(next + 3)
        && tokens.digits(next + 3) != nil)
    {
      fraction = digits
      next += 2
    }
    return Number(count: next - index, integer: integer, isGrouped: isGrouped, fraction: fraction)
  }

  /// Whether a sentence that ended before `index` would go on with a new one there.
  func beginsSentence(_ index: Int, by stop: Abbreviations.Stop) -> Bool {
    var index = index
    while tokens.isMark(index, "\"") || tokens.isMark(index, "(") || tokens.isMark(index, "'") { index += 1 }
    guard let token = tokens[index] else { return true }
    switch token.kind {
    case .paragraph: return true
    case .letters:
      switch stop {
      case .never: return false
      case .beforeCapital: return token.isCapitalized
      case .beforeStarter: return token.isCapitalized && Abbreviations.starters.contains(token.text.lowercased())
      }
    default: return false
    }
  }

  /// The unit at an index, joined tokens like "km/h" included, and its number of tokens.
  func unit(_ index: Int) -> (unit: Units.Unit, count: Int)? {
    guard let name = tokens.letters(index) else { return nil }
    if tokens.isMark(index + 1, "/"), tokens.isJoined(index + 1), tokens.isJoined(index + 2),
      let below = tokens.letters(index + 2), let unit = Units.unit("\(name)/\(below)")
    {
      return (unit, 3)
    }
    guard let unit = Units.unit(name) else { return nil }
    // "5 in the morning": behind a space, a word that is short for nothing has to look like a unit.
    let isApart = tokens[index]!.isApart
    if isApart && ["in", "h", "s", "cal", "pt", "l", "sec", "min"].contains(name) && !tokens.isMark(index + 1, ".") {
      return ["sec", "min", "h", "s"].contains(name) ? (unit, 1) : nil
    }
    return (unit, 1)
  }
}
