import TestSupport
import Testing
import TextFrontEnd

@Suite struct SentenceReaderTests {
  @Test(arguments: [1, 2, 3, 7, 50, 4096])
  func piecesOfAnyLengthGiveTheSentencesOfTheWholeText(length: Int) {
    let text = GoldenLine.all.map(\.input).joined(separator: " ")
    let whole = TextNormalizer().normalize(text)
    let scalars = Array(text.unicodeScalars)
    let pieces = stride(from: 0, to: scalars.count, by: length).lazy.map {
      String(String.UnicodeScalarView(scalars[$0..<min($0 + length, scalars.count)]))
    }
    var reader = SentenceReader(pieces)
    var sentences: [Sentence] = []
    while let sentence = reader.next() { sentences.append(sentence) }
    #expect(sentences == whole.sentences)
    #expect(reader.warnings == whole.warnings)
  }

  @Test func aSentenceIsGivenBeforeTheTextHasEnded() {
    var taken = 0
    let endless = sequence(state: 0) { (_: inout Int) -> String? in
      taken += 1
      return "This is one of endlessly many sentences. "
    }
    var reader = SentenceReader(endless)
    for _ in 0..<10 { #expect(reader.next()?.description == "this is one of endlessly many sentences.") }
    #expect(taken < 40)
  }

  /// Whoever types or pipes a paragraph hears all of it before the next one begins.
  @Test(arguments: [
    "Hello there.\n\n", "Hello there\n \n", "Dr. Hello there...\n\n", "Hello (there).\"\n\n", "Hello [[DH EH1 R]]\n\n",
  ])
  func aParagraphIsGivenWhenItEnds(text: String) throws {
    let pieces = sequence(state: 0) { (count: inout Int) -> String? in
      count += 1
      #expect(count == 1, "more was read")
      return count == 1 ? text : nil
    }
    var reader = SentenceReader(pieces)
    let whole = TextNormalizer().normalize(text + "Another paragraph.").sentences
    for sentence in whole.dropLast() { #expect(reader.next() == sentence) }

    let markup = sequence(state: 0) { (count: inout Int) -> String? in
      count += 1
      #expect(count == 1, "more was read")
      return count == 1 ? "<speak><p><s>Hello there.</s></p>" : nil
    }
    var markupReader = SSMLSentenceReader(markup)
    #expect(try markupReader.next()?.description == "hello there.")
  }

  @Test func nothingLooksPastAParagraph() {
    let endings = ["at 5 p.m.", "by Mr.", "of Abt.", "he said \"no.", "in the U.S.", "no.", "...", "x"]
    let beginnings = ["EST is it.", "the end.", "I go.", "5 are here.", "\"Quoted.\"", "Sales."]
    for ending in endings {
      for beginning in beginnings {
        let both = TextNormalizer().normalize(ending + "\n\n" + beginning).sentences.map(\.description)
        let first = TextNormalizer().normalize(ending + "\n\n").sentences.map(\.description)
        #expect(
          both == first + TextNormalizer().normalize(beginning).sentences.map(\.description), "\(ending) \(beginning)")
      }
    }
  }

  /// What a voice has to keep of a sentence is bounded, whatever it consists of.
  @Test(arguments: ["a", "7", "[[AA B K D EH]] ", "word ", "Mr."]) func sentencesAreBounded(unit: String) {
    let text = String(repeating: unit, count: 30_000 / unit.utf8.count)
    var longest = 0
    for sentence in TextNormalizer().normalize(text).sentences {
      let words = sentence.clauses.flatMap(\.words)
      longest = max(longest, words.reduce(0) { $0 + max($1.text.utf8.count, 3 * ($1.phonemes?.count ?? 0)) })
    }
    // Digits become words of about four letters.
    #expect(longest > 0 && longest < 12_000, "\(longest)")
  }

  /// Nor is what belongs together cut.
  @Test func longListsAreCutBetweenNumbers() {
    let sentences = TextNormalizer().normalize(String(repeating: "159,513 ", count: 800)).sentences
    #expect(sentences.count > 2)
    for sentence in sentences { #expect(sentence.description.hasPrefix("one hundred fifty nine thousand")) }
  }

  @Test func aWordsPhonemesAreBounded() {
    let markup = "<phoneme ph=\"\(String(repeating: "AA1 ", count: 700))\">x</phoneme>"
    let error = #expect(throws: SSMLError.self) { try TextNormalizer().normalize(ssml: markup) }
    #expect(error?.description.contains("at most 400 characters") == true)
  }

  @Test func emptyTextHasNoSentences() {
    for text in ["", " ", "\n\n\n", "...", "😀", "?!", "()"] {
      #expect(TextNormalizer().normalize(text).sentences.isEmpty, "\(text)")
    }
  }

  @Test func blankLinesEndParagraphs() {
    let result = TextNormalizer().normalize("A title\n\nThe first\nparagraph.\n\nThe second, and last.")
    #expect(result.text == "a title.\nthe first paragraph.\nthe second, and last.")
    #expect(result.sentences.map { $0.clauses.last?.pause } == [.paragraph, .paragraph, .sentence])
  }

  @Test func pausesFollowThePunctuation() {
    let result = TextNormalizer().normalize("One, two; three (four) five?")
    #expect(result.sentences.first?.clauses.map(\.pause) == [.comma, .clause, .clause, .clause, .sentence])
    #expect(result.sentences.first?.clauses.map(\.question) == [false, false, false, false, true])
  }

  @Test func longClausesAreCutBeforeJoiningWords() {
    let words = "many words go by here and " + String(repeating: "we still talk on about nothing much and ", count: 12)
    let clauses = TextNormalizer().normalize(words).sentences.flatMap(\.clauses)
    #expect(clauses.count > 2)
    for clause in clauses.dropLast() {
      #expect((15...30).contains(clause.words.count) && clause.pause == .none)
    }
    #expect(clauses.dropFirst().allSatisfy { ["and", "about", "on"].contains($0.words.first?.text ?? "") })
    let hard = TextNormalizer().normalize(String(repeating: "blah ", count: 95)).sentences.flatMap(\.clauses)
    #expect(hard.map(\.words.count) == [30, 30, 30, 5])
  }

  @Test func wordsPointToTheirPlaceInTheText() {
    let text = "On Jan. 5th, é 42 km."
    let scalars = Array(text.unicodeScalars)
    let words = TextNormalizer().normalize(text).sentences.flatMap(\.clauses).flatMap(\.words)
    let sources = words.map { word in String(String.UnicodeScalarView(scalars[word.source ?? 0..<0])) }
    #expect(words.map(\.text) == ["on", "january", "fifth", "e", "forty", "two", "kilometers"])
    #expect(sources == ["On", "Jan. 5th", "Jan. 5th", "é", "42 km", "42 km", "42 km"])
  }

  @Test func unreadableCharactersAreNamedOnce() {
    let warnings = TextNormalizer().normalize("你好 你 ж \u{1} \u{E000}").warnings
    #expect(warnings.count == 5)
    #expect(warnings[0].contains("U+4F60 (CJK UNIFIED IDEOGRAPH-4F60)"))
    #expect(warnings[2].contains("U+0436 (CYRILLIC SMALL LETTER ZHE)"))
    #expect(warnings[3].contains("U+0001 (START OF HEADING)") || warnings[3].contains("U+0001 (a control character)"))
    let many = (0x4E00..<0x4F00).compactMap { Unicode.Scalar($0).map(String.init) }.joined()
    #expect(TextNormalizer().normalize(many).warnings.count == 21)
    #expect(TextNormalizer().normalize("😀 é ½ “x” – π\u{200D}").warnings.isEmpty)
  }

  @Test func inlinePhonemesStayWithTheirPlace() {
    let words = TextNormalizer().normalize("Say [[HH AH0 L OW1]] [not] [[this-one]] [[A").sentences.flatMap(\.clauses)
      .flatMap(
        \.words)
    #expect(words.map(\.phonemes) == [nil, ["HH", "AH0", "L", "OW1"], nil, nil, nil, nil])
    #expect(words.map(\.text) == ["say", "", "not", "this", "one", "a"])
    #expect(words[1].source == 4..<20)
  }

  @Test func phonemesThatAreNotClosedAreReadWithAWarning() {
    let result = TextNormalizer().normalize("Say [[HH AH0 L here. And [[W AO1 R] now, [[this]. A [[B of C.")
    #expect(result.text == "say [[HH AH0 L]] here.\nand [[W AO1 R]] now, this.\na, B of C.")
    #expect(result.warnings.count == 2)
    #expect(result.warnings.first == "\"[[HH AH0 L\" is not closed by \"]]\": the phonemes end there")
    let many = String(repeating: "[[HH AH0 L ow. ", count: 1000)
    #expect(TextNormalizer().normalize(many).warnings.count == 6)
  }
}
