import TextFrontEnd

/// Spoken clauses as a voice's tokens: silence, then phones with stress and word borders, and a pause token for the
/// punctuation behind every clause.
public struct PhonemeSequence: Sendable {
  /// A word and where its phones are.
  public struct Word: Sendable, Hashable {
    public var text: String
    public var tokens: Range<Int>
  }

  /// A clause and where its tokens are: those of its words, and the pause token behind them.
  public struct Span: Sendable, Hashable {
    public var tokens: Range<Int>
    /// Seconds that markup asks for behind it.
    public var silence: Double?
    /// Speed, above 1 faster.
    public var rate: Double
  }

  /// The first one is silence.
  public private(set) var tokens: [PhonemeToken] = []
  public private(set) var words: [Word] = []
  public private(set) var clauses: [Span] = []

  /// What a voice that is trained by Saltus has tokens for: the phones, silence first, and three pauses.
  public static let symbols = Phone.allCases.map(\.name) + [",", ".", "?"]

  /// - Parameter phones: the voice's symbols.
  /// - Throws: `SpeechError.unknownPhone` for one that the voice does not have.
  public init(_ sentences: [Sentence], pronouncer: Pronouncer, phones: [String]) throws(SpeechError) {
    var numbers: [String: Int] = [:]
    for (index, name) in phones.enumerated() { numbers[name] = index }
    func number(_ name: String) throws(SpeechError) -> Int {
      guard let number = numbers[name] else { throw .unknownPhone(name: name) }
      return number
    }
    tokens.append(PhonemeToken(phone: try number(Phone.pause.name)))
    for clause in sentences.flatMap(\.clauses) {
      let start = tokens.count
      for (word, pronunciation) in zip(clause.words, pronouncer.pronounce(clause.words)) where !pronunciation.isEmpty {
        let first = tokens.count
        for (index, phone) in pronunciation.enumerated() {
          tokens.append(
            PhonemeToken(
              phone: try number(phone.phone.name), stress: phone.stress.map { Int($0.rawValue) },
              startsWord: index == 0, endsWord: index == pronunciation.count - 1))
        }
        words.append(Word(text: word.text, tokens: first..<tokens.count))
      }
      // A clause of nothing but a break has no pause of its own.
      if tokens.count > start { tokens.append(PhonemeToken(phone: try number(clause.ending.rawValue))) }
      clauses.append(Span(tokens: start..<tokens.count, silence: clause.silence, rate: clause.rate))
    }
  }

  /// Whether there is anything to say.
  public var isEmpty: Bool { words.isEmpty }
}
