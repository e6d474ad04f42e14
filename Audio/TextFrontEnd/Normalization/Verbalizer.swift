/// Turns the tokens of a sentence into spoken clauses: at each place the first rule that applies says what is read.
struct Verbalizer: Sendable {
  private let lexicon: LexiconRule

  /// - Parameter lexicon: The words that are read as they are written.
  init(_ lexicon: UserLexicon) { self.lexicon = LexiconRule(lexicon: lexicon) }

  func clauses(of sentence: TokenizedSentence) -> [Clause] {
    let tokens = TokenSequence(sentence.tokens)
    var builder = ClauseBuilder()
    var index = 0
    while let token = tokens[index] {
      index += max(1, read(tokens, at: index, token, into: &builder))
    }
    builder.pause(sentence.pause, question: sentence.question)
    return builder.clauses
  }

  /// Reads what begins at a token and returns how many tokens that took.
  private func read(
    _ tokens: TokenSequence, at index: Int, _ token: TextToken, into builder: inout ClauseBuilder
  ) -> Int {
    switch token.kind {
    case .phonemes(let symbols):
      let word = token.text.lowercased().unicodeScalars.filter { isASCIILetter($0) || $0 == "'" }
      builder.append(
        SpokenWord(String(String.UnicodeScalarView(word)), phonemes: symbols, rate: token.rate, source: token.source))
      return 1
    case .silence(let seconds):
      builder.silence(seconds)
      return 1
    case .boundary: return 1
    case .word, .digits, .symbol: break
    }
    if let match = lexicon.read(tokens, at: index) {
      builder.append(match.word)
      return match.count
    }
    for rule in Self.rules(for: token.kind) {
      guard let result = rule(tokens, index) else { continue }
      let last = min(index + result.count, tokens.tokens.count) - 1
      let source = token.source.lowerBound..<max(token.source.upperBound, tokens.tokens[last].source.upperBound)
      builder.append(result.spoken, rate: token.rate, source: source)
      return result.count
    }
    if let match = lexicon.readInAnyCase(tokens, at: index) {
      builder.append(match.word)
      return match.count
    }
    if let result = WordRule.read(tokens, at: index) {
      builder.append(result.spoken, rate: token.rate, source: token.source)
      return result.count
    }
    switch SymbolRule.read(tokens, at: index) {
    case .words(let words, let count):
      builder.append(words, rate: token.rate, source: token.source)
      return count
    case .suffix(let letters, let count):
      builder.appendSuffix(letters)
      return count
    case .pause(let pause): builder.pause(pause)
    case .nothing: break
    }
    return 1
  }

  private typealias Rule = @Sendable (TokenSequence, Int) -> RuleResult?

  /// The rules for what may begin with a token, from the most particular to the most general.
  private static func rules(for kind: TextToken.Kind) -> [Rule] {
    switch kind {
    case .word: wordRules
    case .digits: digitRules
    default: symbolRules
    }
  }

  private static let wordRules: [Rule] = [
    { WebRule.read($0, at: $1) }, { MoneyRule.read($0, at: $1) }, { DateRule.read($0, at: $1) },
    { AddressRule.read($0, at: $1) }, { RomanNumeralRule.read($0, at: $1) }, { AbbreviationRule.read($0, at: $1) },
    { CodeRule.read($0, at: $1) },
  ]
  private static let digitRules: [Rule] = [
    { WebRule.read($0, at: $1) }, { DateRule.read($0, at: $1) }, { PhoneNumberRule.read($0, at: $1) },
    { TimeRule.read($0, at: $1) }, { DurationRule.read($0, at: $1) }, { ScientificRule.read($0, at: $1) },
    { AddressRule.read($0, at: $1) }, { DimensionRule.read($0, at: $1) }, { CodeRule.read($0, at: $1) },
    { NumberRule.read($0, at: $1) },
  ]
  private static let symbolRules: [Rule] = [
    { WebRule.read($0, at: $1) }, { MoneyRule.read($0, at: $1) }, { PhoneNumberRule.read($0, at: $1) },
    { NumberRule.read($0, at: $1) },
  ]
}
