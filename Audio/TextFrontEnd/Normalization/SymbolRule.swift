/// Symbols and punctuation that no other rule has taken.
enum SymbolRule {
  /// What a symbol adds to the sentence.
  enum Effect {
    case words(String, count: Int)
    case pause(Pause)
    /// Letters at the end of the word before.
    case suffix(String, count: Int)
    case nothing
  }

  static func read(_ tokens: TokenSequence, at index: Int) -> Effect {
    guard let token = tokens[index] else { return .nothing }
    switch token.text {
    case ",": return .pause(.comma)
    case ":", ";", "<": if let effect = emoticon(tokens, at: index) { return effect }
    case "#", ">": if isMarkdown(tokens, at: index) { return .nothing }
    case "&" where tokens.gluedWord(index + 1) == "c": return .words("et cetera", count: 2)
    default: break
    }
    return mark(tokens, at: index, token)
  }

  private static func mark(_ tokens: TokenSequence, at index: Int, _ token: TextToken) -> Effect {
    switch token.text {
    case ":" where tokens.isGluedSymbol(index + 1, "\\"): return .words("colon", count: 1)
    case ";", ":", "[", "]", "{", "}": return .pause(.clause)
    case "(": return parenthesis(tokens, at: index)
    case ")", "|": return .pause(.clause)
    case "...": return tokens.isEnd(index) ? .nothing : .pause(.comma)
    case "!" where tokens.isGluedSymbol(index + 1, "="): return .words("is not equal to", count: 2)
    case "!" where isFactorial(tokens, at: index): return .words("factorial", count: 1)
    case "!", "?": return tokens.isEnd(index) ? .nothing : .pause(.clause)
    case ".": return stop(tokens, at: index)
    case "-", "–", "—": return dash(tokens, at: index)
    case "/": return slash(tokens, at: index)
    case "'": return apostrophe(tokens, at: index)
    case "^": return power(tokens, at: index)
    case "*":
      let isProduct = tokens.digits(index - 1) != nil && tokens.digits(index + 1) != nil
      return isProduct ? .words("times", count: 1) : .nothing
    case "~": return tokens.digits(index + 1) != nil ? .words("about", count: 1) : .nothing
    case "#":
      if tokens.isGlued(index), tokens[index - 1]?.isLetter == true { return .words("sharp", count: 1) }
      return .words(
        tokens.gluedDigits(index + 1) != nil || tokens.word(index + 1) == "of" ? "number" : "hash", count: 1)
    case "§" where tokens.isGluedSymbol(index + 1, "§"): return .words("sections", count: 2)
    case "=", "<", ">": return comparison(tokens, at: index, token.text)
    case "\\": return tokens.isGlued(index + 1) ? .words("backslash", count: 1) : .nothing
    default: return names[token.text].map { .words($0, count: 1) } ?? .nothing
    }
  }

  /// ":D", ":-P", and "I <3 you"; the ones of symbols alone are pauses anyway.
  private static func emoticon(_ tokens: TokenSequence, at index: Int) -> Effect? {
    guard let token = tokens[index], token.spaced else { return nil }
    if token.text == "<" {
      guard tokens.gluedDigits(index + 1) == "3", !tokens.isGlued(index + 2) || tokens.isEnd(index + 2),
        let before = tokens[index - 1], before.isWord, !before.isLetter || before.text == "I"
      else { return nil }
      return .words(tokens[index + 2]?.isWord == true ? "love" : "", count: 2)
    }
    let mouth = tokens.isGluedSymbol(index + 1, "-") ? index + 2 : index + 1
    guard tokens.isGlued(mouth), let letter = tokens[mouth], ["D", "P", "p", "O", "o"].contains(letter.text),
      !tokens.isGlued(mouth + 1) || tokens.isEnd(mouth + 1)
    else { return nil }
    return .words("", count: mouth + 1 - index)
  }

  /// The marks before a heading and a quoted line.
  private static func isMarkdown(_ tokens: TokenSequence, at index: Int) -> Bool {
    guard index < 6, tokens.tokens[...index].allSatisfy({ $0.isSymbol("#") || $0.isSymbol(">") }) else { return false }
    return tokens[index + 1].map { $0.kind == .symbol || $0.spaced && $0.isCapitalized } ?? false
  }

