import Testing
import TextFrontEnd

/// Every word has letters a–z and apostrophes only, every clause is short enough, every sentence has a clause.
private func expectWellFormed(_ result: NormalizedText, _ input: String) {
  for clause in result.sentences.flatMap(\.clauses) {
    #expect(clause.words.count <= ClauseLength.limit)
    #expect(!clause.words.isEmpty || clause.silence != nil)
    for word in clause.words {
      let isPlain = word.text.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || $0 == "'" }
      #expect(
        isPlain && (!word.text.isEmpty || word.phonemes != nil), "\(word) of \(input.prefix(200).debugDescription)")
    }
  }
  #expect(result.sentences.allSatisfy { !$0.clauses.isEmpty })
  #expect(result.warnings.count <= 45)
}

@Suite struct TextNormalizerFuzzTests {
  /// Pieces that rules look for, to meet each other in orders that nobody writes.
  private static let pieces = [
    "1", "12", "1984", "007", ".", ",", "-", "–", "—", "/", ":", "$", "€", "%", "°", "C", "'", "\"", "(", ")", " ", " ",
    " ",
    "  ", "\n", "\n\n", "Dr", "St", "Mr.", "U.S.", "e.g.", "a.m.", "pm", "Jan", "January", "Mon", "km", "km/h", "m²",
    "½", "VIII", "Henry", "Chapter", "www", "com", "@", "#", "http://", "&", "+", "=", "*", "^", "~", "_", "<", ">",
    "[[",
    "]]", "HH AH0", "[", "]", "…", "...", "!", "?", "😀", "é", "ß", "你", "ж", "\u{0}", "\u{7F}", "\u{200D}", "\u{FEFF}",
    "\u{301}", "iPhone", "NASA", "mp3", "H2O", "the", "a", "A", "I", "i", "x", "and", "million", "bn", "st", "th", "s",
    "'s", "III", "π", "×", "µ", "№", "ﬁ", "\u{10FFFF}", "\u{E000}", "v2", "o'clock", "w/", "US", "-5", "N.", "NW",
    "Main", "1h", "20m", "Ω", "e-3", "§", "noon", "USD", "Rs.", "Vol.", "iv", "p",
    "i7", "911", "call", "hours", "Ill.", "Cor.", "x", "D", "be", "#", "1066", "./", "st.", "000", "(ii)", "no.", "K",
    "in.",
  ]

  @Test(arguments: 0..<40)
  func randomPiecesAreReadWithoutACrash(seed: Int) {
    var generator = SeededGenerator(state: UInt64(seed))
    for _ in 0..<150 {
      let count = Int.random(in: 0..<40, using: &generator)
      let text = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
      expectWellFormed(TextNormalizer().normalize(text), text)
    }
  }

  @Test(arguments: 0..<10)
  func randomUnicodeIsReadWithoutACrash(seed: Int) {
    var generator = SeededGenerator(state: UInt64(1000 + seed))
    var text = String.UnicodeScalarView()
    for _ in 0..<20_000 {
      let limit: UInt32 = Bool.random(using: &generator) ? 0x300 : 0x11_0000
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) { text.append(scalar) }
    }
    expectWellFormed(TextNormalizer().normalize(String(text)), String(text))
  }

  @Test func everyCharacterByItselfIsReadWithoutACrash() {
    let normalizer = TextNormalizer()
    for value in UInt32(0)..<0x3000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = "a\(scalar)1"
      expectWellFormed(normalizer.normalize(text), text)
    }
  }

  @Test(arguments: 0..<20)
  func randomMarkupIsReadOrRefusedWithoutACrash(seed: Int) {
    let pieces = [
      "<speak>", "</speak>", "<s>", "</s>", "<p>", "</p>", "<break/>", "<break time=\"500ms\"/>", "<break time=\"x\"/>",
      "<prosody rate=\"slow\">", "</prosody>", "<phoneme ph=\"HH\">", "</phoneme>", "<sub alias=\"one 2\">", "</sub>",
      "<voice>", "</voice>", "<!--", "-->", "<![CDATA[", "]]>", "&amp;", "&", "&#65;", "<", ">", "word ", "1984. ", "é",
    ]
    var generator = SeededGenerator(state: UInt64(2000 + seed))
    for _ in 0..<300 {
      let count = Int.random(in: 0..<16, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      do throws(SSMLError) {
        expectWellFormed(try TextNormalizer().normalize(ssml: text), text)
      } catch {
        #expect(error.line == 1 && error.column >= 1 && error.column <= text.unicodeScalars.count + 1)
      }
    }
  }

  /// These would take hours if anything were quadratic.
  @Test(arguments: [
    "a", "1", ".", "!", " ", "\n", "(", "[", "[[", "\"", "'", "$", "-", "…", "@", "/", "#", "A.", "1.", "1,", "1-",
    "a.", "é",
    "你", "I ", "Dr. ", "a@", "\u{0}", "\u{301}", "😀", "e.g. ", "http://", "1/", "1:", "-1", "A1", "[[A ", "1\" ",
    "Jan. ",
    "a'", "X", "www.", "$1-", "^2", "<", "+1 ", "1h ", "1h", "5' ", "5'", "1\"", "1 000 ", "1.000", "1,00,", "1x",
    "1x1", "x1", "Q1-", "A1-B", "N. ", "5 N. ",
    "12 N. Main ", "UTC-1", "1e", "1e-", "1e-3 ", "[[HH AH0 ", "[[HH AH0] ", "#", "# ", "> ", ":D ", "<3 ", "§", "Ω",
    "kΩ",
    "$1bn-", "Rs. ", "USD 1 ", "(0", "(020) 1", "212 ", "911 ", "call ", "i-", "pp. i-", "5! ", "./", "../", ".N",
    "Ill., ",
    "1-Jan-", "Mon 5 ", "1 Cor. ", "°'", "1°1'", "!",
  ])
  func longRepetitionsAreReadInLinearTime(piece: String) {
    readToTheEnd(String(repeating: piece, count: 60_000 / piece.utf8.count))
  }

  @Test(arguments: [
    "a", "1", " ", "'", "\u{0}", "\u{301}", "你", "One sentence, on Jan. 5, of many. ",
    "At 123 N. Main St. for 1h 20m, 6'2\" and 1.5e-3. ",
  ])
  func aMegabyteIsRead(piece: String) {
    readToTheEnd(String(repeating: piece, count: 1_000_000 / piece.utf8.count))
  }

  private func readToTheEnd(_ text: String) {
    var reader = SentenceReader(CollectionOfOne(text))
    var longest = 0
    while let sentence = reader.next() {
      longest = max(longest, sentence.clauses.reduce(0) { $0 + $1.words.count })
      for clause in sentence.clauses where clause.words.count > ClauseLength.limit {
        Issue.record("a clause of \(clause.words.count) words")
      }
    }
    // What is held at once is bounded too: 600 tokens of at most 48 digits.
    #expect(longest <= 600 * 48)
    #expect(reader.warnings.count <= 21)
  }

  @Test func deeplyNestedMarkupIsRead() throws {
    let depth = 100_000
    let text =
      String(repeating: "<prosody rate=\"100%\">", count: depth) + "deep"
      + String(repeating: "</prosody>", count: depth)
    #expect(try TextNormalizer().normalize(ssml: text).text == "deep.")
    #expect(throws: SSMLError.self) { try TextNormalizer().normalize(ssml: String(repeating: "<s>", count: depth)) }
    #expect(throws: SSMLError.self) { try TextNormalizer().normalize(ssml: String(repeating: "<a b='", count: depth)) }
  }
}
