/// Turns the spoken words of a clause into phones: user lexicon, CMU lexicon, letter-to-sound rules, homographs by
/// their neighbours, contractions, and the sound of "the" before vowels.
///
/// A value type without mutable state: it may be used from any number of threads at once, and gives the same phones on
/// all of them. Calls are serialised while flite is asked. Any input is safe; time and memory are linear in its length.
public struct Pronouncer: Sendable {
  /// The pronunciations that take precedence.
  public let lexicon: UserLexicon

  /// A pronouncer; the first one in a process sets up flite (about two milliseconds).
  public init(lexicon: UserLexicon = UserLexicon()) { self.lexicon = lexicon }

  /// A word to pronounce.
  public struct Word: Hashable, Sendable {
    /// How the text is to be read.
    public enum Reading: Hashable, Sendable {
      /// As a word.
      case word
      /// As the names of its letters: `Word("a", reading: .letters)` is EY1, the article "a" is AH0.
      case letters
      /// As these phones, whatever the text.
      case phones([StressedPhone])
    }

    public let text: String
    public let reading: Reading

    /// - Parameters:
    ///   - text: Spoken form: letters and apostrophes; other characters are dropped.
    ///   - reading: How to read it. Without it, a single letter followed by a full stop ("a.") is read by its name,
    ///     and everything else as a word.
    public init(_ text: String, reading: Reading? = nil) {
      self.text = text
      self.reading = reading ?? (Self.isInitial(text) ? .letters : .word)
    }

    private static func isInitial(_ text: String) -> Bool {
      guard text.utf8.count == 2, let letter = text.lowercased().utf8.first else { return false }
      return text.hasSuffix(".") && LetterNames.phones(of: letter) != nil
    }
  }

  /// The phones of each word of one clause or sentence.
  ///
  /// - Parameter words: The words in order; neighbours decide between homographs.
  /// - Returns: One list per word, in order; empty for a word without letters a–z. Every vowel has a stress.
  public func pronounce(_ words: [Word]) -> [[StressedPhone]] {
    // Blocks bound flite's memory; a clause is far shorter, so that no homograph loses its neighbours.
    var result: [[StressedPhone]] = []
    result.reserveCapacity(words.count)
    for start in stride(from: 0, to: words.count, by: Self.blockLength) {
      result += pronounceBlock(words[start..<min(start + Self.blockLength, words.count)])
    }
    applyPostLexicalRules(to: &result, words: words)
    return result
  }

  /// The phones of each word of one clause or sentence; "a." is the letter, "a" the article.
  public func pronounce(_ words: [String]) -> [[StressedPhone]] { pronounce(words.map { Word($0) }) }

  private static let blockLength = 512

  private func pronounceBlock(_ words: ArraySlice<Word>) -> [[StressedPhone]] {
    let spellings = words.map { Spelling.of($0.text) }
    // Clitics would hide the word from flite's tagger.
    let stems = spellings.map { spelling in
      Spelling.lettersOnly(Contractions.split(spelling)?.stem ?? spelling, limit: FliteLexicon.longestWord)
    }
    return FliteLexicon.withLock { flite in
      let tags = flite.partsOfSpeech(of: stems[...])
      return zip(words, spellings).enumerated().map { index, pair in
        let (word, spelling) = pair
        switch word.reading {
        case .phones(let phones): return phones
        case .letters: return LetterNames.spelling(of: spelling)
        case .word: break
        }
        if let phones = lexicon[word.text] ?? lexicon[spelling] { return phones }
        let context = WordContext(of: index, in: spellings, tag: tags[index])
        return phones(of: spelling, context, flite)
      }
    }
  }

  private func phones(
    of spelling: String, _ context: WordContext, _ flite: borrowing FliteLexicon, endings: Int = 2
  ) -> [StressedPhone] {
    if let phones = Contractions.irregular[spelling] { return phones }
    // No word has more endings than "couldn't've", and deeper recursion would let a long text exhaust the stack.
    if endings > 0, let (stem, ending) = Contractions.split(spelling) {
      // "the letter a's name": the article has no possessive.
      if stem.utf8.count == 1 { return ending.append(to: LetterNames.spelling(of: stem)) }
      return ending.append(to: lexicon[stem] ?? phones(of: stem, context, flite, endings: endings - 1))
    }
    let letters = Spelling.lettersOnly(spelling)
    guard !letters.isEmpty else { return [] }
    if let phones = WordCorrections.phones(of: letters)
      ?? Homographs.phones(of: letters, in: context)
    {
      return phones
    }
    var result: [StressedPhone] = []
    for piece in Spelling.pieces(of: letters, length: FliteLexicon.longestWord) {
      let phones = flite.phones(of: piece, as: context.partOfSpeech)
      // What has no vowel cannot be spoken as a word.
      result += phones.contains { $0.phone.isVowel } ? withStress(phones) : LetterNames.spelling(of: piece)
    }
    return result
  }

  /// A word of several syllables has a stressed one; the letter-to-sound rules sometimes find none.
  private func withStress(_ phones: [StressedPhone]) -> [StressedPhone] {
    let vowels = phones.indices.filter { phones[$0].phone.isVowel }
    guard vowels.count > 1, vowels.allSatisfy({ phones[$0].stress == .unstressed }) else { return phones }
    var phones = phones
    let stressed = vowels.first { phones[$0].phone != .ah } ?? vowels[0]
    phones[stressed] = StressedPhone(phones[stressed].phone, .primary)
    return phones
  }

  /// Changes sounds across word borders: "the apple" is DH IY0 and "to apply" T UW0, before consonants both have AH0.
  private func applyPostLexicalRules(to pronunciations: inout [[StressedPhone]], words: [Word]) {
    var nextBegins: Phone?
    for index in words.indices.reversed() {
      if nextBegins?.isVowel == true, words[index].reading == .word,
        let (weak, strong) = Self.beforeVowels[words[index].text.lowercased()], pronunciations[index] == weak
      {
        pronunciations[index] = strong
      }
      nextBegins = pronunciations[index].first?.phone ?? nextBegins
    }
  }

  private static let beforeVowels: [String: (weak: [StressedPhone], strong: [StressedPhone])] = [
    "the": ([StressedPhone](builtIn: "DH AH0"), [StressedPhone](builtIn: "DH IY0")),
    "to": ([StressedPhone](builtIn: "T AH0"), [StressedPhone](builtIn: "T UW0")),
  ]
}
