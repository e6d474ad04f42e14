/// Turns characters into tokens, one character at a time, so that text may come in any pieces.
///
/// Memory is bounded: a run of letters or digits is cut after `longestRun` characters.
struct TextTokenizer {
  /// The longest word or number that is looked at as one; longer ones are cut.
  static let longestRun = 48
  /// The longest inline phonemes, with their brackets.
  static let longestPhonemes = 400

  /// The tokens since the last `take()`.
  private(set) var tokens: [TextToken] = []
  private var unreadable = UnreadableCharacters()
  private var unclosed = UnclosedPhonemes()
  /// The speaking rate of what follows.
  var rate = 1.0

  private var folding = CharacterFolding()
  private var run = ""
  private var runKind = TextToken.Kind.symbol
  private var runSource = 0..<0
  private var spaced = true
  private var newlines = 0
  private var afterRaised = false
  /// What follows "[[", while it may still turn out to be phonemes.
  private var bracketed: [(scalar: Unicode.Scalar, offset: Int)]?

  /// What could not be read so far.
  var warnings: [String] { unclosed.warnings + unreadable.warnings }

  /// Takes one character of the text.
  ///
  /// - Parameter offset: Its place in the input, in Unicode scalars.
  mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
    if bracketed != nil {
      appendBracketed(scalar, at: offset)
    } else {
      appendPlain(scalar, at: offset)
      if scalar == "[", tokens.count >= 2, isDoubleBracket { bracketed = [] }
    }
  }

  /// Ends the token that is being read.
  mutating func finish() {
    readUnclosed()
    endRun()
  }

  /// Appends markup, which separates words.
  mutating func insert(_ kind: TextToken.Kind, text: String = "", source: Range<Int>) {
    finish()
    push(kind, text, source)
    spaced = true
    newlines = 0
  }

  /// Whether a paragraph has just ended.
  var isBehindParagraph: Bool { tokens.last?.endsParagraph == true }

  /// The finished tokens, which the tokenizer forgets.
  mutating func take() -> [TextToken] {
    // The last ones may still become an ellipsis or inline phonemes, but for those before the end of a paragraph.
    let paragraphs = tokens.lastIndex(where: \.endsParagraph).map { $0 + 1 } ?? 0
    let finished = Array(tokens.prefix(max(paragraphs, tokens.count - 3)))
    tokens.removeFirst(finished.count)
    return finished
  }

  /// The last tokens, which `take()` keeps back until the text has ended.
  mutating func takeAll() -> [TextToken] {
    finish()
    defer { tokens = [] }
    return tokens
  }

  private var isDoubleBracket: Bool {
    let last = tokens.suffix(2)
    return last.count == 2 && last.allSatisfy { $0.isSymbol("[") } && !last[last.endIndex - 1].spaced
  }

  private mutating func appendBracketed(_ scalar: Unicode.Scalar, at offset: Int) {
    guard let count = bracketed?.count else { return }
    let isPhoneme = scalar.properties.isAlphabetic && scalar.isASCII || ("0"..."9").contains(scalar) || scalar == " "
    let last = bracketed?.last?.scalar
    if scalar == "]", last == "]", let open = bracketed?.dropLast(), open.contains(where: { isASCIILetter($0.scalar) })
    {
      let symbols = String(String.UnicodeScalarView(open.map(\.scalar))).split(separator: " ")
      bracketed = nil
      pushPhonemes(symbols.map(String.init), end: offset + 1)
    } else if (isPhoneme || scalar == "]" && count > 0) && count < Self.longestPhonemes
      && last != "]"
    {
      bracketed?.append((scalar, offset))
    } else {
      readUnclosed()
      append(scalar, at: offset)
    }
  }

  /// Reads what stands behind "[[" without "]]": the phonemes that it begins with as such, the rest as text.
  private mutating func readUnclosed() {
    guard let open = bracketed else { return }
    bracketed = nil
    let (symbols, count) = unclosed.phonemes(of: open.map(\.scalar))
    if count > 0 { pushPhonemes(symbols, end: open[count - 1].offset + 1) }
    for (scalar, offset) in open[count...] { appendPlain(scalar, at: offset) }
  }

  /// Puts phonemes in the place of the two brackets before them.
  private mutating func pushPhonemes(_ symbols: [String], end: Int) {
    let start = tokens[tokens.count - 2]
    tokens.removeLast(2)
    spaced = start.spaced
    push(.phonemes(symbols), "", start.source.lowerBound..<end)
  }

  private mutating func appendPlain(_ scalar: Unicode.Scalar, at offset: Int) {
    let source = offset..<offset + 1
    // The most frequent characters first.
    if scalar.isASCII, isASCIILetter(scalar) || isASCIIDigit(scalar) {
      afterRaised = false
      return appendRun(scalar, source)
    }
    let folded = folding.fold(scalar)
    if case .raised = folded {} else { afterRaised = false }
    switch folded {
    case .text(let text): for part in text.unicodeScalars { appendFolded(part, source) }
    case .raised(let text):
      if !afterRaised { appendFolded("^", source) }
      afterRaised = true
      for part in text.unicodeScalars { appendFolded(part, source) }
    case .words(let words):
      if words.isEmpty { return }
      space()
      for part in words.unicodeScalars { part == " " ? space() : appendFolded(part, source) }
      space()
    case .space: space()
    case .newline:
      space()
      newlines += 1
      if newlines == 2 { push(.boundary(.paragraph), "", source) }
    case .ignored: break
    case .unreadable:
      unreadable.insert(scalar)
      space()
    }
  }

  private mutating func space() {
    endRun()
    spaced = true
  }

  private mutating func appendFolded(_ scalar: Unicode.Scalar, _ source: Range<Int>) {
    if isASCIILetter(scalar) || isASCIIDigit(scalar) {
      appendRun(scalar, source)
    } else if scalar == "'", runKind == .word, !run.isEmpty, !run.hasSuffix("'") {
      run.unicodeScalars.append(scalar)
      runSource = runSource.lowerBound..<source.upperBound
    } else {
      endRun()
      appendSymbol(scalar, source)
    }
  }

  private mutating func appendSymbol(_ scalar: Unicode.Scalar, _ source: Range<Int>) {
    if scalar == ".", !spaced, let last = tokens.last, last.kind == .symbol {
      // Three full stops, or more, are one ellipsis.
      if last.text == "..." { return }
      if last.text == ".", tokens.count >= 2, tokens[tokens.count - 2].isSymbol("."), !last.spaced {
        let first = tokens[tokens.count - 2]
        tokens.removeLast(2)
        spaced = first.spaced
        return push(.symbol, "...", first.source.lowerBound..<source.upperBound)
      }
    }
    push(.symbol, String(scalar), source)
  }

  private mutating func appendRun(_ scalar: Unicode.Scalar, _ source: Range<Int>) {
    let kind: TextToken.Kind = isASCIIDigit(scalar) ? .digits : .word
    if kind != runKind || run.utf8.count >= Self.longestRun { endRun() }
    if run.isEmpty {
      runKind = kind
      runSource = source
    }
    run.unicodeScalars.append(scalar)
    runSource = runSource.lowerBound..<source.upperBound
  }

  private mutating func endRun() {
    guard !run.isEmpty else { return }
    let text = run
    run = ""
    guard text.hasSuffix("'") else { return push(runKind, text, runSource) }
    let end = runSource.upperBound
    push(.word, String(text.dropLast()), runSource.lowerBound..<end - 1)
    push(.symbol, "'", end - 1..<end)
  }

  private mutating func push(_ kind: TextToken.Kind, _ text: String, _ source: Range<Int>) {
    var token = TextToken(kind, text, spaced: spaced, source: source)
    token.rate = rate
    tokens.append(token)
    spaced = false
    newlines = 0
    if case .boundary = kind { newlines = 2 }
  }
}

func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) }
func isASCIIDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
