/// Words with apostrophes: possessives and contractions, which flite's lexicon lacks.
///
/// "dog's", "we'll" and "couldn't" are their stem, pronounced as a word, and an ending whose sound depends on the
/// stem's last phone (Kenyon and Knott, A Pronouncing Dictionary of American English; examples as in CMUdict).
enum Contractions {
  /// What an apostrophe and the letters after it add to a stem.
  enum Ending: String, CaseIterable, Sendable {
    case not = "n't"
    case possessive = "'s"
    case will = "'ll"
    case have = "'ve"
    case are = "'re"
    case had = "'d"
    case am = "'m"

    /// The stem with the ending's phones, or the stem alone if it is empty.
    func append(to stem: [StressedPhone]) -> [StressedPhone] {
      guard let last = stem.last?.phone else { return stem }
      let schwa = StressedPhone(.ah, .unstressed)
      let added: [StressedPhone] =
        switch self {
        case .not:
          last.isVowel ? [StressedPhone(.n), StressedPhone(.t)] : [schwa, StressedPhone(.n), StressedPhone(.t)]
        case .possessive where last.isSibilant: [StressedPhone(.ih, .unstressed), StressedPhone(.z)]
        case .possessive: [StressedPhone(last.isVoiceless ? .s : .z)]
        case .will: last.isVowel ? [StressedPhone(.l)] : [schwa, StressedPhone(.l)]
        case .have: last.isVowel ? [StressedPhone(.v)] : [schwa, StressedPhone(.v)]
        case .are: last.isVowel ? [StressedPhone(.r)] : [StressedPhone(.er, .unstressed)]
        case .had: last.isVowel ? [StressedPhone(.d)] : [schwa, StressedPhone(.d)]
        case .am: last.isVowel ? [StressedPhone(.m)] : [schwa, StressedPhone(.m)]
        }
      return stem + added
    }
  }

  /// The stem and the ending of a word in small letters and apostrophes; nil if it has none. The stem has a letter.
  static func split(_ word: String) -> (stem: String, ending: Ending)? {
    guard word.utf8.contains(UInt8(ascii: "'")) else { return nil }
    for ending in Ending.allCases where word.hasSuffix(ending.rawValue) {
      let stem = word.dropLast(ending.rawValue.count)
      // Apostrophes alone have no sound that the ending could join.
      if stem.utf8.contains(where: { $0 != UInt8(ascii: "'") }) { return (String(stem), ending) }
    }
    return nil
  }

  /// The words that are not their parts' sounds in a row.
  static let irregular: [String: [StressedPhone]] = [
    "don't": "D OW1 N T", "won't": "W OW1 N T", "can't": "K AE1 N T", "ain't": "EY1 N T", "shan't": "SH AE1 N T",
    "mustn't": "M AH1 S AH0 N T", "aren't": "AA1 R AH0 N T", "weren't": "W ER1 AH0 N T",
    "you're": "Y UH1 R", "they're": "DH EH1 R", "we're": "W IH1 R", "how're": "HH AW1 ER0", "why're": "W AY1 ER0",
    "'em": "AH0 M", "'til": "T IH1 L", "'tis": "T IH1 Z", "'twas": "T W AA1 Z", "'cause": "K AH0 Z",
    "'bout": "B AW1 T", "o'clock": "AH0 K L AA1 K", "ma'am": "M AE1 M", "y'all": "Y AO1 L", "o'er": "AO1 R",
    "e'er": "EH1 R", "ne'er": "N EH1 R", "rock'n'roll": "R AA1 K AH0 N R OW1 L",
  ].mapValues { [StressedPhone](builtIn: $0) }
}
