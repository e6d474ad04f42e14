/// A recursive-descent reader of RFC 8259 texts; see `JSONValue`.
struct JSONParser {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONValue.Problem) -> JSONValue {
    let result = try value()
    skipSpace()
    guard position == bytes.count else { throw problem("unexpected text after the value") }
    return result
  }

  private func problem(_ text: String) -> JSONValue.Problem { JSONValue.Problem(offset: position, problem: text) }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard current == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func value() throws(JSONValue.Problem) -> JSONValue {
    skipSpace()
    switch current {
    case nil: throw problem("the text ends where a value should be")
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONValue.Problem) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONValue.Problem) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONValue.Problem) -> JSONValue
  ) throws(JSONValue.Problem) -> JSONValue {
    guard depth < 64 else { throw problem("more than 64 levels of nesting") }
    depth += 1
    position += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func object() throws(JSONValue.Problem) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    if take("}") { return .object(members) }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw problem("expected a name in quotes") }
      let start = position
      let name = try string()
      guard names.insert(name).inserted else {
        throw JSONValue.Problem(offset: start, problem: "the name \"\(name)\" occurs twice")
      }
      guard take(":") else { throw problem("expected ':' after the name \"\(name)\"") }
      members.append(.init(name: name, value: try value()))
    } while take(",")
    guard take("}") else { throw problem("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func array() throws(JSONValue.Problem) -> JSONValue {
    var elements: [JSONValue] = []
    if take("]") { return .array(elements) }
    repeat { elements.append(try value()) } while take(",")
    guard take("]") else { throw problem("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONValue.Problem) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw problem("expected a value") }
    position += word.utf8.count
    return value
  }

  private mutating func digits() -> Int {
    let start = position
    while let byte = current, (0x30...0x39).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func number() throws(JSONValue.Problem) -> JSONValue {
    let start = position
    if current == UInt8(ascii: "-") { position += 1 }
    let leadingZero = current == UInt8(ascii: "0")
    let whole = digits()
    guard whole > 0, whole == 1 || !leadingZero else { throw problem("expected a value") }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      guard digits() > 0 else { throw problem("expected digits after the point") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isInteger = false
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      guard digits() > 0 else { throw problem("expected digits in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let integer = Int(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw problem("the number \(text) is out of range") }
    return .number(number)
  }

  private mutating func string() throws(JSONValue.Problem) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw problem("text that is not UTF-8") }
        return text
      case UInt8(ascii: "\\"): content.append(contentsOf: String(try escape()).utf8)
      case 0..<0x20: throw problem("a control character inside a string")
      default: content.append(byte)
      }
    }
    throw problem("the text ends inside a string")
  }

  /// What follows a backslash.
  private mutating func escape() throws(JSONValue.Problem) -> Unicode.Scalar {
    guard let byte = current else { throw problem("the text ends inside a string") }
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return Unicode.Scalar(byte)
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      let first = try codeUnit()
      guard UTF16.isLeadSurrogate(first) else {
        guard let scalar = Unicode.Scalar(first) else { throw problem("half a surrogate pair") }
        return scalar
      }
      guard bytes[position...].starts(with: "\\u".utf8) else { throw problem("half a surrogate pair") }
      position += 2
      let second = try codeUnit()
      guard UTF16.isTrailSurrogate(second) else { throw problem("half a surrogate pair") }
      return UTF16.decode(UTF16.EncodedScalar([first, second]))
    default: throw problem("an unknown escape")
    }
  }

  private mutating func codeUnit() throws(JSONValue.Problem) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("expected four hexadecimal digits") }
    position += 4
    return unit
  }
}
