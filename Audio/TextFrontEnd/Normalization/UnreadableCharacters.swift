/// Collects what could not be read, so that each character is named once and a hostile text cannot flood a terminal.
struct UnreadableCharacters: Sendable {
  private var named: Set<Unicode.Scalar> = []
  private var others = 0
  private(set) var count = 0

  /// How many different characters are named.
  static let limit = 20

  mutating func insert(_ scalar: Unicode.Scalar) {
    count += 1
    if named.contains(scalar) { return }
    if named.count < Self.limit {
      named.insert(scalar)
      names.append("cannot read \(Self.name(of: scalar)): left out")
    } else {
      others += 1
    }
  }

  /// One warning per character, in order of appearance, and one for the rest.
  var warnings: [String] { others == 0 ? names : names + ["\(others) more characters cannot be read: left out"] }

  private var names: [String] = []

  /// "U+4E2D (CJK UNIFIED IDEOGRAPH-4E2D)".
  static func name(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    let properties = scalar.properties
    let name: String? =
      switch scalar.value {
      case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x3FFFF: properties.name ?? "CJK UNIFIED IDEOGRAPH-\(digits)"
      case 0xAC00...0xD7A3: properties.name ?? "HANGUL SYLLABLE"
      default: properties.name ?? properties.nameAlias
      }
    if let name { return "\(code) (\(name))" }
    switch properties.generalCategory {
    case .control: return "\(code) (a control character)"
    case .privateUse: return "\(code) (a private-use character)"
    default: return "\(code) (an unassigned character)"
    }
  }
}
