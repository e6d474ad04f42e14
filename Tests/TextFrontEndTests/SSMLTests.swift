import Testing
import TextFrontEnd

struct SSMLTests {
  private func sentences(_ text: String) throws -> [Sentence] {
    var normalizer = TextNormalizer()
    return try normalizer.normalize(ssml: text)
  }

  @Test func breaksAreSilences() throws {
    let clauses = try sentences("<speak>One<break time=\"500ms\"/> two. <break time='1s'/>Three.</speak>").flatMap(
      \.clauses)
    #expect(clauses.map(\.silence) == [0.5, 1, nil])
    #expect(clauses.map { $0.words.map(\.text) } == [["one"], ["two"], ["three"]])
    let first = try sentences("<speak><break strength=\"strong\"/>Hello</speak>")[0].clauses
    #expect(first[0].words.isEmpty && first[0].silence == 0.7 && first[1].words.count == 1)
  }

  @Test func ratesAreNested() throws {
    let clauses = try sentences(
      "<speak>a <prosody rate=\"fast\">b <prosody rate=\"80%\">c</prosody> d</prosody> e</speak>"
    ).flatMap(\.clauses)
    #expect(clauses.map(\.rate) == [1, 1.25, 1, 1.25, 1])
  }

  @Test func phonemesAndAliasesReplaceTheirContent() throws {
    let text = try sentences(
      "<speak>I say <phoneme alphabet=\"x-arpabet\" ph=\"T AH0 M AA1 T OW0\">tomato</phoneme>, <sub alias=\"World Wide Web\">WWW</sub> &amp; more.</speak>"
    )
    #expect(text.map(\.description) == ["i say [[T AH0 M AA1 T OW0]], world wide web and more."])
  }

  @Test func unknownElementsAreReadThrough() throws {
    var normalizer = TextNormalizer()
    let text = try normalizer.normalize(
      ssml: "<?xml version=\"1.0\"?><speak><!-- no --><emphasis>Now</emphasis> <p>then</p></speak>")
    #expect(text.map(\.description) == ["now.", "then."])
    #expect(normalizer.warnings == ["SSML's emphasis is not followed; its content is read"])
  }

  @Test(arguments: [
    ("<speak>a", "line 1, column 1: <speak> is not closed"), ("a</p>", "column 2: </p> closes nothing"),
    ("<p>\n <s>x</p>", "line 2, column 6: </p> stands where </s> is needed"),
    ("a < b", "line 1, column 3"), ("x & y", "write &amp;"), ("<break time=\"5\"/>", "<break> takes"),
    ("<break time=\"500s\"/>", "<break> takes"), ("<prosody rate=\"99\">x</prosody>", "rate is \"99\""),
    ("<phoneme ph=\"QQ\">x</phoneme>", "unknown phone \"QQ\""), ("<phoneme>x</phoneme>", "needs ph"),
    ("<sub>x</sub>", "needs alias"), ("<p a>x</p>", "name=\"value\""), ("&foo;", "&foo; is not known"),
  ])
  func whatIsNotWellFormedIsRefusedByPlace(text: String, words: String) {
    let error = #expect(throws: MarkupError.self) { try sentences(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func deepNestingIsRefused() {
    #expect(throws: MarkupError.self) { try sentences(String(repeating: "<p>", count: 100_000)) }
  }
}
