/// Words as the lexicon spells them: small letters a–z and straight apostrophes.
enum Spelling {
  /// The text in small letters without anything but letters a–z and apostrophes; apostrophes that close it ("boys'") or
  /// stand alone are dropped. Linear in its length.
  static func of(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "a"..."z": bytes.append(UInt8(scalar.value))
      case "A"..."Z": bytes.append(UInt8(scalar.value) | 0x20)
      case "'", "\u{2019}": bytes.append(UInt8(ascii: "'"))
      default: break
      }
    }
    while bytes.last == UInt8(ascii: "'") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A spelling without apostrophes, cut after `limit` letters.
  static func lettersOnly(_ spelling: String, limit: Int = .max) -> String {
    let letters = spelling.utf8.lazy.filter { $0 != UInt8(ascii: "'") }.prefix(limit)
    return String(decoding: Array(letters), as: UTF8.self)
  }

  /// A spelling cut into pieces of at most `length` letters, nearly always one.
  static func pieces(of letters: String, length: Int) -> [String] {
    guard letters.utf8.count > length else { return [letters] }
    let bytes = Array(letters.utf8)
    return stride(from: 0, to: bytes.count, by: length).map {
      String(decoding: bytes[$0..<min($0 + length, bytes.count)], as: UTF8.self)
    }
  }
}
