/// The names of the letters, for spelled acronyms and for words without a vowel sound.
enum LetterNames {
  /// The name of a letter a–z; nil for other characters.
  static func phones(of letter: UInt8) -> [StressedPhone]? {
    let index = Int(letter) - Int(UInt8(ascii: "a"))
    return names.indices.contains(index) ? names[index] : nil
  }

  /// The names of a word's letters, one after the other.
  static func spelling(of word: String) -> [StressedPhone] { word.utf8.flatMap { phones(of: $0) ?? [] } }

  private static let names = [
    "EY1", "B IY1", "S IY1", "D IY1", "IY1", "EH1 F", "JH IY1", "EY1 CH", "AY1", "JH EY1", "K EY1", "EH1 L", "EH1 M",
    "EH1 N", "OW1", "P IY1", "K Y UW1", "AA1 R", "EH1 S", "T IY1", "Y UW1", "V IY1", "D AH1 B AH0 L Y UW0", "EH1 K S",
    "W AY1", "Z IY1",
  ].map { [StressedPhone](builtIn: $0) }
}

extension [StressedPhone] {
  /// Phones written in this module's own tables.
  init(builtIn text: String) {
    do {
      try self.init(arpabet: text)
    } catch {
      preconditionFailure("a built-in pronunciation is wrong: \(error)")
    }
  }
}