  private static let names = [
    "&": "and", "@": "at", "+": "plus", "%": "percent", "$": "dollar", "£": "pound", "€": "euro", "¥": "yen",
    "¢": "cent",
    "₹": "rupee", "°": "degrees", "µ": "mu", "×": "times", "§": "section", "Ω": "omega",
  ]

  /// "item(s)" is "items", "f(x)" is "F of X".
  private static func parenthesis(_ tokens: TokenSequence, at index: Int) -> Effect {
    if tokens.isGlued(index), tokens[index - 1]?.isLetter == true, tokens.isGlued(index + 1),
      let argument = tokens[index + 1],
      argument.isLetter || argument.isDigits && ["f", "g", "h"].contains(tokens[index - 1]?.text),
      tokens.isGluedSymbol(index + 2, ")")
    {
      let words = argument.isDigits ? NumberWords.cardinal(argument.text) : argument.text.uppercased()
      return .words("of " + words, count: 3)
    }
    guard tokens.isGlued(index), tokens[index - 1]?.isWord == true, let ending = tokens.gluedWord(index + 1),
      ["s", "es"].contains(ending), tokens.isGluedSymbol(index + 2, ")")
    else { return .pause(.clause) }
    return .suffix(ending, count: 3)
  }

  /// "5! is 120", "n! = 6"
  static func isFactorial(_ tokens: TokenSequence, at index: Int) -> Bool {
    guard tokens.isGlued(index), let number = tokens[index - 1], number.isDigits || number.isLetter,
      let next = tokens[index + 1]
    else { return false }
    return next.spaced && (next.isSymbol("=") || ["is", "equals"].contains(next.text))
  }

  private static func stop(_ tokens: TokenSequence, at index: Int) -> Effect {
    if tokens.isEnd(index) { return .nothing }
    guard tokens.isGlued(index + 1), let next = tokens[index + 1], next.isWord || next.isDigits else {
      // "I see." he said; "1. Open"; but not the full stop of "etc.,".
      return .pause(.comma)
    }
    let isNumber = tokens.isGlued(index) && tokens.digits(index - 1) != nil && next.isDigits
    return .words(isNumber ? "point" : "dot", count: 1)
  }

  private static func dash(_ tokens: TokenSequence, at index: Int) -> Effect {
    guard let token = tokens[index] else { return .nothing }
    if token.text == "-", tokens.isGluedSymbol(index + 1, ">") { return .words("to", count: 2) }
    if tokens.isGluedSymbol(index + 1, "-") || tokens.isGluedSymbol(index - 1, "-") && tokens.isGlued(index) {
      return .pause(.clause)
    }
    let isGlued = tokens.isGlued(index) && tokens.isGlued(index + 1)
    if isRange(tokens, at: index), token.text != "—", isGlued || token.text == "–" || !isOperand(tokens[index - 1]) {
      return .words("to", count: 1)
    }
    if token.text == "-" {
      // "n-1"
      if isGlued, let letter = tokens[index - 1], letter.isLetter, letter.isLowercase, letter.text != "a",
        tokens.isGlued(index + 1), let digits = tokens.digits(index + 1), digits.utf8.count < 3, letter.spaced
      {
        return .words("minus", count: 1)
      }
      if isGlued || tokens.isGlued(index) {
        // The grade "B-".
        let isLast = !tokens.isGlued(index + 1) || tokens.isEnd(index + 1) || tokens.isSymbol(index + 1, ",")
        let isGrade = tokens.isGlued(index) && isLast && isGrade(tokens[index - 1])
        return isGrade ? .words("minus", count: 1) : .nothing
      }
      let isMinus = isOperand(tokens[index - 1]) && isOperand(tokens[index + 1])
      if isMinus { return .words("minus", count: 1) }
      // "-v" is an option.
      if tokens.isGlued(index + 1), tokens[index + 1]?.isWord == true { return .nothing }
    }
    return .pause(.clause)
  }

  private static func isGrade(_ token: TextToken?) -> Bool {
    token.map { $0.spaced && ["A", "B", "C", "D", "F"].contains($0.text) } ?? false
  }

  private static func isOperand(_ token: TextToken?) -> Bool {
    guard let token else { return false }
    return token.isDigits || token.isLetter && token.lower != "a" && token.lower != "i"
  }

