import Foundation

/// Any Unicode text → the ASCII characters that the rules know; what has no reading is left out and named.
struct CharacterFolding {
  /// Characters without a reading, in order of appearance, each once; at most `limit`.
  private(set) var unreadable: [Unicode.Scalar] = []
  private(set) var unreadableCount = 0
  static let limit = 20

  /// ASCII text in which a degree sign is 0x01 and currency signs are 0x02 to 0x05.
  mutating func callAsFunction(_ text: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var output: [UInt8] = []
    var lastIsUnreadable = false
    for scalar in text {
      if scalar.isASCII {
        if scalar.value >= 32 && scalar.value != 127 {
          output.append(UInt8(scalar.value))
        } else if [9, 10, 11, 12, 13].contains(scalar.value) {
          output.append(scalar.value == 10 ? 10 : 32)
        } else {
          report(scalar)
        }
        lastIsUnreadable = false
      } else if let replacement = Self.replacements[scalar] {
        output += replacement.utf8
        lastIsUnreadable = false
      } else if Self.isSilent(scalar) {
        continue
      } else if let letters = Self.latin(scalar) {
        output += letters
        lastIsUnreadable = false
      } else {
        report(scalar)
        // A gap keeps its neighbours apart.
        if !lastIsUnreadable { output.append(32) }
        lastIsUnreadable = true
      }
    }
    return output
  }

  private mutating func report(_ scalar: Unicode.Scalar) {
    unreadableCount += 1
    if unreadable.count < Self.limit && !unreadable.contains(scalar) { unreadable.append(scalar) }
  }

  /// Marks on other characters, emoji, joiners: nobody expects to hear them.
  private static func isSilent(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark, .format: return true
    default: break
    }
    return properties.isEmoji || properties.isEmojiModifier || properties.isVariationSelector
      || (0x2500...0x27bf).contains(scalar.value) || (0x1f000...0x1faff).contains(scalar.value)
  }

  /// The letters of a Latin letter with marks, or of a character that stands for others.
  private static func latin(_ scalar: Unicode.Scalar) -> [UInt8]? {
    let parts = String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.filter(\.isASCII)
    let ascii = parts.filter { $0.value > 32 && $0.value < 127 }.map { UInt8($0.value) }
    if !ascii.isEmpty { return ascii }
    return scalar.properties.isWhitespace ? [scalar == "\u{2029}" ? 10 : 32] : nil
  }

  static let degree: UInt8 = 1
  /// Currency signs that are not ASCII, with their names.
  static let pound: UInt8 = 2
  static let euro: UInt8 = 3
  static let yen: UInt8 = 4
  static let cent: UInt8 = 5

  private static let replacements: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [
      "°": "\u{1}", "º": "\u{1}", "£": "\u{2}", "€": "\u{3}", "¥": "\u{4}", "¢": "\u{5}", "℃": "\u{1}C", "℉": "\u{1}F",
      "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'", "“": "\"", "”": "\"",
      "„": "\"", "″": "\"", "«": "\"", "»": "\"", "‐": "-", "‑": "-", "‒": "--", "–": "--", "—": "--", "―": "--",
      "−": "-", "…": "...", "·": " ", "•": "\n", "‣": "\n", "◦": "\n", "⁄": "/", "∕": "/",
      "½": " 1/2", "⅓": " 1/3", "⅔": " 2/3", "¼": " 1/4", "¾": " 3/4", "⅕": " 1/5", "⅖": " 2/5", "⅗": " 3/5",
      "⅘": " 4/5", "⅙": " 1/6", "⅚": " 5/6", "⅛": " 1/8", "⅜": " 3/8", "⅝": " 5/8", "⅞": " 7/8",
      "⁰": "^0", "¹": "^1", "²": "^2", "³": "^3", "⁴": "^4", "⁵": "^5", "⁶": "^6", "⁷": "^7", "⁸": "^8", "⁹": "^9",
      "×": " times ", "÷": " divided by ", "±": " plus or minus ", "≈": " approximately ", "≠": " is not equal to ",
      "≤": " less than or equal to ", "≥": " greater than or equal to ", "→": " to ", "←": " from ", "↔": " to ",
      "∞": " infinity ", "√": " square root of ", "∑": " sum ", "©": " copyright ", "™": "", "®": "", "§": " section ",
      "¶": " paragraph ", "†": "", "‡": "", "№": " number ", "‰": " per mille ", "µ": " micro ", "∂": " partial ",
      "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "th",
      "Ð": "Th", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "ng", "ﬁ": "fi",
      "ﬂ": "fl", "¡": "", "¿": "", "\u{feff}": "", "\u{a0}": " ", "\u{202f}": " ", "\u{ad}": "",
    ]
    let greek = [
      "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
      "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    ]
    for (index, name) in greek.enumerated() {
      for start in [0x3b1, 0x391] as [UInt32] where !(start == 0x391 && index == 17) {
        table[Unicode.Scalar(start + UInt32(index))!] = " \(name) "
      }
    }
    return table
  }()
}
