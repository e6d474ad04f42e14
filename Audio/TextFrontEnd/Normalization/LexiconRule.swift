/// Words of the user's lexicon where they stand as they are written there.
struct LexiconRule {
  let lexicon: UserLexicon

  struct Match {
    var word: SpokenWord
    /// How many tokens it takes.
    var count: Int
  }

  /// The word that begins at a token, if it must be found before other rules make something else of it.
  func read(_ tokens: TokenSequence, at index: Int) -> Match? {
    guard lexicon.count > 0, let token = tokens[index], !isPart(tokens, before: index) else { return nil }
    if let match = form(tokens, at: index, token) { return match }
    guard token.isWord else { return nil }
    for (base, ending) in bases(of: token) {
      if let phones = lexicon.phones(spelled: base), isChanged(base) || lexicon.dependsOnCase(base.lowercased()) {
        return match(phones, ending, tokens, at: index, count: 1)
      }
    }
    return nil
  }

  /// The word that is a token in any case, where no rule but that for words has taken it.
  func readInAnyCase(_ tokens: TokenSequence, at index: Int) -> Match? {
    guard lexicon.count > 0, let token = tokens[index], token.isWord, !isPart(tokens, before: index) else { return nil }
    for (base, ending) in bases(of: token) where !isShortAcronym(base) || lexicon.phones(spelled: base) != nil {
      // What is spoken as it is written is looked up then, when its neighbours are known.
      let isChanged = WordRule.spoken(base, isShouted: tokens.isShouted) != base.lowercased()
      if isChanged, let phones = lexicon[base] { return match(phones, ending, tokens, at: index, count: 1) }
    }
    return nil
  }

  /// Whether other rules would make something else of a word in the lexicon than the word itself.
  private func isChanged(_ word: String) -> Bool {
    let lower = word.lowercased()
    guard let abbreviation = AbbreviationTable.find(lower) else { return WordRule.spoken(word) != lower }
    // "no" of the lexicon is not the "no." of "no. 5".
    return word != lower || abbreviation.kind != .numbered && abbreviation.kind != .word
  }

  /// "US" is not "us".
  private func isShortAcronym(_ word: String) -> Bool {
    word.utf8.count <= 3 && word.utf8.allSatisfy { (65...90).contains($0) }
  }

  /// A token as a word of the lexicon may be written in it: with its ending, with "'s", with the s of "PCs".
  private func bases(of token: TextToken) -> [(base: String, ending: Bool)] {
    guard token.text.utf8.count > 1 else { return [] }
    var bases = [(base: token.text, ending: false)]
    if token.lower.hasSuffix("'s") {
      bases.append((String(token.text.dropLast(2)), true))
    } else if token.text.hasSuffix("s"), token.text.dropLast().utf8.contains(where: { (65...90).contains($0) }) {
      bases.append((String(token.text.dropLast()), true))
    }
    return bases.filter { $0.base.utf8.count > 1 }
  }

  private func form(_ tokens: TokenSequence, at index: Int, _ token: TextToken) -> Match? {
    var best: (form: WrittenForms.Form, isExact: Bool, ending: Bool)?
    for form in lexicon.written.beginning(with: token.lower) {
      if let best, best.isExact || best.form.tokens.count > form.tokens.count { break }
      guard let (isExact, ending) = compare(form, tokens, at: index), best == nil || isExact else { continue }
      best = (form, isExact, ending)
    }
    guard let best else { return nil }
    return match(best.form.phones, best.ending, tokens, at: index, count: best.form.tokens.count)
  }

  /// Whether a form stands at a place, in the same case, and with the ending of "H2O's".
  private func compare(
    _ form: WrittenForms.Form, _ tokens: TokenSequence, at index: Int
  ) -> (isExact: Bool, ending: Bool)? {
    var isExact = true
    var ending = false
    for (offset, text) in form.tokens.enumerated() {
      guard let token = tokens[index + offset], offset == 0 || !token.spaced else { return nil }
      var written = token.text
      if token.isWord, offset == form.tokens.count - 1, written.lowercased() == text.lowercased() + "'s" {
        written = String(written.dropLast(2))
        ending = true
      }
      guard written == text || written.lowercased() == text.lowercased() else { return nil }
      isExact = isExact && written == text
    }
    let end = index + form.tokens.count
    if tokens[end - 1]?.isWord != true, tokens.gluedWord(end) == "s" { return (isExact, ending) }
    return isPart(tokens, behind: end) ? nil : (isExact, ending)
  }

  private func match(
    _ phones: [StressedPhone], _ ending: Bool, _ tokens: TokenSequence, at index: Int, count: Int
  ) -> Match? {
    guard let first = tokens[index] else { return nil }
    var (phones, ending, count) = (phones, ending, count)
    if tokens[index + count - 1]?.isWord != true, !ending {
      // "MP3s", "COVID-19's"
      let apostrophe = tokens.isGluedSymbol(index + count, "'") ? 1 : 0
      if tokens.gluedWord(index + count + apostrophe) == "s" {
        ending = true
        count += 1 + apostrophe
      }
    }
    if ending { phones = Contractions.Ending.possessive.append(to: phones) }
    let text = tokens.tokens[index..<index + count].map(\.text).joined()
    // The full stop of an abbreviation.
    if tokens.isGluedSymbol(index + count, "."), let next = tokens[index + count + 1], next.spaced,
      next.isWord || next.isDigits
    {
      count += 1
    }
    let source = first.source.lowerBound..<tokens.tokens[index + count - 1].source.upperBound
    let word = SpokenWord(text, phonemes: phones.map(\.description), rate: first.rate, source: source)
    return Match(word: word, count: count)
  }

  /// Whether what begins at a place goes on with what stands before it.
  private func isPart(_ tokens: TokenSequence, before index: Int) -> Bool {
    guard tokens.isGlued(index), let before = tokens[index - 1], let token = tokens[index] else { return false }
    if before.isWord || before.isDigits { return true }
    // "3.14" and "$19" are not the lexicon's 14 and 19.
    return token.isDigits && !["(", "[", "{", "\"", "'", "—", "–"].contains(before.text)
  }

  /// Whether what ends before a place goes on there.
  private func isPart(_ tokens: TokenSequence, behind end: Int) -> Bool {
    guard tokens.isGlued(end), let next = tokens[end], let last = tokens[end - 1] else { return false }
    if next.isWord || next.isDigits { return true }
    guard last.isDigits else { return false }
    return tokens.gluedDigits(end + 1) != nil || ["%", "°", "¢", "$", "€", "£", "\""].contains(next.text)
  }
}