  /// Numbers, times of day or days on both sides.
  private static func isRange(_ tokens: TokenSequence, at index: Int) -> Bool {
    guard let before = tokens[index - 1], let after = tokens[index + 1] else { return false }
    let isTime = ["am", "pm", "m"].contains(before.lower) || before.isSymbol(".") && tokens.word(index - 2) == "m"
    let isNamed = middays.contains(before.lower)
    if middays.contains(after.lower) { return before.isDigits || isTime || isNamed }
    if after.kind == .symbol, ["$", "£", "€"].contains(after.text), MoneyRule.isMagnitude(before) { return true }
    // "5kg-10kg", "25 °C–30 °C"
    let isUnit =
      before.isWord && UnitTable.unit(before.text) != nil && tokens.digits(index - 2) != nil
      || tokens.isSymbol(index - 2, "°") && before.isLetter
    if after.isDigits, isUnit { return true }
    if after.isDigits || after.isSymbol("$") {
      return before.isDigits || isTime || isNamed || before.isSymbol("%") || before.isSymbol("°")
    }
    return DateRule.name(after) != nil && before.isDigits
  }

  private static let silentSlashes: Set<String> = ["AC/DC", "TCP/IP", "I/O", "N/A", "F/A", "A/C", "P/E", "B/W"]

  private static let middays: Set<String> = ["noon", "midnight", "midday"]

  private static func slash(_ tokens: TokenSequence, at index: Int) -> Effect {
    guard let before = tokens[index - 1], let after = tokens[index + 1], before.isWord || before.isDigits,
      after.isWord || after.isDigits
    else { return .nothing }
    if before.isDigits, after.isDigits, after.spaced, tokens.isSymbol(index + 2, "=") {
      return .words("divided by", count: 1)
    }
    // "60 miles/hr"
    if before.isLowercase, tokens.digits(index - 2) != nil, tokens.isGlued(index + 1),
      let per = UnitTable.perUnit(after.text)
    {
      return .words("per " + per, count: 2)
    }
    // "AC/DC", "I/O"
    if tokens.isGlued(index), tokens.isGlued(index + 1), silentSlashes.contains(before.text + "/" + after.text) {
      return .nothing
    }
    if before.lower == "and", after.lower == "or" { return .nothing }
    return .words("slash", count: 1)
  }

  /// "2021's"; other apostrophes are quotation marks.
  private static func apostrophe(_ tokens: TokenSequence, at index: Int) -> Effect {
    guard tokens.isGlued(index), tokens[index - 1]?.kind != .symbol, tokens.gluedWord(index + 1) == "s" else {
      return .nothing
    }
    return .suffix("'s", count: 2)
  }

  /// "x^2", "10^-6"; raised digits behind words are notes and not read.
  private static func power(_ tokens: TokenSequence, at index: Int) -> Effect {
    let isNegative = tokens.isGluedSymbol(index + 1, "-")
    let next = isNegative ? index + 2 : index + 1
    let count = next + 1 - index
    guard let base = tokens[index - 1], let exponent = tokens[next], tokens.isGlued(next) else { return .nothing }
    if exponent.isLetter { return .words("to the " + exponent.text.uppercased(), count: count) }
    guard exponent.isDigits else { return .nothing }
    if base.isWord, base.text.utf8.count > 2 { return .words("", count: count) }
    // "10⁻³ m"
    let unit = base.isDigits ? UnitRule.read(tokens, at: next + 1) : nil
    let end = count + (unit?.count ?? 0)
    let name = unit.map { " " + $0.unit.plural } ?? ""
    if isNegative { return .words("to the minus " + NumberWords.cardinal(exponent.text) + name, count: end) }
    switch exponent.text {
    case "2": return .words("squared" + name, count: end)
    case "3": return .words("cubed" + name, count: end)
    default: return .words("to the " + NumberWords.ordinal(exponent.text) + name, count: end)
    }
  }

  private static func comparison(_ tokens: TokenSequence, at index: Int, _ text: String) -> Effect {
    switch text {
    case "=":
      if tokens.isGluedSymbol(index + 1, ">") { return .words("to", count: 2) }
      return tokens.isGluedSymbol(index + 1, "=") ? .words("equals", count: 2) : .words("equals", count: 1)
    case "<":
      if tokens.isGluedSymbol(index + 1, "=") { return .words("less than or equal to", count: 2) }
      return tokens.isGluedSymbol(index + 1, "-") && tokens[index + 2]?.spaced == true
        ? .words("from", count: 2)
        : .words("less than", count: 1)
    default:
      if tokens.isGluedSymbol(index + 1, "=") { return .words("greater than or equal to", count: 2) }
      return .words("greater than", count: 1)
    }
  }
}
