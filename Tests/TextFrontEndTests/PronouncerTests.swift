import Foundation
import Testing
import TextFrontEnd

@Suite(.serialized) struct PronouncerTests {
  private let pronouncer = Pronouncer()

  @Test func aLetterIsToldFromAWord() {
    #expect(pronouncer.pronounce(["a.", "a", "A."]).map(\.arpabet) == ["EY1", "AH0", "EY1"])
    let letters = "abcdefghijklmnopqrstuvwxyz".map { Pronouncer.Word(String($0), reading: .letters) }
    #expect(pronouncer.pronounce(letters).allSatisfy { !$0.isEmpty })
    #expect(pronouncer.pronounce([Pronouncer.Word("fbi", reading: .letters)])[0].arpabet == "EH1 F B IY1 AY1")
    #expect(pronouncer.pronounce(["w"])[0].arpabet == "D AH1 B AH0 L Y UW0")
    #expect(pronouncer.pronounce(["a's", "b's"]).map(\.arpabet) == ["EY1 Z", "B IY1 Z"])
  }

  @Test func inlinePhonesAreKeptAndSeenByTheirNeighbours() throws {
    let apple = try [StressedPhone](arpabet: "AE1 P AH0 L")
    let words = [Pronouncer.Word("the"), Pronouncer.Word("x", reading: .phones(apple))]
    #expect(pronouncer.pronounce(words).map(\.arpabet) == ["DH IY0", "AE1 P AH0 L"])
  }

  /// Any strings whatever: the count is kept, and every phone is one of the set with a stress exactly on vowels
  /// (which `StressedPhone` itself requires).
  @Test(arguments: 0..<20)
  func theNumberOfWordsIsKeptForAnyStrings(seed: Int) {
    var generator = SeededGenerator(state: UInt64(seed))
    let alphabet: [Character] = Array("aeiourstlnbckqxz''’.-_ 019$%\"\\/éßŁ日本🙂\u{0}\u{301}\n\t\u{202E}ABZ")
    for _ in 0..<50 {
      let words = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        String((0..<Int.random(in: 0...30, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
      }
      let phones = pronouncer.pronounce(words)
      #expect(phones.count == words.count)
      for (word, phones) in zip(words, phones) {
        let hasLetters = word.unicodeScalars.contains { $0.isASCII && $0.properties.isAlphabetic }
        #expect(phones.isEmpty == !hasLetters, "\(word.debugDescription): \(phones.arpabet)")
        #expect(phones.allSatisfy { $0.phone != .pause })
      }
    }
  }

  @Test func wordsThatCannotBeSpokenAreSpelled() {
    #expect(pronouncer.pronounce(["bcd", "gpt"]).map(\.arpabet) == ["B IY1 S IY1 D IY1", "JH IY1 P IY1 T IY1"])
    #expect(pronouncer.pronounce(["", "'", "123", "—", "café"]).map(\.isEmpty) == [true, true, true, true, false])
  }

  @Test func anApostropheIsNoStemOfAnEnding() {
    // The straight and the typographic apostrophe, before every ending.
    for word in ["'’'s", "''s", "'n't", "''d", "’'ll", "'''s's", "'.'m", "'1've", "-'s're"] {
      #expect(!pronouncer.pronounce([word])[0].isEmpty, "\(word)")
    }
    #expect(pronouncer.pronounce(["'’'s", "''ll"]).map(\.arpabet) == ["EH1 S", "EH1 L EH1 L"])
  }

  @Test func aWordOfAMillionLettersIsReadInLinearTime() {
    for unit in ["a", "banana", "x", "'", "'d", "n't", "\u{301}", "é"] {
      let word = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
      let phones = pronouncer.pronounce(["the", word, "end"])
      #expect(phones.count == 3)
      #expect(phones[2].arpabet == "EH1 N D")
    }
  }

  @Test func aClauseOfAHundredThousandWordsIsReadAsManyShortOnes() {
    let words = Array(repeating: ["the", "apple", "and", "the", "pear"], count: 20_000).flatMap { $0 }
    let phones = pronouncer.pronounce(words)
    let once = pronouncer.pronounce(Array(words.prefix(5)))
    #expect(phones.count == words.count)
    #expect(phones.indices.allSatisfy { phones[$0] == once[$0 % 5] })
  }

  @Test func manyThreadsGetTheSamePhones() async {
    let sentences = [
      "they lead the team with a lead pipe", "john's dog wouldn't eat the apple", "zyxtal blorfing quuxes",
      "we record the record in a live show",
    ].map { $0.split(separator: " ").map(String.init) }
    let expected = sentences.map { pronouncer.pronounce($0) }
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<32 {
        group.addTask {
          (0..<100).allSatisfy { round in
            let index = (task + round) % sentences.count
            return Pronouncer().pronounce(sentences[index]) == expected[index]
          }
        }
      }
      for await same in group { #expect(same) }
    }
  }

  @Test func callsDoNotLeak() throws {
    let words = "they couldn't read the supercalifragilistic records of xylqan's apples".split(separator: " ").map(
      String.init)
    func call(_ count: Int) { for _ in 0..<count { _ = pronouncer.pronounce(words) } }
    call(1_000)
    let before = try residentBytes()
    call(10_000)
    // An utterance of ten words that stayed would cost some 10 kB per call, 100 MB in all.
    #expect(try residentBytes() - before < 40_000_000)
  }

  private func residentBytes() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return try #require(Int(fields[1])) * sysconf(Int32(_SC_PAGESIZE))
  }
}
