/// Turns a text in the Speech Synthesis Markup Language (W3C, version 1.1; a subset) into tokens.
///
/// Understood: speak, p, s, break (time, strength), prosody (rate), phoneme (ph, in ARPAbet), sub (alias), comments,
/// CDATA and entities. Other tags and attributes are ignored with a warning; their content is read.
struct SSMLReader {
  private var scanner: XMLScanner
  private var tokenizer = TextTokenizer()
  private var open: [Element] = []
  /// The phonemes of the open <phoneme>, and the text in it.
  private var word: (phonemes: [String], text: String.UnicodeScalarView, start: Int)?
  /// How deep the element is within whose alias was read in its place; 0 outside.
  private var skippedDepth = 0
  private var ignored: [String] = []
  private var ignoredCount = 0

  private struct Element {
    var name: String
    var start: Int
    /// The rate to go back to behind it.
    var rate: Double
  }

  private static let warningLimit = 20

  /// The tokens of a text, and the warnings.
  static func read(_ text: String) throws(SSMLError) -> (tokens: [TextToken], warnings: [String]) {
    var reader = SSMLReader(scanner: XMLScanner(text))
    try reader.readAll()
    let tokens = reader.tokenizer.takeAll()
    var warnings = reader.ignored
    if reader.ignoredCount > warnings.count { warnings.append("more markup was ignored") }
    return (tokens, warnings + reader.tokenizer.warnings)
  }

  private init(scanner: XMLScanner) { self.scanner = scanner }

  private mutating func readAll() throws(SSMLError) {
    var start = scanner.position
    while let event = try scanner.next() {
      switch event {
      case .character(let scalar): read(scalar, at: start)
      case .open(let name, let attributes, let isEmpty):
        open.append(Element(name: name, start: start, rate: tokenizer.rate))
        try begin(name, attributes, isEmpty: isEmpty, at: start)
        if isEmpty { end(at: start) }
      case .close(let name):
        guard open.last?.name == name else {
          throw scanner.error(.unexpectedEnd(tag: name, open: open.last?.name), at: start)
        }
        end(at: start)
      }
      start = scanner.position
    }
    if let element = open.last { throw scanner.error(.notClosed(tag: element.name), at: element.start) }
  }

  private mutating func read(_ scalar: Unicode.Scalar, at offset: Int) {
    if skippedDepth > 0 { return }
    if word != nil {
      word?.text.append(scalar)
    } else {
      // Line ends mean nothing in markup.
      tokenizer.append(scalar == "\n" ? " " : scalar, at: offset)
    }
  }

  private mutating func begin(
    _ name: String, _ attributes: [String: String], isEmpty: Bool, at start: Int
  ) throws(SSMLError) {
    if skippedDepth > 0 || word != nil { return }
    switch name {
    case "speak": break
    case "p", "paragraph": tokenizer.insert(.boundary(.paragraph), source: start..<start)
    case "s", "sentence": tokenizer.insert(.boundary(.sentence), source: start..<start)
    case "break":
      tokenizer.insert(.silence(try silence(attributes, at: start)), source: start..<scanner.position)
    case "prosody":
      for other in attributes.keys.sorted() where other != "rate" { ignore("the attribute \(other) of <prosody>") }
      guard let rate = attributes["rate"] else { break }
      tokenizer.finish()
      tokenizer.rate = min(max(tokenizer.rate * (try factor(rate, at: start)), 0.2), 5)
    case "phoneme":
      guard let symbols = attributes["ph"] else {
        throw scanner.error(.missingAttribute(tag: name, attribute: "ph"), at: start)
      }
      guard ["arpabet", "x-arpabet", "cmu-arpabet"].contains(attributes["alphabet"]?.lowercased() ?? "arpabet") else {
        ignore("<phoneme> in the alphabet \"\(attributes["alphabet"]?.prefix(20) ?? "")\" (only arpabet is known)")
        break
      }
      let phonemes = symbols.split(whereSeparator: \.isWhitespace).map(String.init)
      guard !phonemes.isEmpty else {
        let expected = "ARPAbet symbols such as HH AH0 L OW1"
        throw scanner.error(.badValue(tag: name, attribute: "ph", value: symbols, expected: expected), at: start)
      }
      word = (phonemes, String.UnicodeScalarView(), start)
    case "sub":
      guard let alias = attributes["alias"] else {
        throw scanner.error(.missingAttribute(tag: name, attribute: "alias"), at: start)
      }
      for scalar in alias.unicodeScalars { tokenizer.append(scalar, at: start) }
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
      let text = String(String.UnicodeScalarView(spoken.text.prefix(TextTokenizer.longestRun)))
      tokenizer.insert(.phonemes(spoken.phonemes), text: text, source: spoken.start..<offset)
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
  private func silence(_ attributes: [String: String], at start: Int) throws(SSMLError) -> Double {
    if let time = attributes["time"] {
      let scale = time.hasSuffix("ms") ? 0.001 : 1
      let number = time.hasSuffix("ms") ? time.dropLast(2) : time.dropLast(time.hasSuffix("s") ? 1 : 0)
      if time.hasSuffix("s"), let value = Double(number), value * scale >= 0, value * scale <= 60 {
        return value * scale
      }
      let expected = "a time such as 500ms or 1.5s, at most 60s"
      throw scanner.error(.badValue(tag: "break", attribute: "time", value: time, expected: expected), at: start)
    }
    let strength = attributes["strength"] ?? "medium"
    if let seconds = Self.strengths[strength] { return seconds }
    let expected = "none, x-weak, weak, medium, strong or x-strong"
    throw scanner.error(.badValue(tag: "break", attribute: "strength", value: strength, expected: expected), at: start)
  }

  /// A speaking rate relative to the one around it.
  private func factor(_ rate: String, at start: Int) throws(SSMLError) -> Double {
    if let named = Self.rates[rate] { return named }
    var value = Double(rate)
    if rate.hasSuffix("%"), let percent = Double(rate.dropLast()) {
      let isChange = rate.hasPrefix("+") || rate.hasPrefix("-")
      value = isChange ? 1 + percent / 100 : percent / 100
    }
    if let value, value >= 0.2, value <= 5 { return value }
    let expected = "x-slow, slow, medium, fast, x-fast, 20% to 500%, or 0.2 to 5"
    throw scanner.error(.badValue(tag: "prosody", attribute: "rate", value: rate, expected: expected), at: start)
  }

  private static let strengths = ["none": 0, "x-weak": 0.1, "weak": 0.25, "medium": 0.5, "strong": 0.75, "x-strong": 1]
  private static let rates = ["x-slow": 0.5, "slow": 0.75, "medium": 1, "default": 1, "fast": 1.25, "x-fast": 1.5]
}
