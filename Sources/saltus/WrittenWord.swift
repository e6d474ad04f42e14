/// What stands between white space in a text.
struct WrittenWord {
  var text: String
  /// Where it was written, in Unicode scalars from the start of the input.
  var source: Range<Int>
  /// Whether a line or a paragraph begins with it.
  var startsLine: Bool

  /// Whether there is a letter or a number in it.
  var isWord: Bool { text.unicodeScalars.contains { $0.properties.isAlphabetic || $0.properties.numericType != nil } }
}

/// Finds the words of a text as people read it: without the tags, if it has markup.
struct WrittenWordReader {
  private(set) var words: [WrittenWord] = []
  private var run = String.UnicodeScalarView()
  private var source = 0..<0
  private var startsLine = true

  init(plain text: [Unicode.Scalar]) {
    for (offset, scalar) in text.enumerated() {
      append(scalar, at: offset)
      if Character(scalar).isNewline { startsLine = true }
    }
    endWord()
  }

  /// - Parameter text: SSML whose tags are closed, as far as it goes.
  init(markup text: [Unicode.Scalar]) {
    var index = 0
    while index < text.count {
      if text[index] == "<" {
        index = readTag(text, at: index)
      } else if text[index] == "&", let entity = Self.entity(text, at: index) {
        append(entity.scalar, at: index)
        index = entity.end
      } else {
        append(text[index], at: index)
        index += 1
      }
    }
    endWord()
  }

  private mutating func append(_ scalar: Unicode.Scalar, at offset: Int) {
    if scalar.properties.isWhitespace { return endWord() }
    source = (run.isEmpty ? offset : source.lowerBound)..<offset + 1
    run.append(scalar)
  }

  private mutating func endWord() {
    guard !run.isEmpty else { return }
    words.append(WrittenWord(text: String(run), source: source, startsLine: startsLine))
    run = String.UnicodeScalarView()
    startsLine = false
  }

  /// Passes what begins with "<"; in CDATA it is text.
  ///
  /// - Returns: the place behind it.
  private mutating func readTag(_ text: [Unicode.Scalar], at start: Int) -> Int {
    let rest = text[start...]
    if rest.starts(with: "<![CDATA[".unicodeScalars) {
      let end = Self.place(of: "]]>", in: text, from: start)
      for index in min(start + 9, end)..<end { append(text[index], at: index) }
      return min(end + 3, text.count)
    }
    if rest.starts(with: "<!--".unicodeScalars) {
      return min(Self.place(of: "-->", in: text, from: start) + 3, text.count)
    }
    var quote: Unicode.Scalar?
    var end = start + 1
    while end < text.count, quote != nil || text[end] != ">" {
      if text[end] == quote {
        quote = nil
      } else if quote == nil, text[end] == "\"" || text[end] == "'" {
        quote = text[end]
      }
      end += 1
    }
    let name = text[(start + 1)..<end].drop { $0 == "/" }.prefix { $0 != "/" && !$0.properties.isWhitespace }
    switch String(String.UnicodeScalarView(name)).lowercased() {
    case "p", "paragraph", "s", "sentence":
      endWord()
      startsLine = true
    case "break": endWord()
    default: break
    }
    return min(end + 1, text.count)
  }

  private static func place(of mark: String, in text: [Unicode.Scalar], from start: Int) -> Int {
    (start..<text.count).first { text[$0...].starts(with: mark.unicodeScalars) } ?? text.count
  }

  private static func entity(_ text: [Unicode.Scalar], at start: Int) -> (scalar: Unicode.Scalar, end: Int)? {
    guard let end = text[start...].prefix(12).firstIndex(of: ";") else { return nil }
    let name = String(String.UnicodeScalarView(text[(start + 1)..<end]))
    if let scalar = predefined[name] { return (scalar, end + 1) }
    guard name.first == "#" else { return nil }
    let isHex = name.dropFirst().first == "x" || name.dropFirst().first == "X"
    let value = UInt32(String(name.dropFirst(isHex ? 2 : 1)), radix: isHex ? 16 : 10)
    guard let scalar = value.flatMap(Unicode.Scalar.init) else { return nil }
    return (scalar, end + 1)
  }

  private static let predefined: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
  ]
}
