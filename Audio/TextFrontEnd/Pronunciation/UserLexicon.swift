import Foundation

/// Pronunciations that a user gives for words, which take precedence over the built-in ones.
///
/// The file is UTF-8 text in the CMU Pronouncing Dictionary's style: one word and its ARPAbet symbols per line,
///
///     ;;; comment
///     saltus  S AE1 L T AH0 S   # as we say it
///     read    R EH1 D
///     READ(2) R IY1 D
///
/// Words are compared without regard to case. Blank lines, lines that begin with `;;;` or `#`, and what follows ` #`
/// are ignored. Variants in parentheses are checked; they are used only for a word that has no other entry. Of several
/// plain entries for a word the last one counts, so that own entries can be put at the end of a larger list.
public struct UserLexicon: Sendable {
  private var entries: [String: [StressedPhone]] = [:]

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
    var variants: [String: [StressedPhone]] = [:]
    let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    for (index, line) in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      guard let word = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).first,
        !word.hasPrefix(";;;"), !word.hasPrefix("#")
      else { continue }
      let place = PronunciationError.Place.line(path: path, line: index + 1, word: String(word))
      let symbols = line[word.endIndex...].prefix { $0 != "#" }
      let phones = try [StressedPhone](arpabet: symbols, place: place)
      if let base = Self.baseOfVariant(word) {
        let key = Self.key(base)
        if variants[key] == nil { variants[key] = phones }
      } else {
        entries[Self.key(word)] = phones
      }
    }
    entries.merge(variants) { plain, _ in plain }
  }

  /// The pronunciation of a word in any case; nil when the lexicon lacks it.
  public subscript(word: String) -> [StressedPhone]? { entries.isEmpty ? nil : entries[Self.key(word)] }

  /// The number of words.
  public var count: Int { entries.count }

  private static func key(_ word: some StringProtocol) -> String {
    word.lowercased().replacingOccurrences(of: "\u{2019}", with: "'")
  }

  /// The word of a variant such as "READ(2)"; nil for a plain entry.
  private static func baseOfVariant(_ word: Substring) -> Substring? {
    guard word.last == ")", let open = word.lastIndex(of: "("), open > word.startIndex else { return nil }
    let number = word[word.index(after: open)...].dropLast()
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber } ? word[..<open] : nil
  }
}
