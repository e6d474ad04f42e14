/// One phone of a word's pronunciation, with the stress that every vowel has and no consonant has ("AH0", "K").
public struct StressedPhone: Hashable, Sendable, CustomStringConvertible {
  public let phone: Phone
  /// Exactly the vowels have one.
  public let stress: Stress?

  /// - Precondition: `stress` is given for vowels and for vowels only.
  public init(_ phone: Phone, _ stress: Stress? = nil) {
    precondition(
      phone.isVowel == (stress != nil),
      "\(phone.name): vowels have a stress, other phones have none; got \(stress as Any)")
    self.phone = phone
    self.stress = stress
  }

  /// The ARPAbet symbol: the name in capitals and, for vowels, the stress digit.
  public var description: String { phone.name + (stress.map { "\($0.rawValue)" } ?? "") }

  /// The phone of an ARPAbet symbol in any case.
  ///
  /// - Throws: For an unknown symbol, a vowel without its stress digit, a consonant with one, and the pause, which no
  ///   word contains.
  public init(symbol: String) throws(PronunciationProblem) {
    let name = symbol.prefix { !($0.isASCII && $0.isNumber) }
    let digits = symbol[name.endIndex...]
    guard let phone = Phone(name: String(name)) else { throw .unknownSymbol(symbol) }
    guard phone != .pause else { throw .pause(symbol) }
    if phone.isVowel {
      guard !digits.isEmpty else { throw .missingStress(symbol) }
      guard digits.utf8.count == 1, let value = UInt8(digits), let stress = Stress(rawValue: value) else {
        throw .unknownSymbol(symbol)
      }
      self.init(phone, stress)
    } else {
      guard digits.isEmpty else { throw .consonantWithStress(symbol) }
      self.init(phone)
    }
  }

  /// All symbols that `init(symbol:)` reads, in the order of their phones: 24 consonants, 15 vowels in three stresses.
  public static let symbols: [String] = Phone.allCases.dropFirst().flatMap { phone in
    phone.isVowel ? Stress.allCases.map { phone.name + "\($0.rawValue)" } : [phone.name]
  }
}

extension [StressedPhone] {
  /// Reads phones written in ARPAbet, parted by spaces: "HH AH0 L OW1".
  ///
  /// - Throws: For a symbol that is not in the phone set, or when there is none; `place` is named in the error.
  public init(arpabet text: some StringProtocol, place: PronunciationError.Place = .text) throws(PronunciationError) {
    self = []
    for symbol in text.split(whereSeparator: \.isWhitespace) {
      do {
        append(try StressedPhone(symbol: String(symbol)))
      } catch {
        throw PronunciationError(place: place, problem: error)
      }
    }
    guard !isEmpty else { throw PronunciationError(place: place, problem: .noPhones) }
  }

  /// The symbols parted by spaces, as `init(arpabet:)` reads them.
  public var arpabet: String { map(\.description).joined(separator: " ") }
}
