/// The sounds of General American English: the 39 ARPAbet phones of the CMU Pronouncing Dictionary, and the pause.
///
/// The raw value is the phone's index in a network's embedding table and is stored with trained voices: the pause is 0,
/// the phones follow in alphabetical order from 1 to 39. The order is fixed; a new phone could only be appended.
public enum Phone: UInt8, CaseIterable, Hashable, Sendable {
  /// Silence between phrases and around a sentence.
  case pause = 0
  case aa, ae, ah, ao, aw, ay
  case b, ch, d, dh
  case eh, er, ey
  case f, g, hh
  case ih, iy
  case jh, k, l, m, n, ng
  case ow, oy
  case p, r, s, sh, t, th
  case uh, uw
  case v, w, y, z, zh

  /// The number of phones with the pause: 40.
  public static let count = allCases.count

  /// The index, 0..<`count`.
  public var index: Int { Int(rawValue) }

  /// The phone at an index in 0..<`count`; nil elsewhere.
  public init?(index: Int) {
    guard let rawValue = UInt8(exactly: index) else { return nil }
    self.init(rawValue: rawValue)
  }

  /// The ARPAbet name in capitals without stress ("AH"), "SIL" for the pause.
  public var name: String { Self.names[index] }

  /// The phone of an ARPAbet name without stress, in any case; "SIL" is the pause. nil for other names.
  public init?(name: String) {
    guard let phone = Self.byName[name.uppercased()] else { return nil }
    self = phone
  }

  /// Whether the phone is the nucleus of a syllable and so carries a stress.
  public var isVowel: Bool {
    switch self {
    case .aa, .ae, .ah, .ao, .aw, .ay, .eh, .er, .ey, .ih, .iy, .ow, .oy, .uh, .uw: true
    default: false
    }
  }

  /// Whether the phone is pronounced without the vocal cords. The pause counts as voiceless.
  var isVoiceless: Bool {
    switch self {
    case .pause, .ch, .f, .hh, .k, .p, .s, .sh, .t, .th: true
    default: false
    }
  }

  /// Whether the phone hisses, so that an ending "s" needs a vowel of its own after it ("bus's").
  var isSibilant: Bool {
    switch self {
    case .ch, .jh, .s, .sh, .z, .zh: true
    default: false
    }
  }

  private static let names = allCases.map { $0 == .pause ? "SIL" : "\($0)".uppercased() }
  private static let byName = Dictionary(uniqueKeysWithValues: zip(names, allCases))
}

/// How strongly a vowel is spoken; the raw values are ARPAbet's digits.
public enum Stress: UInt8, CaseIterable, Hashable, Sendable {
  case unstressed = 0
  case primary = 1
  case secondary = 2
}
