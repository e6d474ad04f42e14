/// What is wrong with a pronunciation that a user wrote.
public enum PronunciationProblem: Error, Hashable, Sendable {
  case unknownSymbol(String)
  case missingStress(String)
  case consonantWithStress(String)
  case pause(String)
  case noPhones
  case unreadableFile(String)
  case invalidUTF8
}

/// A pronunciation that a user wrote, inline or in a lexicon file, cannot be used.
public struct PronunciationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where a pronunciation was written.
  public enum Place: Hashable, Sendable {
    /// Phonemes within the text to speak.
    case text
    /// A lexicon file as a whole.
    case file(path: String)
    /// A line of a lexicon file, counted from 1, and the word it is for.
    case line(path: String, line: Int, word: String)
  }

  public let place: Place
  public let problem: PronunciationProblem

  public init(place: Place, problem: PronunciationProblem) {
    self.place = place
    self.problem = problem
  }

  /// The place, the problem and what to do, on one line.
  public var description: String {
    switch place {
    case .text: "phonemes in the text: \(message)"
    case .file(let path): "\(path): \(message)"
    case .line(let path, let line, let word): "\(path):\(line): \"\(shortened(word))\": \(message)"
    }
  }

  private var message: String {
    switch problem {
    case .unknownSymbol(let symbol):
      "unknown phone \"\(shortened(symbol))\"; the nearest are \(nearestSymbols(to: symbol).joined(separator: ", "))"
    case .missingStress(let vowel):
      "the vowel \"\(vowel)\" has no stress; "
        + "write \(vowel)1 (stressed), \(vowel)2 (secondary) or \(vowel)0 (unstressed)"
    case .consonantWithStress(let symbol):
      "the consonant \"\(shortened(symbol))\" has a stress digit, which only vowels have; "
        + "write \(symbol.prefix { !$0.isNumber })"
    case .pause(let symbol): "\"\(symbol)\" is a pause, which no word contains; use punctuation or a break instead"
    case .noPhones: "there are no phones; write ARPAbet symbols parted by spaces, such as HH AH0 L OW1"
    case .unreadableFile(let reason): "the lexicon cannot be read: \(reason)"
    case .invalidUTF8: "the lexicon is not UTF-8 text; convert it, for example with iconv"
    }
  }
}

/// At most 40 characters, so that a file that is no lexicon does not flood the terminal.
private func shortened(_ text: String) -> String {
  let start = text.prefix(40)
  return start.endIndex == text.endIndex ? text : start + "…"
}

/// The symbols at the least edit distance from a text, at most six, those with its first letter first.
func nearestSymbols(to text: String) -> [String] {
  // No symbol has more than three letters: what follows the eighth cannot change the ranking.
  let wanted = Array(text.uppercased().unicodeScalars.prefix(8))
  let ranked = StressedPhone.symbols.map { symbol in
    let letters = Array(symbol.unicodeScalars)
    return (symbol: symbol, rank: 2 * editDistance(wanted, letters) + (letters.first == wanted.first ? 0 : 1))
  }
  let best = ranked.map(\.rank).min() ?? 0
  return ranked.filter { $0.rank == best }.prefix(6).map(\.symbol)
}

/// The least number of insertions, deletions and substitutions that turn one word into another (Levenshtein).
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
  var row = Array(0...b.count)
  for (i, letter) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in b.enumerated() {
      let substituted = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
