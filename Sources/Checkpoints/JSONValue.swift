/// A JSON text's content, with members in the order of the text.
///
/// Foundation's decoders keep one of two members of the same name without a word; file headers must not be read that
/// way, so this small reader refuses them.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// Written without fraction or exponent, and fits.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  package struct Member: Sendable, Equatable {
    package let name: String
    package let value: JSONValue
  }

  /// What is wrong, and at which byte of the text.
  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let offset: Int
    package let problem: String
    package var description: String { "byte \(offset): \(problem)" }
  }

  /// Reads a whole text: strict JSON, at most 64 levels deep, no two members of the same name.
  package init(parsing bytes: [UInt8]) throws(Problem) {
    var parser = JSONParser(bytes)
    self = try parser.document()
  }

  /// An object's member, or nil.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package var members: [Member]? {
    if case .object(let members) = self { members } else { nil }
  }

  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var integer: Int? {
    if case .integer(let integer) = self { integer } else { nil }
  }

  package var double: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  /// An array of integers that are all at least 0.
  package var counts: [Int]? {
    guard let elements else { return nil }
    let counts = elements.compactMap { $0.integer }.filter { $0 >= 0 }
    return counts.count == elements.count ? counts : nil
  }

  /// A string as JSON text, with quotes.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
