import Testing
import TextFrontEnd

@Suite struct SSMLTests {
  private func normalize(_ text: String) throws -> NormalizedText { try TextNormalizer().normalize(ssml: text) }

  private func error(_ text: String) -> SSMLError? {
    do throws(SSMLError) {
      _ = try TextNormalizer().normalize(ssml: text)
      return nil
    } catch { return error }
  }

  @Test func breaksBecomeSilences() throws {
    let result = try normalize("<speak>One <break time=\"500ms\"/> two.<break time='1.5s'/> Three<break/></speak>")
    #expect(result.text == "one two.\nthree.")
    #expect(result.sentences.flatMap(\.clauses).map(\.silence) == [0.5, 1.5, 0.5])
    #expect(try normalize("<break strength=\"x-strong\"/>Go").sentences.flatMap(\.clauses).map(\.silence) == [1, nil])
    #expect(try normalize("<break time=\"1s\"/>").sentences.flatMap(\.clauses).map(\.words.count) == [0])
  }

  @Test func ratesMultiplyAndEnd() throws {
    let text = """
      <speak>a <prosody rate="slow">b <prosody rate="80%">c</prosody> d</prosody> e
      <prosody rate="1.2">f</prosody> <prosody rate="+50%">g</prosody></speak>
      """
    let rates = try normalize(text).sentences.flatMap(\.clauses).flatMap(\.words).map(\.rate)
    #expect(rates.count == 7)
    for (rate, expected) in zip(rates, [1, 0.75, 0.6, 0.75, 1, 1.2, 1.5]) { #expect(abs(rate - expected) < 1e-12) }
  }

  @Test func phonemesReplaceTheirWord() throws {
    let result = try normalize("Say <phoneme alphabet=\"x-arpabet\" ph=\"HH AH0 L OW1\">Hello!</phoneme> now.")
    #expect(result.text == "say [[HH AH0 L OW1]] now.")
    #expect(result.sentences.first?.clauses.first?.words[1].text == "hello")
    let ipa = try normalize("Say <phoneme alphabet=\"ipa\" ph=\"x\">hello</phoneme> now.")
    #expect(ipa.text == "say hello now.")
    #expect(ipa.warnings.count == 1)
  }

  @Test func aliasesReplaceTheirContent() throws {
    #expect(try normalize("<sub alias=\"World Wide Web\">W3C <s>x</s></sub> rules").text == "world wide web rules.")
  }

  @Test func paragraphsAndSentencesEndSentences() throws {
    let result = try normalize("<speak><p><s>one</s><s>Dr.</s> Smith</p>\n\n<p>two\n\nlines</p></speak>")
    #expect(result.text == "one.\ndoctor.\nsmith.\ntwo lines.")
    #expect(result.sentences.map { $0.clauses.last?.pause } == [.sentence, .sentence, .paragraph, .paragraph])
  }

  @Test func entitiesAndLiteralsAreText() throws {
    #expect(
      try normalize("Salt &amp; pepper, 3 &lt; 5, &#65;&#x42;").text == "salt and pepper, three less than five, A B.")
    #expect(try normalize("<?xml version=\"1.0\"?><!-- no --><![CDATA[x < b]]>").text == "X less than B.")
  }

  @Test func unknownTagsAreReadWithAWarning() throws {
    let result = try normalize("<speak><voice name=\"x\">Hi <prosody pitch=\"high\">you</prosody></voice></speak>")
    #expect(result.text == "hi you.")
    #expect(result.warnings == ["<voice> is ignored", "the attribute pitch of <prosody> is ignored"])
  }

