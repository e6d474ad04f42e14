/// A value that is written as one word.
protocol ConfigurationScalar: Codable {
  /// What is expected, in words for an error message: `an integer`.
  static var expectation: String { get }

  /// - Parameters:
  ///   - text: the word as written, without quotation marks.
  ///   - isQuoted: it was written between quotation marks.
  /// - Returns: nil if the word is no such value.
  init?(configurationText text: String, isQuoted: Bool)

  /// The word that reads back as exactly this value.
  var configurationText: String { get }
}

extension String: ConfigurationScalar {
  static var expectation: String { "text" }
  init?(configurationText text: String, isQuoted: Bool) { self = text }
  var configurationText: String { self }
}

extension Bool: ConfigurationScalar {
  static var expectation: String { "true or false" }

  init?(configurationText text: String, isQuoted: Bool) {
    guard !isQuoted, let value = Bool(text.lowercased()) else { return nil }
    self = value
  }

  var configurationText: String { self ? "true" : "false" }
}

extension FixedWidthInteger where Self: ConfigurationScalar {
  static var expectation: String {
    self == Int.self ? "an integer" : "an integer in \(Self.min)...\(Self.max)"
  }

  /// Also reads `20_000` and, where it is a whole number, `2e4`.
  init?(configurationText text: String, isQuoted: Bool) {
    guard !isQuoted else { return nil }
    let digits = text.filter { $0 != "_" }
    if let value = Self(digits) {
      self = value
    } else if let number = Double(configurationText: digits, isQuoted: false), abs(number) <= 0x1p53,
      let value = Self(exactly: number)
    {
      self = value
    } else {
      return nil
    }
  }

  var configurationText: String { description }
}

extension Int: ConfigurationScalar {}
extension Int32: ConfigurationScalar {}
extension Int64: ConfigurationScalar {}
extension UInt: ConfigurationScalar {}
extension UInt32: ConfigurationScalar {}
extension UInt64: ConfigurationScalar {}

extension BinaryFloatingPoint where Self: ConfigurationScalar & LosslessStringConvertible {
  static var expectation: String { "a number" }

  /// Reads decimal numbers and YAML's `.inf` and `-.inf`; not-a-number is refused.
  init?(configurationText text: String, isQuoted: Bool) {
    guard !isQuoted else { return nil }
    if text == ".inf" || text == "-.inf" {
      self = text == ".inf" ? .infinity : -.infinity
    } else if text.allSatisfy({ "+-.0123456789eE".contains($0) }), let value = Self(text), value.isFinite {
      self = value
    } else {
      return nil
    }
  }

  var configurationText: String {
    isInfinite ? (self > 0 ? ".inf" : "-.inf") : description
  }
}

extension Double: ConfigurationScalar {}
extension Float: ConfigurationScalar {}
