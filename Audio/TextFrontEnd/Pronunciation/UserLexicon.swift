import Foundation

/// Pronunciations that a user gives for words, which take precedence over the built-in ones.
///
/// The file is UTF-8 text in the CMU Pronouncing Dictionary's style: one word and its ARPAbet symbols per line,
///
///     ;;; comment
///     saltus  S AE1 L T AH0 S   # as we say it
///     SQL     S IY1 K W AH0 L
///     H2O     W AO1 T ER0
///     READ(2) R IY1 D
///
/// Blank lines, lines that begin with `;;;` or `#`, and what follows ` #` are ignored. Variants in parentheses are
/// checked; they are used only for a word that has no other entry. Of several plain entries for a word in the same case
/// the last one counts, so that own entries can be put at the end of a larger list.
///
/// An entry with a full stop at its end (`Abt.  AE1 P T`) is an abbreviation: its full stop ends a sentence only at the end
/// of the text, before a paragraph, and before a word that begins sentences and hardly ever names ("She", "The", "In").
///
/// A word is looked up as it is written, before anything is made of it, if `TextNormalizer` or `SentenceReader` has the
/// lexicon: FBI, iPhone, COVID-19, C++, Dr (whose full stop goes with it) and U.S. are whole written words, of which a
/// possessive ending or a plural s may follow. `Pronouncer` looks up the words that are spoken: "five" of 5.
///
/// Case matters where there is a choice: an entry in the case of the text comes before others. Apart from that any case
/// matches any other, but
/// - an entry in capitals whose phones are the names of its letters (`US  Y UW1 EH1 S`) is for capitals only;
/// - a word of two or three letters that is in capitals in the text needs an entry in capitals;
/// - single letters are looked up only as they are spoken.
public struct UserLexicon: Sendable {
  /// By the word in small letters.
  private var anyCase: [String: [StressedPhone]] = [:]
  /// By the word as it is in the file.
  private var exact: [String: [StressedPhone]] = [:]
  /// In how many cases a word is there, by the word in small letters.
  private var cases: [String: Int] = [:]
  /// The words that are not plain words to the normaliser.
  private(set) var written = WrittenForms()

  /// A lexicon without words.
  public init() {}

  /// Reads a lexicon file.
  ///
  /// - Throws: When the file cannot be read or is not UTF-8, and for the first line with an unknown symbol, a vowel
  ///   without stress, a consonant with stress, or no symbols at all.
  public init(path: String) throws(PronunciationError) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw PronunciationError(place: .file(path: path), problem: .unreadableFile(error.localizedDescription))
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw PronunciationError(place: .file(path: path), problem: .invalidUTF8)
    }
    try self.init(text: text, path: path)
  }

  /// Reads a lexicon's text; `path` stands in error messages.
  public init(text: String, path: String) throws(PronunciationError) {
    var variants: [(word: Substring, phones: [StressedPhone])] = []
    let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    for (index, line) in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      guard let word = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).first,
        !word.hasPrefix(";;;"), !word.hasPrefix("#")
      else { continue }
      let place = PronunciationError.Place.line(path: path, line: index + 1, word: String(word))
      let symbols = line[word.endIndex...].prefix { $0 != "#" }
      let phones = try [StressedPhone](arpabet: symbols, place: place)
      if let base = Self.baseOfVariant(word) {
        variants.append((base, phones))
      } else {
        insert(word, phones)
      }
    }
    for (word, phones) in variants where cases[Self.plain(word).lowercased()] == nil { insert(word, phones) }
    // In the order of the alphabet, so that what matches does not depend on a hash.
    for word in exact.keys.filter(WrittenForms.hasForm).sorted() { written.insert(word, exact[word] ?? []) }
  }

  /// The pronunciation of a word, best of the same case; nil when the lexicon lacks it.
  public subscript(word: String) -> [StressedPhone]? {
    if exact.isEmpty { return nil }
    let word = Self.plain(word)
    return exact[word] ?? anyCase[word.lowercased()]
  }

  /// The number of words, whatever their case.
  public var count: Int { cases.count }

  /// The pronunciation of a word in exactly this case.
  func phones(spelled word: String) -> [StressedPhone]? { exact[word] }

  /// Whether a word in small letters is there in several cases, so that its case tells its sound.
  func dependsOnCase(_ word: String) -> Bool { cases[word, default: 0] > 1 }

  private mutating func insert(_ word: some StringProtocol, _ phones: [StressedPhone]) {
    let word = Self.plain(word)
    let lower = word.lowercased()
    if exact.updateValue(phones, forKey: word) == nil { cases[lower, default: 0] += 1 }
    if !Self.isAcronym(word, phones) { anyCase[lower] = phones }
  }

  /// Whether a word in capitals is spelled.
  private static func isAcronym(_ word: String, _ phones: [StressedPhone]) -> Bool {
    guard word.utf8.count > 1, word.utf8.allSatisfy({ (65...90).contains($0) }) else { return false }
    return LetterNames.spelling(of: word.lowercased()).map(\.phone) == phones.map(\.phone)
  }

  private static func plain(_ word: some StringProtocol) -> String {
    word.replacingOccurrences(of: "\u{2019}", with: "'")
  }

  /// The word of a variant such as "READ(2)"; nil for a plain entry.
  private static func baseOfVariant(_ word: Substring) -> Substring? {
    guard word.last == ")", let open = word.lastIndex(of: "("), open > word.startIndex else { return nil }
    let number = word[word.index(after: open)...].dropLast()
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber } ? word[..<open] : nil
  }
}
