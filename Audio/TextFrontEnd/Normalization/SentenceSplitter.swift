/// A sentence's tokens, how it ends, and whether it asks.
struct TokenizedSentence {
  var tokens: [TextToken]
  var pause: Pause
  var question: Bool
}

/// Finds sentence ends in a stream of tokens, looking only a few tokens ahead and never past a paragraph, so that memory stays
/// bounded and the result does not depend on how the text was cut into pieces.
struct SentenceSplitter {
  /// Tokens after which a sentence without an end is cut.
  static let longest = 600
  /// Characters after which it is, where tokens are long: a run of digits has a word for each.
  static let longestText = 2000
  /// How many tokens behind a full stop are looked at.
  static let lookahead = 20
  private static let longestEnd = 10

  private let forms: WrittenForms
  private var buffer: [TextToken] = []
  private var scanned = 0
  /// Characters of what is scanned.
  private var scannedText = 0

  /// - Parameter forms: The user's words; a full stop that belongs to one may end no sentence.
  init(forms: WrittenForms) { self.forms = forms }

  mutating func append(_ tokens: [TextToken]) { buffer += tokens }

  /// The next sentence; nil until more tokens are there.
  mutating func next(atEnd: Bool) -> TokenizedSentence? {
    while scanned < buffer.count {
      let paragraph = paragraphEnd
      guard atEnd || paragraph != nil || scanned + Self.lookahead < buffer.count else { return nil }
      if let end = end(at: scanned, visible: paragraph ?? buffer.count) {
        return take(end.count, end.pause, end.question)
      }
      scannedText += buffer[scanned].length
      scanned += 1
      if scanned >= Self.longest || scannedText >= Self.longestText { return take(cut(), .comma, false) }
    }
    return atEnd && !buffer.isEmpty ? take(buffer.count, .sentence, false) : nil
  }

  private mutating func take(_ count: Int, _ pause: Pause, _ question: Bool) -> TokenizedSentence {
    let sentence = TokenizedSentence(tokens: Array(buffer[..<count]), pause: pause, question: question)
    buffer.removeFirst(count)
    scanned = 0
    scannedText = 0
    return sentence
  }

  /// The place behind the next end of a paragraph, if it is within sight.
  private var paragraphEnd: Int? {
    buffer[scanned..<min(buffer.count, scanned + Self.lookahead + 1)].firstIndex(where: \.endsParagraph).map { $0 + 1 }
  }

  /// Where to cut a sentence that is too long: behind the last comma, or before the last space.
  private func cut() -> Int {
    let half = scanned / 2
    // Not the one in "159,513".
    let comma = (half..<scanned).last { index in
      (buffer[index].isSymbol(",") || buffer[index].isSymbol(";")) && index + 1 < buffer.count
        && buffer[index + 1].spaced
    }
    if let comma { return comma + 1 }
    return buffer[max(half, 1)..<max(scanned, 1)].lastIndex { $0.spaced } ?? scanned
  }

  /// - Parameter visible: how many tokens may be looked at.
  private func end(at index: Int, visible: Int) -> (count: Int, pause: Pause, question: Bool)? {
    let token = buffer[index]
    let boundaries = afterBoundaries(from: index)
    if boundaries.next > index { return (boundaries.next, boundaries.pause, false) }
    guard token.kind == .symbol, Self.marks.contains(token.text) else { return nil }
    var next = index + 1
    var question = token.text == "?"
    while next < min(visible, index + Self.longestEnd), !buffer[next].spaced, buffer[next].kind == .symbol,
      Self.marks.contains(buffer[next].text)
    {
      question = question || buffer[next].text == "?"
      next += 1
    }
    var isQuoted = false
    while next < min(visible, index + Self.longestEnd), isClosing(buffer[next]) {
      isQuoted = isQuoted || buffer[next].isSymbol("\"") || buffer[next].isSymbol("'")
      next += 1
    }
    guard next < visible else { return (next, .sentence, question) }
    let closing = afterBoundaries(from: next)
    if closing.next > next { return (closing.next, closing.pause, question) }
    let tokens = visible < buffer.count ? Array(buffer[..<visible]) : buffer
    let decision = SentenceEnd(tokens: tokens, mark: index, next: next, isQuoted: isQuoted, forms: forms)
    return decision.isEnd ? (next, .sentence, question) : nil
  }

  /// The place behind the boundaries that stand there, and the longest of their pauses.
  private func afterBoundaries(from index: Int) -> (next: Int, pause: Pause) {
    var next = index
    var pause = Pause.sentence
    while next < min(buffer.count, index + Self.longestEnd), case .boundary(let longer) = buffer[next].kind {
      pause = max(pause, longer)
      next += 1
    }
    return (next, pause)
  }

  private func isClosing(_ token: TextToken) -> Bool {
    if case .silence = token.kind { return true }
    return !token.spaced && token.kind == .symbol && Self.closing.contains(token.text)
  }

  private static let marks: Set<String> = [".", "!", "?", "..."]
  private static let closing: Set<String> = ["\"", "'", ")", "]", "}"]
}
