/// Decides whether a full stop, exclamation mark, question mark or ellipsis ends a sentence.
struct SentenceEnd {
  let tokens: [TextToken]
  /// The mark, and the token behind it and behind the marks and closing quotes that follow it.
  let mark: Int
  let next: Int
  /// Whether a closing quotation mark stands between them.
  let isQuoted: Bool
  /// The user's words.
  let forms: WrittenForms

  var isEnd: Bool {
    guard let follower else { return true }
    switch tokens[mark].text {
    case "!", "?": return endsExclamation(follower)
    case "...": return follower.isCapitalized && follower.lower != "i" && follower.spaced
    default: return endsStatement(follower)
    }
  }

  /// The first word or number behind the mark; nil if there is none nearby.
  private var follower: TextToken? {
    var index = next
    while index < min(tokens.count, next + 4), tokens[index].kind == .symbol,
      ["\"", "'", "(", "[", "-", "—", "–"].contains(tokens[index].text)
    {
      index += 1
    }
    return index < tokens.count ? tokens[index] : nil
  }

  private func endsExclamation(_ follower: TextToken) -> Bool {
    if SymbolRule.isFactorial(
      TokenSequence(Array(tokens[max(0, mark - 1)..<min(tokens.count, mark + 2)])), at: min(1, mark))
    {
      return false
    }
    // "Yahoo!ish", "/search?q=text", and "Stop!" he said.
    let isAttached = !tokens[next].spaced && next == mark + 1
    if isAttached, tokens[next].isWord || tokens[next].isDigits { return tokens[next].isCapitalized }
    if isAttached, tokens[next].kind == .symbol, !["\"", "(", "[", "—", "-"].contains(tokens[next].text) {
      return false
    }
    if follower.isLowercase, isQuoted || next > mark + 1 || tokens[next].kind == .symbol { return false }
    return true
  }

  private func endsStatement(_ follower: TextToken) -> Bool {
    let behind = tokens[next]
    // "Use .NET and ../x."
    if mark > 0, tokens[mark].spaced, !behind.spaced { return false }
    let stop = forms.stop(in: tokens, at: mark)
    if stop == .inside { return false }
    if !behind.spaced, next == mark + 1 {
      switch behind.kind {
      case .word: return beginsUnspacedSentence(behind)
      case .digits: return false
      default: if !["\"", "(", "[", "—", "–"].contains(behind.text) || follower.isLowercase { return false }
      }
    }
    guard mark > 0, !tokens[mark].spaced else { return true }
    let word = tokens[mark - 1]
    if stop == .atEnd, !isKnown(word), !isAsked { return beginsSentence(follower) }
    if word.isDigits {
      // "1. Open the door."
      return !(mark == 1 && word.text.utf8.count <= 2 && follower.isWord)
    }
    guard word.isWord else { return !(isQuoted && follower.isLowercase) }
    if word.isLetter || word.lower == "d" { return endsBehindLetter(word, follower) }
    if StateAbbreviations.name(window, at: min(3, mark - 1)) != nil { return follower.isCapitalized }
    if let entry = AbbreviationTable.find(word.lower), !endsBehind(entry, word, follower) { return false }
    if follower.isLowercase {
      if isQuoted { return false }
      // An abbreviation that is not in the table: "dbl. check".
      return word.lower.utf8.contains { "aeiouy".utf8.contains($0) }
    }
    return true
  }

  /// Whether there are rules for when a word's full stop ends a sentence.
  private func isKnown(_ word: TextToken) -> Bool {
    word.isLetter || AbbreviationTable.find(word.lower) != nil
      || StateAbbreviations.name(window, at: min(3, mark - 1)) != nil
  }

  /// Whether a question mark or an exclamation mark is behind the full stop.
  private var isAsked: Bool { tokens[mark..<next].contains { $0.isSymbol("?") || $0.isSymbol("!") } }

  /// Whether no name goes on with what the user abbreviated: "The Abt. She", but "The Abt. Sales".
  private func beginsSentence(_ follower: TextToken) -> Bool {
    follower.isCapitalized && AbbreviationTable.sentenceStarters.contains(follower.lower) && follower.lower != "a"
      && (follower.text != "I" || isPronoun(follower))
  }

  /// "done.Then", but not "example.com", "Node.js", "System.Out".
  private func beginsUnspacedSentence(_ word: TextToken) -> Bool {
    guard mark > 0, tokens[mark - 1].isLowercase, tokens[mark - 1].text.utf8.count > 1, word.isCapitalized,
      !word.isAllCapitals || word.isLetter, !(mark > 1 && !tokens[mark - 1].spaced)
    else { return false }
    return next + 1 >= tokens.count || tokens[next + 1].spaced || tokens[next + 1].isSymbol(",")
  }

