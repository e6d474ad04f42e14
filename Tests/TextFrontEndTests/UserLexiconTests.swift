import Foundation
import TestSupport
import Testing
import TextFrontEnd

@Suite struct UserLexiconTests {
  private func lexicon(_ text: String) throws -> UserLexicon { try UserLexicon(text: text, path: "words.dict") }

  @Test func aFileInCMUdictStyleIsRead() throws {
    let text = """
      \u{FEFF};;; a comment
      # another

      saltus  S AE1 L T AH0 S\r
      READ\tr iy1 d   # with a comment
      read(2)  R EH1 D
      only(3)  OW1 N
        indented  IH1 N
      it's  IH1 T S
      """
    let words = try lexicon(text)
    #expect(words.count == 5)
    #expect(words["Saltus"]?.arpabet == "S AE1 L T AH0 S")
    #expect(words["read"]?.arpabet == "R IY1 D")
    #expect(words["only"]?.arpabet == "OW1 N")
    #expect(words["INDENTED"]?.arpabet == "IH1 N")
    #expect(words["it\u{2019}s"]?.arpabet == "IH1 T S")
    #expect(words["hello"] == nil)
  }

  @Test func theLastPlainEntryCounts() throws {
    #expect(try lexicon("a EY1\na AH0\na(2) AA1")["a"]?.arpabet == "AH0")
  }

  @Test(arguments: [
    (
      ";;; x\nfine F AY1 N\nsaltus S AE1 L T QQ S",
      "words.dict:3: \"saltus\": unknown phone \"QQ\"; the nearest are "
    ),
    ("saltus S AE L", "words.dict:1: \"saltus\": the vowel \"AE\" has no stress"),
    ("saltus", "words.dict:1: \"saltus\": there are no phones"),
    ("saltus # nothing", "words.dict:1: \"saltus\": there are no phones"),
    ("a EY1\n\n\nx K0", "words.dict:4: \"x\": the consonant \"K0\" has a stress digit"),
  ])
  func aWrongLineIsNamed(text: String, message: String) {
    let error = #expect(throws: PronunciationError.self) { try lexicon(text) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func unreadableFilesAreNamed() throws {
    try withTemporaryPath { folder in
      let missing = folder + "/missing.dict"
      let error = #expect(throws: PronunciationError.self) { try UserLexicon(path: missing) }
      #expect(error?.place == .file(path: missing))
      #expect(error?.description.hasPrefix("\(missing): the lexicon cannot be read: ") == true)

      let binary = folder + "/binary.dict"
      try Data([0x61, 0x20, 0xFF, 0xFE]).write(to: URL(fileURLWithPath: binary))
      #expect(throws: PronunciationError(place: .file(path: binary), problem: .invalidUTF8)) {
        try UserLexicon(path: binary)
      }
      #expect(throws: PronunciationError.self) { try UserLexicon(path: folder) }

      let empty = folder + "/empty.dict"
      try Data().write(to: URL(fileURLWithPath: empty))
      #expect(try UserLexicon(path: empty).count == 0)
    }
  }

  @Test func theUsersWordsTakePrecedence() throws {
    let pronouncer = Pronouncer(
      lexicon: try lexicon("saltus S AE1 L T AH0 S\nread R EH2 D\nunix Y UW1 N IH0 K S\nxy AE1 K S"))
    let phones = pronouncer.pronounce(["Saltus", "saltus's", "to", "read", "the", "xy"]).map(\.arpabet)
    #expect(phones == ["S AE1 L T AH0 S", "S AE1 L T AH0 S IH0 Z", "T AH0", "R EH2 D", "DH IY0", "AE1 K S"])
  }
}
