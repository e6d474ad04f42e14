import CFlite
import Synchronization

/// flite's knowledge of English: a part-of-speech tagger, the CMU lexicon and letter-to-sound rules trained on it.
///
/// The lexicon leaves out the words that the rules get right, so that both together know the CMU Pronouncing
/// Dictionary. flite keeps global tables that its initialisers fill without synchronisation, and reference counts that
/// are not atomic. Therefore there is one instance, and `withLock` is the only way to it: a lookup takes microseconds.
struct FliteLexicon: ~Copyable {
  private let voice: UnsafeMutablePointer<cst_voice>
  private let lexicon: UnsafeMutablePointer<cst_lexicon>

  private static let shared = Mutex(FliteLexicon())

  /// Runs `body` while no other thread uses flite.
  static func withLock<Result: Sendable>(_ body: (borrowing FliteLexicon) throws -> Result) rethrows -> Result {
    try shared.withLock { lexicon in try body(lexicon) }
  }

  private init() {
    // The voice lives as long as the process; it holds flite's constant tables and no sound.
    voice = new_voice()
    usenglish_init(voice)
    lexicon = cmu_lex_init()
  }

  /// flite's classes of words, by which the lexicon tells "a record" from "to record".
  enum PartOfSpeech: Sendable {
    case noun, verb, adjective, other

    fileprivate var tag: String {
      switch self {
      case .noun: "n"
      case .verb: "v"
      case .adjective: "j"
      case .other: "0"
      }
    }

    fileprivate init(tag: UInt8) {
      switch tag {
      case UInt8(ascii: "n"): self = .noun
      case UInt8(ascii: "v"): self = .verb
      case UInt8(ascii: "j"): self = .adjective
      default: self = .other
      }
    }
  }

  /// The parts of speech of the words of one clause, one per word, in time linear in their number.
  func partsOfSpeech(of words: ArraySlice<String>) -> [PartOfSpeech] {
    guard let utterance = new_utterance() else { fatalError("flite cannot allocate an utterance") }
    defer { delete_utterance(utterance) }
    utt_init(utterance, voice)
    let relation = utt_relation_create(utterance, Self.wordRelation.characters)
    let items = words.map { word in
      let item = relation_append(relation, nil)
      item_set_string(item, Self.nameFeature.characters, word)
      return item
    }
    default_pos_tagger(utterance)
    return items.map { PartOfSpeech(tag: UInt8(bitPattern: item_feat_string($0, "pos")?.pointee ?? 0)) }
  }

  /// The pronunciation of a word from the lexicon, or by the letter-to-sound rules.
  ///
  /// - Parameter word: Letters a–z, fewer than `longestWord`.
  func phones(of word: String, as partOfSpeech: PartOfSpeech) -> [StressedPhone] {
    let list = lex_lookup(lexicon, word, partOfSpeech.tag, nil)
    defer { delete_val(list) }
    var phones: [StressedPhone] = []
    var rest = UnsafePointer(list)
    while let cell = rest {
      if let name = val_string(val_car(cell)), let phone = StressedPhone(flite: String(cString: name)) {
        phones.append(phone)
      }
      rest = val_cdr(cell)
    }
    return phones
  }

  // flite keeps the pointers to these names, which those of a String's characters would not outlive.
  private static let wordRelation: StaticString = "Word"
  private static let nameFeature: StaticString = "name"

  /// The most letters that are looked up at once; CMUdict's longest word has 34.
  static let longestWord = 60
}

extension StaticString {
  /// The characters and a zero byte, which stay where they are as long as the process runs.
  fileprivate var characters: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

extension StressedPhone {
  /// The phone of a name in flite's lexicon or letter-to-sound rules: ARPAbet in small letters, where a vowel's stress
  /// is 0 when the digit is missing and "ax" is the unstressed AH. nil for "no phone" ("epsilon") and unknown names.
  init?(flite name: String) {
    let digit = name.utf8.last.flatMap { Stress(rawValue: $0 &- UInt8(ascii: "0")) }
    let base = digit == nil ? Substring(name) : name.dropLast()
    guard let phone = base == "ax" ? .ah : Phone(name: String(base)), phone != .pause else { return nil }
    self.init(phone, phone.isVowel ? digit ?? .unstressed : nil)
  }
}

/// The phone names that flite can produce, as its own tables list them: for the test that all of them are known.
package enum FlitePhoneNames {
  /// The names in the lexicon and, with pairs taken apart, in the letter-to-sound rules.
  package static var all: Set<String> {
    Set(list(saltus_lexicon_phone_names()) + list(saltus_letter_to_sound_phone_names()))
  }

  /// The symbol that a name becomes; nil when it is unknown.
  package static func symbol(of name: String) -> String? { StressedPhone(flite: name)?.description }

  private static func list(_ table: UnsafePointer<UnsafePointer<CChar>?>?) -> [String] {
    var names: [String] = []
    // The first name stands for "no phone".
    var next = 1
    while let name = table?[next] {
      names += String(cString: name).split(separator: "-").map(String.init)
      next += 1
    }
    return names
  }
}
