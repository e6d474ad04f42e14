/// Reads the Python literals that occur in .npy headers: strings, integers, True, False, tuples, lists, dictionaries.
struct PythonLiteral {
  indirect enum Value: Equatable {
    case string(String)
    case integer(Int)
    case bool(Bool)
    case tuple([Value])
    case list([Value])
    case dictionary([String: Value])
  }

  private var rest: ArraySlice<UInt8>
  private var depth = 0

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next value, or nil if there is none.
  mutating func value() -> Value? {
    guard depth < 16 else { return nil }
    depth += 1
    defer { depth -= 1 }
    skipSpace()
    switch rest.first.map({ Unicode.Scalar($0) }) {
    case "'", "\"": return string().map(Value.string)
    case "(": return sequence(closing: ")").map(Value.tuple)
    case "[": return sequence(closing: "]").map(Value.list)
    case "{": return dictionary()
    case "T": return word("True") ? .bool(true) : nil
    case "F": return word("False") ? .bool(false) : nil
    default: return integer()
    }
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) } }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func word(_ word: String) -> Bool {
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  private mutating func string() -> String? {
    let quote = rest.removeFirst()
    let content = rest.prefix { $0 != quote }
    // A backslash would need Python's escapes, which no dtype or field name of numbers contains.
    guard content.endIndex < rest.endIndex, !content.contains(UInt8(ascii: "\\")) else { return nil }
    rest = rest[(content.endIndex + 1)...]
    return String(validating: content, as: UTF8.self)
  }

  private mutating func integer() -> Value? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    rest = rest.dropFirst(digits.count)
    // Python 2 wrote long integers as 5L.
    if rest.first == UInt8(ascii: "L") { rest.removeFirst() }
    return Int(String(decoding: digits, as: UTF8.self)).map(Value.integer)
  }

  private mutating func sequence(closing: Unicode.Scalar) -> [Value]? {
    rest.removeFirst()
    var values: [Value] = []
    while !take(closing) {
      guard let next = value() else { return nil }
      values.append(next)
      guard take(",") else { return take(closing) ? values : nil }
    }
    return values
  }

  private mutating func dictionary() -> Value? {
    rest.removeFirst()
    var fields: [String: Value] = [:]
    while !take("}") {
      skipSpace()
      guard case .string(let name)? = value(), take(":"), let field = value() else { return nil }
      guard fields.updateValue(field, forKey: name) == nil else { return nil }
      guard take(",") else { return take("}") ? .dictionary(fields) : nil }
    }
    return .dictionary(fields)
  }
}