  @Test func errorsNameThePlaceAndTheProblem() throws {
    let cases: [(String, Int, Int, SSMLProblem)] = [
      ("a\n < b", 2, 2, .bareLessThan),
      ("x <break", 1, 3, .unfinishedTag),
      ("x <break time=5/>", 1, 3, .badAttribute(tag: "break")),
      ("a & b", 1, 3, .unknownEntity(" b")),
      ("<s>a</p>", 1, 5, .unexpectedEnd(tag: "p", open: "s")),
      ("a</p>", 1, 2, .unexpectedEnd(tag: "p", open: nil)),
      ("<s>\n<p>x</p>", 1, 1, .notClosed(tag: "s")),
      ("<phoneme>x</phoneme>", 1, 1, .missingAttribute(tag: "phoneme", attribute: "ph")),
      ("<sub>x</sub>", 1, 1, .missingAttribute(tag: "sub", attribute: "alias")),
    ]
    for (text, line, column, problem) in cases {
      #expect(error(text) == SSMLError(line: line, column: column, problem: problem), "\(text)")
    }
    for text in [
      "<break time=\"-1s\"/>", "<break time=\"5\"/>", "<break strength=\"loud\"/>", "<break time=\"nans\"/>",
    ] {
      #expect(error(text)?.description.contains("expected") == true, "\(text)")
    }
    for rate in ["quick", "0", "-100%", "9999%", "nan", "inf", ""] {
      #expect(error("<prosody rate=\"\(rate)\">x</prosody>") != nil, "\(rate)")
    }
    #expect(error("<phoneme ph=\" \">x</phoneme>")?.description.contains("ARPAbet") == true)
  }

  /// A document of every kind of markup, several screens long.
  private static let long = (0..<40).map { number in
    """
    <!-- part \(number) --><p>Part <prosody rate="80%">number \(number) &amp; more</prosody>.<break time="200ms"/> Dr. Who's
    <phoneme ph="HH AH0 L OW1">hello</phoneme>, <sub alias="World Wide Web">W3C</sub>: <![CDATA[x < 5]]> 你 &#65;.</p>
    """
  }.joined(separator: "\n")

  @Test(arguments: [1, 2, 3, 7, 50, 4096])
  func piecesOfAnyLengthGiveTheSentencesOfTheWholeText(length: Int) throws {
    let text = "<speak>" + Self.long + "</speak>"
    let whole = try normalize(text)
    #expect(whole.sentences.count > 40 && whole.warnings.count == 1)
    let scalars = Array(text.unicodeScalars)
    var reader = SSMLSentenceReader(
      stride(from: 0, to: scalars.count, by: length).lazy.map {
        String(String.UnicodeScalarView(scalars[$0..<min($0 + length, scalars.count)]))
      })
    var sentences: [Sentence] = []
    while let sentence = try reader.next() { sentences.append(sentence) }
    #expect(sentences == whole.sentences && reader.warnings == whole.warnings)
  }

  @Test func aSentenceIsGivenBeforeTheTextHasEnded() throws {
    var taken = 0
    let endless = sequence(state: 0) { (_: inout Int) -> String? in
      taken += 1
      return taken == 1
        ? "<speak>" : "<p>This is one of <prosody rate=\"fast\">endlessly many</prosody> sentences.</p> "
    }
    var reader = SSMLSentenceReader(endless)
    for _ in 0..<10 { #expect(try reader.next()?.description == "this is one of endlessly many sentences.") }
    #expect(taken < 20)
  }

  @Test func whatComesBeforeAMistakeIsGiven() throws {
    let good = String(repeating: "<s>This is right.</s>\n", count: 30)
    var reader = SSMLSentenceReader(CollectionOfOne(good + "<s>wrong</p>"))
    var count = 0
    let error = #expect(throws: SSMLError.self) { while try reader.next() != nil { count += 1 } }
    #expect(error == SSMLError(line: 31, column: 9, problem: .unexpectedEnd(tag: "p", open: "s")))
    #expect(count >= 25)
  }

  @Test(arguments: ["never closed ", "&amp;&#65;"])
  func aTagWithoutAnEndIsRefusedBeforeItFillsTheMemory(piece: String) {
    var taken = 0
    let endless = sequence(state: 0) { (_: inout Int) -> String? in
      taken += 1
      return taken == 1 ? "<p>Hi.\n<sub alias='" : piece
    }
    var reader = SSMLSentenceReader(endless)
    let error = #expect(throws: SSMLError.self) { while try reader.next() != nil {} }
    #expect(error == SSMLError(line: 2, column: 1, problem: .longTag(limit: 100_000)))
    #expect(taken < 12_000)
  }
}