  private func endsBehind(_ entry: Abbreviation, _ word: TextToken, _ follower: TextToken) -> Bool {
    switch entry.kind {
    case .title:
      if AbbreviationTable.streets[word.lower] != nil,
        AbbreviationRule.isStreet(window, at: min(3, mark - 1), stop: true)
      {
        return follower.isCapitalized && AddressRule.directions[follower.text] == nil
      }
      return !word.isCapitalized && follower.isCapitalized && word.lower != "ft"
    case .numbered:
      // "The acct. no. is 12.", but "no. then" in a text without capitals.
      if follower.isDigits || follower.isLowercase && (word.lower != "no" || isNumberOfThing) { return false }
      // "He said no. I know", but "Vol. I".
      let isNumeral =
        follower.text != "I"
        || !isPronoun(follower)
          && (word.isCapitalized && word.lower != "no" || ["vol", "vols", "chap", "ch", "eq"].contains(word.lower))
      return !(isNumeral && RomanNumeralRule.isNumeral(follower))
    case .introducing: return false
    case .calendar:
      guard word.isCapitalized else { return true }
      if follower.isDigits || DateRule.month(follower) != nil { return false }
      return follower.isCapitalized
    // "Pennsylvania Ave. NW, Washington"
    case .ordinary where AddressRule.directions[follower.text] != nil && AddressRule.streets.contains(word.lower):
      return false
    case .ordinary: return !follower.isLowercase && !follower.isDigits
    case .word: return !follower.isLowercase
    }
  }

  private func endsBehindLetter(_ word: TextToken, _ follower: TextToken) -> Bool {
    let letters = dottedLetters
    if letters.utf8.count > 1 || mark > 2 && tokens[mark - 3].lower == "ph" && !tokens[mark - 2].spaced {
      if AbbreviationTable.dottedIntroducing.contains(letters) || !follower.isCapitalized { return false }
      switch letters {
      case "am", "pm": return DateRule.month(follower) == nil && !Self.timeWords.contains(follower.lower)
      case "us", "uk", "un", "eu", "usa": return !AbbreviationTable.afterCountry.contains(follower.lower)
      default:
        if isOpening || mark + 1 == 2 * letters.utf8.count, !AbbreviationTable.sentenceStarters.contains(follower.lower)
        {
          return false
        }
        let isNoun =
          AbbreviationTable.dottedNouns.contains(letters) || letters.utf8.count == 1 || letters.utf8.count > 3
        return isNoun || AbbreviationTable.sentenceStarters.contains(follower.lower) && follower.lower != "a"
      }
    }
    guard word.isCapitalized else {
      if AbbreviationRule.lives[word.text] != nil, follower.isDigits, follower.text.utf8.count == 4 { return false }
      if let entry = AbbreviationTable.find(word.lower), !endsBehind(entry, word, follower) { return false }
      return true
    }
    if mark > 1, !word.spaced, tokens[mark - 2].isSymbol("/") { return true }
    if AddressRule.direction(window, at: min(3, mark - 1)) != nil { return false }
    // "A force of 5 N. Then"
    if mark > 1, tokens[mark - 2].isDigits, UnitTable.unit(word.text) != nil, follower.isCapitalized { return true }
    let before = mark > 1 ? tokens[mark - 2].lower : ""
    if Self.beforeLetter.contains(before) { return true }
    // "Mr. T. He is here."
    if AbbreviationTable.pronouns.contains(follower.lower) { return true }
    if word.lower == "i", mark > 1, tokens[mark - 2].isLowercase { return true }
    return follower.isDigits
  }

  /// What is around the mark, whose word is the fourth token or an earlier one.
  private var window: TokenSequence {
    TokenSequence(Array(tokens[max(0, mark - 4)..<min(tokens.count, mark + 6)]))
  }

  /// Whether "no." stands behind what has numbers: "account no."
  private var isNumberOfThing: Bool {
    let before = mark > 1 && tokens[mark - 2].isSymbol(".") ? mark - 3 : mark - 2
    return before >= 0 && AbbreviationRule.numberedThings.contains(tokens[before].lower)
  }

  /// Whether an "I" behind the mark begins a sentence.
  private func isPronoun(_ follower: TextToken) -> Bool {
    RomanNumeralRule.isPronoun(TokenSequence(Array(tokens[next..<min(tokens.count, next + 3)])), at: 0)
  }

  /// Whether the sentence so far is only a phrase of place or time: "In 300 B.C. Rome grew".
  private var isOpening: Bool {
    mark <= 8 && ["in", "at", "by", "from", "since", "around", "until", "before", "after"].contains(tokens[0].lower)
  }

  /// The letters of "U.S." in small letters, without stops, that end at the mark.
  private var dottedLetters: String {
    var letters = ""
    var index = mark - 1
    while index >= 0, letters.utf8.count < 8, tokens[index].isLetter {
      letters = tokens[index].lower + letters
      guard index >= 2, !tokens[index].spaced, tokens[index - 1].isSymbol("."), !tokens[index - 1].spaced else { break }
      index -= 2
    }
    return letters
  }

  private static let timeWords: Set<String> = [
    "est", "edt", "pst", "pdt", "cst", "cdt", "mst", "gmt", "utc", "monday", "tuesday", "wednesday", "thursday",
    "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu", "thurs", "fri", "sat", "sun", "eastern",
    "pacific", "central",
  ]

  /// Words behind which a single capital is no initial: "Plan B."
  private static let beforeLetter: Set<String> = [
    "plan", "vitamin", "option", "part", "type", "grade", "class", "section", "hepatitis", "team", "group", "appendix",
    "exhibit", "point", "column", "row", "model", "side", "variable", "letter", "room", "gate", "line", "an",
  ]
}
