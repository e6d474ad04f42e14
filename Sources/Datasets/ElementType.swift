/// A numeric element type in numpy's notation, such as `<f4`: byte order, kind, bytes.
package struct ElementType: Sendable, Equatable {
  package enum Kind: Character, Sendable {
    case float = "f"
    case signed = "i"
    case unsigned = "u"
    case boolean = "b"
  }

  package let kind: Kind
  package let byteCount: Int
  package let isBigEndian: Bool

  /// In numpy's notation.
  package var name: String { "\(byteCount == 1 ? "|" : isBigEndian ? ">" : "<")\(kind.rawValue)\(byteCount)" }

  /// Why a type cannot be read, in words.
  package struct Refusal: Error, Equatable {
    package let kind: DatasetError.Kind
    package let problem: String
  }

  package init(numpy text: String) throws(Refusal) {
    let unsupported: [Character: String] = [
      "O": "holds Python objects, which only Python can read and which may run code when it does; save it as numbers",
      "U": "holds text, not numbers", "S": "holds text, not numbers", "a": "holds text, not numbers",
      "c": "holds complex numbers, which are not supported", "V": "holds records or raw bytes, not numbers",
      "M": "holds dates, not numbers; save it as numbers", "m": "holds time spans, not numbers; save it as numbers",
    ]
    var rest = Substring(text)
    // "=" is the order of the machine that wrote the file; "|" is for single bytes.
    let order = rest.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    if order != nil { rest = rest.dropFirst() }
    let letter = rest.popFirst()
    if let letter, let problem = unsupported[letter] {
      throw Refusal(kind: .unsupported, problem: "\(problem) (dtype \"\(text)\")")
    }
    guard let letter, let kind = Kind(rawValue: letter), let byteCount = Int(rest) else {
      throw Refusal(kind: .malformed, problem: "has the unknown dtype \"\(text)\"")
    }
    let sizes: [Int] =
      switch kind {
      case .float: [2, 4, 8]
      case .signed, .unsigned: [1, 2, 4, 8]
      case .boolean: [1]
      }
    guard sizes.contains(byteCount) else {
      throw Refusal(
        kind: .unsupported,
        problem: "has the unsupported dtype \"\(text)\"; supported: f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1")
    }
    guard byteCount == 1 || order != "|" else {
      throw Refusal(kind: .malformed, problem: "has dtype \"\(text)\", which gives no byte order")
    }
    self.kind = kind
    self.byteCount = byteCount
    isBigEndian = order == ">" && byteCount > 1
  }

  package static let float32 = ElementType(kind: .float, byteCount: 4)
  package static let int64 = ElementType(kind: .signed, byteCount: 8)

  private init(kind: Kind, byteCount: Int) {
    self.kind = kind
    self.byteCount = byteCount
    isBigEndian = false
  }

  /// The bytes of one element of this value; integers and booleans take its whole part. nil if it does not fit.
  func bytes(of value: Double) -> [UInt8]? {
    let bits: UInt64?
    switch (kind, byteCount) {
    case (.float, 2): bits = UInt64(Float16(value).bitPattern)
    case (.float, 4): bits = UInt64(Float(value).bitPattern)
    case (.float, _): bits = value.bitPattern
    case (.unsigned, _), (.boolean, _): bits = UInt64(exactly: value)
    case (.signed, _): bits = Int64(exactly: value).map { UInt64(bitPattern: $0) }
    }
    guard let bits else { return nil }
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) }
    return isBigEndian ? bytes.reversed() : bytes
  }
}
