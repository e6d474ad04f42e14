/// English text → sentences of spoken words: numbers, dates, sums of money, short forms and the like are written out.
///
/// Any text is read; what has no reading is left out and named in `warnings`. Time is linear in its length. American
/// usage; the reading of every kind of token is shown by the lines of Tests/Fixtures/text_normalization.tsv.
public struct TextNormalizer: Sendable {
  /// Characters that were left out because they have no English reading: at most 20 different ones are named.
  public private(set) var warnings: [String] = []
  private var reported: Set<Unicode.Scalar> = []

  public init() {}

  /// The sentences of a text. Phonemes may be given between double brackets: `[[HH AH0 L OW1]]`.
  ///
  /// - Throws: `PronunciationError` for phonemes that are none.
  public mutating func normalize(_ text: String) throws(PronunciationError) -> [Sentence] {
    try normalize(Markup.plain(text))
  }

  /// The sentences of SSML; see `Markup`.
  ///
  /// - Throws: `MarkupError` for what is not well formed or has a wrong value.
  public mutating func normalize(ssml text: String) throws(MarkupError) -> [Sentence] {
    let markup = try Markup.ssml(text)
    warnings += markup.warnings
    return normalize(markup)
  }

  mutating func normalize(_ markup: Markup) -> [Sentence] {
    var list: [Token] = []
    for segment in markup.segments {
      switch segment {
      case .text(let scalars):
        var folding = CharacterFolding()
        var tokens = Token.tokens(of: folding(scalars))
        report(folding)
        // Segments that touch in the text are apart only if white space parts them.
        if let first = scalars.first, !tokens.isEmpty, !list.isEmpty, !first.properties.isWhitespace {
          tokens[0].startsLine = false
          if case .phonemes = list[list.count - 1].kind {} else { tokens[0].isApart = false }
        }
        list += tokens
      case .phonemes(let phones):
        list.append(Token(kind: .phonemes(phones), text: "", isApart: true, startsLine: false))
      case .silence(let seconds):
        list.append(Token(kind: .silence(seconds), text: "", isApart: true, startsLine: false))
      case .rate(let rate):
        list.append(Token(kind: .rate(rate), text: "", isApart: true, startsLine: false))
      case .paragraph:
        list.append(Token(kind: .paragraph, text: "", isApart: true, startsLine: false))
      }
    }
    var reader = TokenReader(Tokens(list: list))
    return reader.sentences()
  }

  private mutating func report(_ folding: CharacterFolding) {
    for scalar in folding.unreadable where reported.count < CharacterFolding.limit && reported.insert(scalar).inserted {
      let name = scalar.properties.name ?? "a control character"
      let hexadecimal = String(scalar.value, radix: 16, uppercase: true)
      let padded = String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal
      warnings.append("U+\(padded) (\(name)) has no English reading and is left out")
    }
  }
}

/// Walks over tokens and reads them by the first rule that fits.
private struct TokenReader {
  private var context: ReadingContext
  private var builder = ClauseBuilder()
  private var sentenceStart = true

  init(_ tokens: Tokens) {
    context = ReadingContext(tokens: tokens)
  }

  mutating func sentences() -> [Sentence] {
    let tokens = context.tokens
    var index = 0
    var shoutEnd = 0
    while let token = tokens[index] {
      if index >= shoutEnd { (context.isShouted, shoutEnd) = shouting(from: index) }
      switch token.kind {
      case .paragraph:
        builder.endParagraph()
        forget()
      case .phonemes(let phones):
        builder.append(Pronouncer.Word("", reading: .phones(phones)))
        context.lastWord = ""
        context.lastIsName = false
        context.lastIsCapitalized = false
      case .silence(let seconds): builder.close(.comma, silence: seconds)
      case .rate(let rate): builder.setRate(rate)
      case .letters, .digits, .mark:
        if token.startsLine, let count = bullet(index) {
          builder.endParagraph()
          forget()
          index += count
          continue
        }
        context.start = index
        let reading = reading(index)
        note(reading, index)
        builder.append(reading.text)
        if !builder.isInSentence { forget() }
        index += reading.count
        continue
      }
      index += 1
    }
    builder.endParagraph()
    return builder.sentences
  }

  private func reading(_ index: Int) -> Reading {
    if let reading = context.addressReading(index) { return reading }
    let token = context.tokens[index]!
    switch token.kind {
    case .digits:
      return context.dateReading(index) ?? context.timeReading(index) ?? context.telephoneReading(index)
        ?? context.numberReading(index) ?? Reading(1, NumberWords.digits(token.text))
    case .letters: return context.dateReading(index) ?? context.wordReading(index)
    default:
      if token.text == "(" || token.text == "+", let reading = context.telephoneReading(index) { return reading }
      return context.moneyReading(index) ?? context.numberReading(index) ?? context.markReading(index)
    }
  }

  /// Keeps what the next rules want to know of the last word.
  private mutating func note(_ reading: Reading, _ index: Int) {
    guard let token = context.tokens[index + reading.count - 1] ?? context.tokens[index], token.kind != .mark else {
      if ["(", ")", ",", ":", ";", "--"].contains(context.tokens[index]!.text) { context.lastIsName = false }
      return
    }
    context.lastIsName = token.isCapitalized && context.lastWord != nil
    context.lastIsCapitalized = token.isCapitalized
    context.lastWord =
      token.kind == .letters ? token.text.lowercased() : reading.text.split(separator: " ").last.map(String.init) ?? ""
  }

  private mutating func forget() {
    context.lastWord = nil
    context.lastIsName = false
    context.lastIsCapitalized = false
  }

  /// Whether the sentence that begins here has at least three words and all of them in capitals; and where it ends.
  private func shouting(from index: Int) -> (Bool, Int) {
    var words = 0
    var isShouted = true
    var end = index
    while let token = context.tokens[end], end - index < 200 {
      if token.kind == .letters {
        words += 1
        if token.text.utf8.contains(where: { 97...122 ~= $0 }) { isShouted = false }
      }
      end += 1
      if token.kind == .paragraph
        || token.kind == .mark && [".", "!", "?"].contains(token.text)
          && !(context.tokens.isJoined(end) && context.tokens[end]?.kind == .letters)
      {
        break
      }
    }
    return (isShouted && words >= 3, end)
  }

  /// The tokens of a list's mark at the beginning of a line: "-", "*", "1.", "2)".
  private func bullet(_ index: Int) -> Int? {
    let tokens = context.tokens
    guard index > 0 else { return nil }
    if tokens.isMark(index, "-") || tokens.isMark(index, "*") || tokens.isMark(index, "--") {
      return tokens[index + 1]?.isApart == true ? 1 : nil
    }
    return nil
  }
}
