/// Turns the tags and characters of a text in the Speech Synthesis Markup Language (W3C, version 1.1; a subset) into
/// tokens.
///
/// Understood: speak, p, s, break (time, strength), prosody (rate), phoneme (ph, in ARPAbet), sub (alias), comments,
/// CDATA and entities. Other tags and attributes are ignored with a warning; their content is read.
struct SSMLReader {
  private var tokenizer = TextTokenizer()
  private var open: [Element] = []
  /// The phonemes of the open <phoneme>, and the text in it, as far as it is kept.
  private var word: (phonemes: [String], text: String.UnicodeScalarView, start: TextPlace)?
  /// How deep the element is within whose alias was read in its place; 0 outside.
  private var skippedDepth = 0
  private var ignored: [String] = []
  private var ignoredCount = 0

  private struct Element {
    var name: String
    var start: TextPlace
    /// The rate to go back to behind it.
    var rate: Double
  }

  private static let warningLimit = 20

  /// Markup so far that was ignored, and characters that could not be read.
  var warnings: [String] {
    (ignoredCount > ignored.count ? ignored + ["more markup was ignored"] : ignored) + tokenizer.warnings
  }

  /// Takes the next tag or character.
  ///
  /// - Parameters:
  ///   - start: where it begins.
  ///   - end: the offset behind it.
  mutating func read(_ event: XMLEvent, from start: TextPlace, to end: Int) throws(SSMLError) {
    switch event {
    case .character(let scalar): read(scalar, at: start.offset)
    case .open(let name, let attributes, let isEmpty):
      open.append(Element(name: name, start: start, rate: tokenizer.rate))
      try begin(name, attributes, at: start, end: end)
      if isEmpty { self.end(at: start.offset) }
    case .close(let name):
      guard open.last?.name == name else {
        throw SSMLError(start, .unexpectedEnd(tag: name, open: open.last?.name))
      }
      self.end(at: start.offset)
    }
  }

  /// Whether a paragraph has just ended.
  var isBehindParagraph: Bool { tokenizer.isBehindParagraph }

  /// The finished tokens, which the reader forgets.
  mutating func take() -> [TextToken] { tokenizer.take() }

  /// The last tokens of a text that has ended.
  mutating func readEnd() throws(SSMLError) -> [TextToken] {
    if let element = open.last { throw SSMLError(element.start, .notClosed(tag: element.name)) }
    return tokenizer.takeAll()
  }

  private mutating func read(_ scalar: Unicode.Scalar, at offset: Int) {
    if skippedDepth > 0 { return }
    if let spoken = word {
      if spoken.text.count < TextTokenizer.longestRun { word?.text.append(scalar) }
    } else {
      // Line ends mean nothing in markup.
      tokenizer.append(scalar == "\n" ? " " : scalar, at: offset)
    }
  }

  private mutating func begin(
    _ name: String, _ attributes: [String: String], at start: TextPlace, end: Int
  ) throws(SSMLError) {
    if skippedDepth > 0 || word != nil { return }
    switch name {
    case "speak": break
    case "p", "paragraph": tokenizer.insert(.boundary(.paragraph), source: start.offset..<start.offset)
    case "s", "sentence": tokenizer.insert(.boundary(.sentence), source: start.offset..<start.offset)
    case "break":
      tokenizer.insert(.silence(try silence(attributes, at: start)), source: start.offset..<end)
    case "prosody":
      for other in attributes.keys.sorted() where other != "rate" { ignore("the attribute \(other) of <prosody>") }
      guard let rate = attributes["rate"] else { break }
      tokenizer.finish()
      tokenizer.rate = min(max(tokenizer.rate * (try factor(rate, at: start)), 0.2), 5)
    case "phoneme":
      guard let symbols = attributes["ph"] else {
        throw SSMLError(start, .missingAttribute(tag: name, attribute: "ph"))
      }
      guard ["arpabet", "x-arpabet", "cmu-arpabet"].contains(attributes["alphabet"]?.lowercased() ?? "arpabet") else {
        ignore("<phoneme> in the alphabet \"\(attributes["alphabet"]?.prefix(20) ?? "")\" (only arpabet is known)")
        break
      }
      let phonemes = symbols.split(whereSeparator: \.isWhitespace).map(String.init)
      guard !phonemes.isEmpty else {
        let expected = "ARPAbet symbols such as HH AH0 L OW1"
        throw SSMLError(start, .badValue(tag: name, attribute: "ph", value: symbols, expected: expected))
      }
      guard symbols.unicodeScalars.count <= TextTokenizer.longestPhonemes else {
        let value = "\(symbols.prefix(20))…"
        let expected = "a word, of at most \(TextTokenizer.longestPhonemes) characters"
        throw SSMLError(start, .badValue(tag: name, attribute: "ph", value: value, expected: expected))
      }
      word = (phonemes, String.UnicodeScalarView(), start)
    case "sub":
      guard let alias = attributes["alias"] else {
        throw SSMLError(start, .missingAttribute(tag: name, attribute: "alias"))
      }
      for scalar in alias.unicodeScalars { tokenizer.append(scalar, at: start.offset) }
      skippedDepth = open.count
    default: ignore("<\(name.prefix(40))>")
    }
  }

