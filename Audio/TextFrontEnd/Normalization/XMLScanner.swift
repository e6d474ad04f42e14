/// Reads the tags and characters of an XML text, as far as SSML needs them; linear in its length, without recursion.
struct XMLScanner {
  enum Event {
    case character(Unicode.Scalar)
    case open(name: String, attributes: [String: String], isEmpty: Bool)
    case close(name: String)
  }

  private let scalars: [Unicode.Scalar]
  /// Where the next event begins, in Unicode scalars.
  private(set) var position = 0
  /// Whether the text is within <![CDATA[…]]>.
  private var isLiteral = false

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The next event; nil at the end.
  mutating func next() throws(SSMLError) -> Event? {
    while position < scalars.count {
      if isLiteral {
        if skip("]]>") { isLiteral = false } else { return character() }
      } else if scalars[position] == "&" {
        return .character(try entity())
      } else if scalars[position] != "<" {
        return character()
      } else if skip("<![CDATA[") {
        isLiteral = true
      } else if starts("<!--") {
        try skip(through: "-->")
      } else if starts("<?") {
        try skip(through: "?>")
      } else if starts("<!") {
        try skip(through: ">")
      } else {
        return try tag()
      }
    }
    return nil
  }

  /// The error of a problem at a place.
  func error(_ problem: SSMLProblem, at offset: Int) -> SSMLError {
    var line = 1
    var column = 1
    for scalar in scalars[..<min(offset, scalars.count)] {
      column = scalar == "\n" ? 1 : column + 1
      line += scalar == "\n" ? 1 : 0
    }
    return SSMLError(line: line, column: column, problem: problem)
  }

  private mutating func character() -> Event {
    defer { position += 1 }
    return .character(scalars[position])
  }

  private func starts(_ text: String) -> Bool {
    var index = position
    for scalar in text.unicodeScalars {
      guard index < scalars.count, scalars[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  private mutating func skip(_ text: String) -> Bool {
    guard starts(text) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  private mutating func skip(through end: String) throws(SSMLError) {
    let start = position
    while !skip(end) {
      position += 1
      guard position < scalars.count else { throw error(.unfinishedTag, at: start) }
    }
  }

  private mutating func tag() throws(SSMLError) -> Event {
    let start = position
    position += 1
    let isClosing = skip("/")
    let name = self.name()
    guard !name.isEmpty else { throw error(.bareLessThan, at: start) }
    var attributes: [String: String] = [:]
    while true {
      skipSpace()
      guard position < scalars.count else { throw error(.unfinishedTag, at: start) }
      if skip("/>"), !isClosing { return .open(name: name, attributes: attributes, isEmpty: true) }
      if skip(">") { return isClosing ? .close(name: name) : .open(name: name, attributes: attributes, isEmpty: false) }
      let attribute = self.name()
      skipSpace()
      guard !isClosing, !attribute.isEmpty, skip("=") else { throw error(.badAttribute(tag: name), at: start) }
      skipSpace()
      attributes[attribute] = try value(of: name, from: start)
    }
  }

  private mutating func value(of tag: String, from start: Int) throws(SSMLError) -> String {
    guard position < scalars.count, scalars[position] == "\"" || scalars[position] == "'" else {
      throw error(.badAttribute(tag: tag), at: start)
    }
    let quote = scalars[position]
    position += 1
    var value = String.UnicodeScalarView()
    while position < scalars.count, scalars[position] != quote {
      if scalars[position] == "<" { throw error(.unfinishedTag, at: start) }
      if scalars[position] == "&" {
        value.append(try entity())
      } else {
        value.append(scalars[position])
        position += 1
      }
    }
    guard position < scalars.count else { throw error(.unfinishedTag, at: start) }
    position += 1
    return String(value)
  }

  /// A tag's or attribute's name, in small letters.
  private mutating func name() -> String {
    let start = position
    while position < scalars.count, Self.isNameCharacter(scalars[position]) { position += 1 }
    return String(String.UnicodeScalarView(scalars[start..<position])).lowercased()
  }

  private mutating func skipSpace() {
    while position < scalars.count, scalars[position].properties.isWhitespace { position += 1 }
  }

  private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    isASCIILetter(scalar) || isASCIIDigit(scalar) || scalar == "-" || scalar == "_" || scalar == ":" || scalar == "."
  }

  private mutating func entity() throws(SSMLError) -> Unicode.Scalar {
    let start = position
    let limit = min(scalars.count, start + 12)
    guard let end = scalars[start..<limit].firstIndex(of: ";") else {
      throw error(.unknownEntity(String(String.UnicodeScalarView(scalars[start + 1..<limit]))), at: start)
    }
    let name = String(String.UnicodeScalarView(scalars[start + 1..<end]))
    position = end + 1
    if let scalar = Self.entities[name] { return scalar }
    if name.hasPrefix("#") {
      let isHex = name.hasPrefix("#x") || name.hasPrefix("#X")
      let value = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
      if let scalar = value.flatMap(Unicode.Scalar.init) { return scalar }
    }
    throw error(.unknownEntity(name + ";"), at: start)
  }

  private static let entities: [String: Unicode.Scalar] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ",
  ]
}
