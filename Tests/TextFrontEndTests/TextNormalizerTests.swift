import Foundation
import TestSupport
import TextFrontEnd
import Testing

struct TextNormalizerTests {
  private func normalized(_ text: String) throws -> String {
    var normalizer = TextNormalizer()
    return try normalizer.normalize(text).map(\.description).joined(separator: " ")
  }

  /// Lines `text TAB how it is read`, written by hand.
  @Test func everyLineIsReadAsAPersonWould() throws {
    let lines = try String(contentsOf: fixture("text_normalization.tsv"), encoding: .utf8).split(separator: "\n")
      .enumerated().filter { !$0.element.hasPrefix("#") }
    #expect(lines.count >= 300)
    for (index, line) in lines {
      let columns = line.split(separator: "\t")
      try #require(columns.count == 2, "line \(index + 1)")
      let found = try normalized(String(columns[0]))
      #expect(found == columns[1], "line \(index + 1): \(columns[0])")
    }
  }

  /// Whatever comes in, letters a–z and apostrophes come out.
  @Test(arguments: 0..<300) func noTextBreaksIt(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var text = ""
    let pieces = [
      "$", "1", "23", ",", ".", "/", ":", "-", "--", "Jan", "Dr", "St", "a.m", "%", "'", "\"", "(", ")", "[", "]", "IV",
      "A", "s",
      "th", "@", "www", "com", "#", "^", "½", "°", "C", "km", "h", "é", "漢", "🙂", "\u{0}", "\u{7f}", "\u{200d}", " ",
      " ", " ",
      "\n", "\n\n", "…", "’", "+", "=", "vs", "v", "I", "U", "S", "9999999999999999999", "\u{301}", "\u{202e}", "й",
      "&", "<", ">",
    ]
    for _ in 0..<200 {
      if random.next() % 8 == 0 {
        text.unicodeScalars.append(Unicode.Scalar(UInt32(random.next() % 0x3000)) ?? " ")
      } else {
        text += pieces[Int(random.next() % UInt64(pieces.count))]
      }
    }
    var normalizer = TextNormalizer()
    guard let sentences = try? normalizer.normalize(text) else { return }
    for clause in sentences.flatMap(\.clauses) {
      #expect(clause.words.count <= 40)
      for word in clause.words where word.reading == .word || word.reading == .letters {
        #expect(
          !word.text.isEmpty && word.text.utf8.allSatisfy { 97...122 ~= $0 || $0 == 39 }, "\(word.text) of \(text)")
      }
    }
    for sentence in sentences {
      #expect(!sentence.clauses.isEmpty && sentence.clauses.last!.ending.endsSentence)
      #expect(sentence.clauses.dropLast().allSatisfy { !$0.ending.endsSentence })
    }
    #expect(normalizer.warnings.count <= 20)
  }

  @Test(arguments: [
    "a", "7", "a b ", "1,", "((", "[[", "Dr. ", "\u{0}", "漢", "$1.", "a.b.", "'", "a-", "1/", "1:", "555 ", "\n", "1-",
  ])
  func longTextsTakeLinearTime(piece: String) throws {
    let text = String(repeating: piece, count: 200_000 / piece.count)
    var normalizer = TextNormalizer()
    // Quadratic time would be minutes.
    _ = try normalizer.normalize(text)
  }

  @Test func whatCannotBeReadIsNamedOnce() throws {
    var normalizer = TextNormalizer()
    let sentences = try normalizer.normalize("Say 漢 and 漢\u{7} again.")
    #expect(sentences.map(\.description) == ["say and again."])
    #expect(
      normalizer.warnings == [
        "U+6F22 (CJK UNIFIED IDEOGRAPH-6F22) has no English reading and is left out",
        "U+0007 (a control character) has no English reading and is left out",
      ])
  }

  @Test func longClausesAreCutAtJoints() throws {
    var normalizer = TextNormalizer()
    let text = (0..<200).map { $0 % 20 == 19 ? "and" : "word" }.joined(separator: " ") + "."
    let clauses = try normalizer.normalize(text)[0].clauses
    #expect(clauses.allSatisfy { $0.words.count <= 30 })
    #expect(clauses.dropFirst().allSatisfy { $0.words[0].text == "and" })
    #expect(clauses.flatMap(\.words).count == 200)
  }

  @Test func phonemesAreTakenAsTheyAre() throws {
    #expect(try normalized("Say [[HH AH0 L OW1]], please.") == "say [[HH AH0 L OW1]], please.")
    #expect(throws: PronunciationError.self) { try normalized("Say [[HH QQ]].") }
    #expect(try normalized("Say [[this, please") == "say, this, please.")
  }

  @Test func paragraphsEndSentences() throws {
    var normalizer = TextNormalizer()
    let sentences = try normalizer.normalize("A title\n\nThe text goes\non here. End\n- one\n- two\n")
    #expect(sentences.map(\.description) == ["a title.", "the text goes on here.", "end.", "one.", "two."])
    #expect(sentences.map { $0.clauses.last!.endsParagraph } == [true, false, true, true, true])
  }

  /// A stream that comes in any pieces is read as a whole text is.
  @Test(arguments: [1, 7, 1000]) func blocksDoNotDependOnThePiecesOfAStream(size: Int) throws {
    let sentence = "Dr. Smith paid $3.50 at 5 p.m. yesterday, and then he went home again."
    let text = (0..<200).map { $0 % 30 == 29 ? sentence + "\n\n" : sentence + " " }.joined()
    var whole = TextBlocks()
    let expected = whole.append(text) + whole.finish()
    var blocks = TextBlocks()
    var found: [String] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      found += blocks.append(rest.prefix(size))
      rest = rest.dropFirst(size)
    }
    found += blocks.finish()
    #expect(found == expected)
    #expect(found.allSatisfy { $0.unicodeScalars.count <= TextBlocks.longest })
    #expect(found.joined() == text)
    // No sentence is cut.
    for block in found {
      #expect(
        try normalized(block).components(separatedBy: "he went home again.").count - 1
          == block.components(separatedBy: "home again.").count - 1)
    }
  }
}

/// Steele, Lea and Flood 2014.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
