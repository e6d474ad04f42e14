/// Roman numerals behind the words that they number: "Henry VIII", "Chapter IV", "World War II".
enum RomanNumeralRule {
  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    if let number = inBrackets(tokens, at: index) { return number }
    var before = index - 1
    // "No. IV", "Vol. II"
    if tokens.isGluedSymbol(before, ".") { before -= 1 }
    // "The XIX century"
    if let token = tokens[index], token.isAllCapitals, let value = value(of: token.text),
      token.text.utf8.contains(where: { "IVX".utf8.contains($0) }), let noun = tokens.word(index + 1),
      noun == "century" || noun == "centuries"
    {
      return RuleResult(NumberWords.ordinal(value), 1)
    }
    if let range = range(tokens, at: index, behind: tokens.word(before)) { return range }
    guard let token = tokens[index], !tokens.isShouted || token.text.utf8.count > 1,
      let (base, ending) = split(token, behind: tokens.word(before)), let value = value(of: base)
    else { return nil }
    guard let word = tokens[before], word.isWord, before < index else { return fallback(base, value, ending) }
    if tokens[index]?.spaced == false { return nil }
    // "Part C" and "Section D" have letters.
    if numbered.contains(word.lower),
      base.utf8.count > 1 || word.isCapitalized || tokens.isShouted || before < index - 1,
      base.utf8.contains(where: { "IVX".utf8.contains($0) })
    {
      return base == "I" && isPronoun(tokens, at: index) ? nil : RuleResult(NumberWords.cardinal(value) + ending, 1)
    }
    if regnal.contains(word.lower), word.isCapitalized, value < 40 {
      if base.utf8.count == 1, isInitialOrPronoun(tokens, at: index, base) { return nil }
      return RuleResult("the " + NumberWords.ordinal(value) + ending, 1)
    }
    if word.lower == "the", base.utf8.count > 1, regnal.contains(tokens.word(before - 1) ?? "") {
      return RuleResult(NumberWords.ordinal(value) + ending, 1)
    }
    if word.isCapitalized, base.utf8.count > 1, value < 40, !tokens.isShouted, !wordsInCapitals.contains(base) {
      return RuleResult(NumberWords.cardinal(value) + ending, 1)
    }
    return fallback(base, value, ending)
  }

  /// "(ii)", "5(a)(iv)"
  private static func inBrackets(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard tokens.isSymbol(index - 1, "("), tokens.isGlued(index), tokens.isGluedSymbol(index + 1, ")"),
      let token = tokens[index], token.isLowercase, isNumeral(token), let value = value(of: token.text.uppercased())
    else { return nil }
    return RuleResult(NumberWords.cardinal(value), 1)
  }

  /// "pages iv–ix", "Parts I-III".
  static func range(_ tokens: TokenSequence, at index: Int, behind word: String?) -> RuleResult? {
    guard let word, numbered.contains(word), tokens.isGluedDash(index + 1), tokens.isGlued(index + 2),
      let first = tokens[index], let last = tokens[index + 2], first.isWord, last.isWord,
      first.isLowercase == last.isLowercase,
      [first, last].allSatisfy({ isNumeral($0) || ["i", "v", "x"].contains($0.text) }),
      let lower = value(of: first.text.uppercased()), let upper = value(of: last.text.uppercased()), lower < upper
    else { return nil }
    return RuleResult(NumberWords.cardinal(lower) + " to " + NumberWords.cardinal(upper), 3)
  }

  /// Whether a token is a numeral, in small letters if there are two of them and they are i, v and x.
  static func isNumeral(_ token: TextToken) -> Bool {
    guard token.isWord, value(of: token.text.uppercased()) != nil else { return false }
    if token.isAllCapitals { return true }
    return token.isLowercase && token.text.utf8.count > 1 && token.text.utf8.allSatisfy { "ivx".utf8.contains($0) }
  }

  /// Behind any word, only what cannot be anything else.
  private static func fallback(_ base: String, _ value: Int, _ ending: String) -> RuleResult? {
    guard ["II", "III", "VII", "VIII", "XII", "XIII", "XIV", "XVI", "XVIII"].contains(base) else { return nil }
    return RuleResult(NumberWords.cardinal(value) + ending, 1)
  }

  private static func split(_ token: TextToken, behind word: String?) -> (base: String, ending: String)? {
    guard token.isWord, token.text.utf8.count <= 10 else { return nil }
    if token.isAllCapitals { return (token.text, "") }
    if token.isLowercase, isNumeral(token), numbered.contains(word ?? "") { return (token.text.uppercased(), "") }
    guard token.text.hasSuffix("'s"), token.text.dropLast(2).utf8.allSatisfy({ (65...90).contains($0) }) else {
      return nil
    }
    return (String(token.text.dropLast(2)), "'s")
  }

  /// Whether an "I" begins a clause of its own: "In chapter I think".
  static func isPronoun(_ tokens: TokenSequence, at index: Int) -> Bool {
    guard let next = tokens[index + 1], next.isLowercase else { return false }
    return ["am", "think", "have", "had", "do", "did", "know", "read", "wrote", "like", "see", "saw", "can", "will"]
      .contains(next.lower)
  }

  private static func isInitialOrPronoun(_ tokens: TokenSequence, at index: Int, _ base: String) -> Bool {
    if tokens.isGluedSymbol(index + 1, "."), !tokens.isEnd(index + 1) { return true }
    guard let next = tokens[index + 1], next.isWord else { return false }
    if next.isCapitalized { return true }
    guard base == "I" else { return false }
    if ["of", "and", "or", "in", "at", "by", "to"].contains(next.lower) { return false }
    // "King Charles I was", but "I told Charles I was".
    return !(index <= 1 || titles.contains(tokens.word(index - 2) ?? ""))
  }

  /// The value of a numeral in the usual form up to 3999; nil for others.
  static func value(of text: String) -> Int? {
    let values: [Character: Int] = ["I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000]
    var total = 0
    var last = 0
    for letter in text.reversed() {
      guard let value = values[letter] else { return nil }
      total += value < last ? -value : value
      last = max(last, value)
    }
    return total > 0 && total < 4000 && numeral(total) == text ? total : nil
  }

  private static func numeral(_ value: Int) -> String {
    let steps = [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
      (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]
    var rest = value
    var text = ""
    for (step, letters) in steps {
      while rest >= step {
        text += letters
        rest -= step
      }
    }
    return text
  }

  private static let wordsInCapitals: Set<String> = [
    "MIX", "MI", "DI", "CD", "CV", "MD", "MC", "DC", "XL", "LCD", "CC", "MM", "CM", "MDC", "DIV",
  ]
  private static let numbered: Set<String> = [
    "chapter", "part", "section", "volume", "vol", "book", "act", "scene", "article", "appendix", "phase", "type",
    "class", "grade", "level", "stage", "figure", "table", "war", "ww", "bowl", "no", "ch", "pt", "sec", "fig", "title",
    "episode", "unit", "lesson", "verse", "mark", "apollo", "gemini", "olympiad", "symphony", "sonata",
    "page", "pages", "p", "pp", "chapters", "parts", "sections", "volumes", "vols", "books", "acts", "scenes",
    "articles",
    "figures", "figs", "tables", "levels", "stages", "phases", "types", "verses", "lines", "canto", "cantos",
    "schedule", "amendment", "division", "tier", "category", "annex", "plate", "psalm", "step", "corps",
  ]
  private static let regnal: Set<String> = [
    "henry", "louis", "george", "elizabeth", "charles", "james", "william", "edward", "richard", "john", "paul", "pius",
    "benedict", "francis", "philip", "napoleon", "catherine", "peter", "ivan", "alexander", "nicholas", "leo",
    "gregory", "clement", "innocent", "mary", "frederick", "leopold", "ramses", "ramesses", "cleopatra", "ptolemy",
    "urban", "boniface", "haakon", "olav", "gustav", "christian", "umberto", "juan", "carlos", "felipe", "alfonso",
    "otto", "wilhelm", "ferdinand", "joseph", "theodore", "constantine", "mehmed", "selim", "murad", "sixtus",
    "julius", "thutmose", "darius", "xerxes", "artaxerxes", "harald", "victoria", "margaret", "beatrix", "albert",
    "isabella", "stephen", "robert", "david", "rudolf", "maximilian", "pedro", "manuel", "afonso",
    "rama", "bela", "casimir", "sigismund", "justinian", "leonidas", "philippe", "henri", "edmund", "celestine",
  ]
  private static let titles: Set<String> = [
    "king", "queen", "pope", "emperor", "tsar", "czar", "prince", "empress", "under",
  ]
}
