/// A tag or a character of an XML text.
enum XMLEvent {
  case character(Unicode.Scalar)
  case open(name: String, attributes: [String: String], isEmpty: Bool)
  case close(name: String)
}

/// A place in a text: Unicode scalars before it, and line and column, from 1.
struct TextPlace: Hashable {
  var offset = 0
  var line = 1
  var column = 1

  mutating func advance(over scalar: Unicode.Scalar) {
    offset += 1
    column = scalar == "\n" ? 1 : column + 1
    line += scalar == "\n" ? 1 : 0
  }
}

/// Reads the tags and characters of an XML text, as far as SSML needs them; linear in its length, without recursion, and
/// holding no more of it than a tag.
struct XMLScanner<Pieces: Sequence<String>> {
  /// The longest tag, in Unicode scalars.
  static var longestTag: Int { 100_000 }

  private var scalars: ScalarReader<Pieces>
  /// What was looked at and not read yet, from `head` on.
  private var ahead: [Unicode.Scalar] = []
  private var head = 0
  /// Whether the text is within <![CDATA[…]]>.
  private var isLiteral = false
  /// What is read next.
  private(set) var place = TextPlace()
  /// Where the last event begins, or what could not be read.
  private(set) var start = TextPlace()

  init(_ pieces: Pieces) { scalars = ScalarReader(pieces) }

  /// The next event; nil at the end.
  mutating func next() throws(SSMLError) -> XMLEvent? {
    while let scalar = peek() {
      start = place
      if isLiteral {
        if skip("]]>") { isLiteral = false } else { return .character(take(scalar)) }
      } else if scalar == "&" {
        return .character(try entity())
      } else if scalar != "<" {
        return .character(take(scalar))
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

  /// The character so far ahead; nil behind the end.
  private mutating func peek(_ distance: Int = 0) -> Unicode.Scalar? {
    while ahead.count <= head + distance {
      guard let scalar = scalars.next() else { return nil }
      ahead.append(scalar)
    }
    return ahead[head + distance]
  }

  /// Reads the next character, which was looked at.
  @discardableResult private mutating func take(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    place.advance(over: scalar)
    head += 1
    if head == ahead.count {
      ahead.removeAll(keepingCapacity: true)
      head = 0
    }
    return scalar
  }

  /// The same within a tag, which is held as a whole.
  private mutating func takeOfTag(_ scalar: Unicode.Scalar) throws(SSMLError) -> Unicode.Scalar {
    try requireShortTag()
    return take(scalar)
  }

  private func requireShortTag() throws(SSMLError) {
    guard place.offset - start.offset < Self.longestTag else {
      throw SSMLError(start, .longTag(limit: Self.longestTag))
    }
  }

  private mutating func starts(_ text: String) -> Bool {
    for (distance, scalar) in text.unicodeScalars.enumerated() where peek(distance) != scalar { return false }
    return true
  }

  private mutating func skip(_ text: String) -> Bool {
    guard starts(text) else { return false }
    for scalar in text.unicodeScalars { take(scalar) }
    return true
  }

  private mutating func skip(through end: String) throws(SSMLError) {
    while !skip(end) {
      guard let scalar = peek() else { throw SSMLError(start, .unfinishedTag) }
      take(scalar)
    }
  }

  private mutating func tag() throws(SSMLError) -> XMLEvent {
    _ = skip("<")
    let isClosing = skip("/")
    let name = try self.name()
    guard !name.isEmpty else { throw SSMLError(start, .bareLessThan) }
    var attributes: [String: String] = [:]
    while true {
      skipSpace()
      guard peek() != nil else { throw SSMLError(start, .unfinishedTag) }
      if skip("/>"), !isClosing { return .open(name: name, attributes: attributes, isEmpty: true) }
      if skip(">") { return isClosing ? .close(name: name) : .open(name: name, attributes: attributes, isEmpty: false) }
      let attribute = try self.name()
      skipSpace()
      guard !isClosing, !attribute.isEmpty, skip("=") else { throw SSMLError(start, .badAttribute(tag: name)) }
      skipSpace()
      attributes[attribute] = try value(of: name)
    }
  }

  private mutating func value(of tag: String) throws(SSMLError) -> String {
    guard let quote = peek(), quote == "\"" || quote == "'" else { throw SSMLError(start, .badAttribute(tag: tag)) }
    take(quote)
    var value = String.UnicodeScalarView()
    while let scalar = peek(), scalar != quote {
      if scalar == "<" { throw SSMLError(start, .unfinishedTag) }
      try requireShortTag()
      value.append(scalar == "&" ? try entity() : take(scalar))
    }
    guard peek() != nil else { throw SSMLError(start, .unfinishedTag) }
    take(quote)
    return String(value)
  }

  /// A tag's or attribute's name, in small letters.
  private mutating func name() throws(SSMLError) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = peek(), Self.isNameCharacter(scalar) { name.append(try takeOfTag(scalar)) }
    return String(name).lowercased()
  }

  private mutating func skipSpace() {
    while let scalar = peek(), scalar.properties.isWhitespace { take(scalar) }
  }

  private static func isNameCharacter(_ scalar: Unicode.Scalar) -> Bool {
    isASCIILetter(scalar) || isASCIIDigit(scalar) || scalar == "-" || scalar == "_" || scalar == ":" || scalar == "."
  }

  private mutating func entity() throws(SSMLError) -> Unicode.Scalar {
    let start = place
    var length = 1
    var name = String.UnicodeScalarView()
    while length < 12, let scalar = peek(length), scalar != ";" {
      name.append(scalar)
      length += 1
    }
    guard length < 12, peek(length) == ";" else { throw SSMLError(start, .unknownEntity(String(name))) }
    for scalar in ["&"] + name + [";"] { take(scalar) }
    if let scalar = Self.predefined(String(name)) { return scalar }
    if name.first == "#" {
      let isHex = name.dropFirst().first == "x" || name.dropFirst().first == "X"
      let value = UInt32(String(name.dropFirst(isHex ? 2 : 1)), radix: isHex ? 16 : 10)
      if let scalar = value.flatMap(Unicode.Scalar.init) { return scalar }
    }
    throw SSMLError(start, .unknownEntity(String(name) + ";"))
  }

  private static func predefined(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    case "nbsp": " "
    default: nil
    }
  }
}
