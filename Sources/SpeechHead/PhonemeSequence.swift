import TextFrontEnd

/// Spoken sentences as a voice's tokens: silence, then phones with stress and word borders, and a token for the pause
/// behind every clause.
public struct PhonemeSequence: Sendable {
  /// A word and where its phones are.
  public struct Word: Sendable, Hashable {
    public var text: String
    public var tokens: Range<Int>
  }

  /// A clause and where its tokens are: those of its words, and the pause behind them.
  public struct Span: Sendable, Hashable {
    public var tokens: Range<Int>
    /// Whether it ends with a pause, where speech may be cut.
    public var hasPause: Bool
    /// Seconds that markup asks for behind it.
    public var silence: Double?
  }

  /// The first one is silence.
  public private(set) var tokens: [PhonemeToken] = []
  /// Speed of every token, above 1 faster.
  public private(set) var rates: [Double] = []
  public private(set) var words: [Word] = []
  public private(set) var clauses: [Span] = []

  /// What a voice that is trained by Saltus has tokens for: the phones, silence first, and three pauses.
  public static let symbols = Phone.allCases.map(\.name) + [",", ".", "?"]

  private let numbers: [String: Int]

  /// - Parameter phones: the voice's symbols.
  /// - Throws: `SpeechError.pronunciation` for inline phonemes that are none, `.unknownPhone` for a phone that the voice
  ///   does not have.
  public init(_ sentences: [Sentence], pronouncer: Pronouncer, phones: [String]) throws(SpeechError) {
    var numbers: [String: Int] = [:]
    for (index, name) in phones.enumerated() { numbers[name] = index }
    self.numbers = numbers
    try append(Phone.pause.name)
    for clause in sentences.flatMap(\.clauses) { try append(clause, pronouncer) }
  }

  /// Whether there is anything to say.
  public var isEmpty: Bool { words.isEmpty }

  private mutating func append(_ clause: Clause, _ pronouncer: Pronouncer) throws(SpeechError) {
    let start = tokens.count
    var spoken: [Pronouncer.Word] = []
    for word in clause.words { spoken.append(try Self.word(word)) }
    for (word, pronunciation) in zip(clause.words, pronouncer.pronounce(spoken)) where !pronunciation.isEmpty {
      let first = tokens.count
      for (index, phone) in pronunciation.enumerated() {
        try append(
          phone.phone.name, stress: phone.stress.map { Int($0.rawValue) }, startsWord: index == 0,
          endsWord: index == pronunciation.count - 1, rate: word.rate)
      }
      words.append(Word(text: word.text, tokens: first..<tokens.count))
    }
    // A clause of nothing but a break has no pause of its own.
    let hasPause = tokens.count > start && clause.pause != .none
    if hasPause {
      let symbol = clause.pause < .sentence ? "," : clause.question ? "?" : "."
      try append(symbol, rate: clause.words.last?.rate ?? 1)
    }
    clauses.append(Span(tokens: start..<tokens.count, hasPause: hasPause, silence: clause.silence))
  }

  private mutating func append(
    _ name: String, stress: Int? = nil, startsWord: Bool = false, endsWord: Bool = false, rate: Double = 1
  ) throws(SpeechError) {
    guard let number = numbers[name] else { throw .unknownPhone(name: name) }
    tokens.append(PhonemeToken(phone: number, stress: stress, startsWord: startsWord, endsWord: endsWord))
    rates.append(rate)
  }

  private static func word(_ word: SpokenWord) throws(SpeechError) -> Pronouncer.Word {
    guard let symbols = word.phonemes else {
      // Longer than a letter is a letter with an ending, which the pronouncer knows by itself: "o's".
      return Pronouncer.Word(word.text, reading: word.isLetter && word.text.utf8.count == 1 ? .letters : .word)
    }
    do {
      return Pronouncer.Word(
        word.text, reading: .phones(try [StressedPhone](arpabet: symbols.joined(separator: " "))))
    } catch {
      throw .pronunciation(error)
    }
  }
}

extension PhonemeSequence: CustomStringConvertible {
  /// ARPAbet with stress; words are parted by bars, pauses stand as punctuation.
  public var description: String {
    clauses.map { clause in
      let inside = words.filter { clause.tokens.contains($0.tokens.lowerBound) }
      let spoken = inside.map { $0.tokens.map(symbol).joined(separator: " ") }.joined(separator: " | ")
      return clause.hasPause ? "\(spoken) \(symbol(clause.tokens.upperBound - 1))" : spoken
    }.joined(separator: " ")
  }

  private func symbol(_ token: Int) -> String {
    let name = numbers.first { $0.value == tokens[token].phone }?.key ?? "?"
    return name + (tokens[token].stress.map { "\($0)" } ?? "")
  }
}
