import Foundation

/// What a character of the input becomes before the rules see it.
enum FoldedCharacter: Hashable, Sendable {
  /// ASCII characters, or one of the few symbols that rules know (`CharacterFolding.symbols`).
  case text(String)
  /// A raised character: "²" is the text "2", raised.
  case raised(String)
  /// Read as words of its own, with space around them.
  case words(String)
  case space
  case newline
  /// Emoji, accents that stand alone, invisible format characters.
  case ignored
  /// Cannot be read: reported by name.
  case unreadable
}

/// Maps every Unicode character to ASCII, to a known symbol or to words.
///
/// Accents are removed by Unicode's compatibility decomposition (Unicode Standard Annex 15), which also turns
/// full-width and mathematical letters, ligatures and circled digits into plain ones.
struct CharacterFolding: Sendable {
  /// Decompositions are slow to ask for; bounded, as hostile text may hold every character there is.
  private var known: [Unicode.Scalar: FoldedCharacter] = [:]
  private static let knownLimit = 4096

  mutating func fold(_ scalar: Unicode.Scalar) -> FoldedCharacter {
    if let folded = known[scalar] { return folded }
    let folded = Self.classify(scalar)
    if known.count < Self.knownLimit { known[scalar] = folded }
    return folded
  }

  /// Symbols outside ASCII that rules know.
  static let symbols: Set<Unicode.Scalar> = [
    "–", "—", "°", "£", "€", "¥", "¢", "₹", "½", "¼", "¾", "⅓", "⅔", "⅛", "⅜", "⅝", "⅞", "µ", "Ω", "×", "§",
  ]

  private static func classify(_ scalar: Unicode.Scalar) -> FoldedCharacter {
    switch scalar {
    case "\n", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}": return .newline
    case "\u{2029}": return .newline
    case "\t", "\r", " ", "\u{A0}": return .space
    case "!"..."_", "a"..."~": return .text(String(scalar))
    default: break
    }
    if symbols.contains(scalar) { return .text(String(scalar)) }
    if let plain = replacements[scalar] { return .text(plain) }
    if let plain = raised[scalar] { return .raised(plain) }
    if let words = spokenSymbols[scalar] ?? greekName(scalar) { return .words(words) }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .spaceSeparator: return .space
    case .lineSeparator, .paragraphSeparator: return .newline
    case .format, .nonspacingMark, .enclosingMark, .modifierSymbol: return .ignored
    case .otherSymbol where properties.isEmoji || isPictograph(scalar): return .ignored
    default: break
    }
    if properties.isEmojiPresentation || properties.isVariationSelector || isPictograph(scalar) { return .ignored }
    return decomposed(scalar).map { .text($0) } ?? .unreadable
  }

  private static func isPictograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2190...0x21FF, 0x2500...0x27BF, 0x2B00...0x2BFF, 0x1F000...0x1FBFF: true
    default: false
    }
  }

  /// The ASCII letters, digits and signs that a character decomposes to, without its accents; nil if it has others.
  private static func decomposed(_ scalar: Unicode.Scalar) -> String? {
    var plain = ""
    for part in String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars {
      if part.isASCII, part.value >= 32, part.value < 127 {
        plain.unicodeScalars.append(part)
      } else if let replaced = replacements[part] {
        plain += replaced
      } else if part.properties.generalCategory != .nonspacingMark {
        return nil
      }
    }
    return plain.isEmpty ? nil : plain
  }

  /// Typographic characters, and letters without a decomposition.
  private static let replacements: [Unicode.Scalar: String] = [
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "ʼ": "'", "′": "'", "`": "'", "´": "'", "“": "\"", "”": "\"", "„": "\"",
    "‟": "\"", "″": "\"", "«": "\"", "»": "\"", "‹": "\"", "›": "\"", "‐": "-", "‑": "-", "−": "-", "‒": "–", "―": "—",
    "…": "...", "‥": "...", "•": ",", "·": "-", "‧": "-", "⁄": "/", "∕": "/", "∗": "*", "。": ".", "、": ",", "，": ",",
    "．": ".", "！": "!", "？": "?", "：": ":", "；": ";", "¡": "", "¿": "", "‽": "?", "⁇": "?", "⁈": "?", "⁉": "!",
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d",
    "Đ": "D", "ð": "th", "Ð": "Th", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H", "ŋ": "ng", "Ŋ": "Ng",
    "ŧ": "t", "Ŧ": "T", "ə": "e", "ƒ": "f", "℃": "°C", "℉": "°F", "№": "No.", "º": "°", "μ": "µ", "\u{2126}": "Ω",
    "￠": "¢",
    "￡": "£", "￥": "¥",
  ]

  private static let raised: [Unicode.Scalar: String] = [
    "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6", "⁷": "7", "⁸": "8", "⁹": "9", "⁻": "-",
    "⁺": "+", "ⁿ": "n",
  ]

  private static let spokenSymbols: [Unicode.Scalar: String] = [
    "÷": "divided by", "±": "plus or minus", "∓": "minus or plus", "≈": "approximately",
    "≅": "approximately", "≠": "is not equal to", "≤": "less than or equal to", "≥": "greater than or equal to",
    "∞": "infinity", "√": "square root of", "∑": "sum", "∏": "product", "∫": "integral", "∂": "partial", "∆": "delta",
    "∇": "nabla", "∈": "in", "∅": "empty set", "∝": "proportional to", "©": "copyright", "¶": "paragraph", "→": "to",
    "⇒": "implies", "←": "from", "↔": "to", "™": "", "®": "", "℠": "", "ª": "",
    "‰": "per mille", "℅": "care of", "†": "", "‡": "", "∴": "therefore", "∵": "because",
    "₿": "bitcoin", "₩": "won", "₽": "ruble", "₺": "lira",
  ]

  private static func greekName(_ scalar: Unicode.Scalar) -> String? {
    let base = String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.first ?? scalar
    switch base.value {
    case 0x391...0x3A9 where base.value != 0x3A2: return greekNames[Int(base.value) - 0x391]
    case 0x3B1...0x3C9: return greekNames[Int(base.value) - 0x3B1]
    default: return nil
    }
  }

  private static let greekNames = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ]
}