  /// Closes the last open element.
  private mutating func end(at offset: Int) {
    let element = open.removeLast()
    if skippedDepth > 0 {
      if skippedDepth > open.count { skippedDepth = 0 }
    } else if let spoken = word, element.start == spoken.start {
      word = nil
      let source = spoken.start.offset..<offset
      tokenizer.insert(.phonemes(spoken.phonemes), text: String(spoken.text), source: source)
    } else if element.name == "p" || element.name == "paragraph" {
      tokenizer.insert(.boundary(.paragraph), source: offset..<offset)
    } else if element.name == "s" || element.name == "sentence" {
      tokenizer.insert(.boundary(.sentence), source: offset..<offset)
    } else if tokenizer.rate != element.rate {
      tokenizer.finish()
      tokenizer.rate = element.rate
    }
  }

  private mutating func ignore(_ what: String) {
    let warning = "\(what) is ignored"
    if ignored.contains(warning) { return }
    ignoredCount += 1
    if ignored.count < Self.warningLimit { ignored.append(warning) }
  }

  /// A break's length in seconds.
  private func silence(_ attributes: [String: String], at start: TextPlace) throws(SSMLError) -> Double {
    if let time = attributes["time"] {
      let scale = time.hasSuffix("ms") ? 0.001 : 1
      let number = time.hasSuffix("ms") ? time.dropLast(2) : time.dropLast(time.hasSuffix("s") ? 1 : 0)
      if time.hasSuffix("s"), let value = Double(number), value * scale >= 0, value * scale <= 60 {
        return value * scale
      }
      let expected = "a time such as 500ms or 1.5s, at most 60s"
      throw SSMLError(start, .badValue(tag: "break", attribute: "time", value: time, expected: expected))
    }
    let strength = attributes["strength"] ?? "medium"
    if let seconds = Self.strengths[strength] { return seconds }
    let expected = "none, x-weak, weak, medium, strong or x-strong"
    throw SSMLError(start, .badValue(tag: "break", attribute: "strength", value: strength, expected: expected))
  }

  /// A speaking rate relative to the one around it.
  private func factor(_ rate: String, at start: TextPlace) throws(SSMLError) -> Double {
    if let named = Self.rates[rate] { return named }
    var value = Double(rate)
    if rate.hasSuffix("%"), let percent = Double(rate.dropLast()) {
      let isChange = rate.hasPrefix("+") || rate.hasPrefix("-")
      value = isChange ? 1 + percent / 100 : percent / 100
    }
    if let value, value >= 0.2, value <= 5 { return value }
    let expected = "x-slow, slow, medium, fast, x-fast, 20% to 500%, or 0.2 to 5"
    throw SSMLError(start, .badValue(tag: "prosody", attribute: "rate", value: rate, expected: expected))
  }

  private static let strengths = ["none": 0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1]
  private static let rates = ["x-slow": 0.5, "slow": 0.75, "medium": 1, "default": 1, "fast": 1.25, "x-fast": 1.5]
}
