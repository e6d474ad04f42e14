import Foundation
import TestSupport
import Testing

/// `saltus speak --timings FILE.srt` with the bundled voice.
struct SubtitleTests {
  private struct Cue {
    var start: Double
    var end: Double
    var lines: [String]

    var text: String { lines.joined(separator: " ") }
  }

  private func cues(_ text: String, _ arguments: String...) throws -> [Cue] {
    try withTemporaryFolder { folder in
      let (wav, srt) = (folder.appending(path: "x.wav").path, folder.appending(path: "x.srt").path)
      let result = try SaltusCommand.run(
        ["speak", text, "-o", wav, "--timings", srt, "--threads", "1"] + arguments)
      try #require(result.code == 0, "\(result.errors)")
      let file = try String(contentsOfFile: srt, encoding: .utf8)
      var cues: [Cue] = []
      for (number, block) in file.components(separatedBy: "\n\n").enumerated() {
        let lines = block.split(separator: "\n").map(String.init)
        try #require(lines.count > 2 && lines[0] == "\(number + 1)", "\(block)")
        let times = try lines[1].components(separatedBy: " --> ").map { try seconds($0) }
        try #require(times.count == 2, "\(block)")
        cues.append(Cue(start: times[0], end: times[1], lines: Array(lines[2...])))
      }
      return cues
    }
  }

  private func seconds(_ time: String) throws -> Double {
    let parts = time.split { $0 == ":" || $0 == "," }.compactMap { Int($0) }
    try #require(parts.count == 4, "\(time)")
    return Double(((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + parts[3]) / 1000
  }

  private func expectReadable(_ cues: [Cue]) {
    for cue in cues {
      #expect(cue.end > cue.start && cue.end - cue.start < 7.01, "\(cue)")
      #expect(cue.lines.count <= 2 && cue.lines.allSatisfy { $0.count <= 42 }, "\(cue)")
    }
    for (cue, next) in zip(cues, cues.dropFirst()) { #expect(cue.end <= next.start, "\(cue), \(next)") }
  }

  @Test(arguments: [
    "Dr. Smith paid $3.50.", "\"Stop!\" he said.", "It’s 50 % – really – “fine”, isn’t it?",
    "  The word [[S AE1 L]], e.g.,\nhere.",
  ])
  func aSentenceIsShownAsItIsWritten(text: String) throws {
    let cues = try cues(text)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(cues.map(\.text).joined(separator: " ") == words)
    expectReadable(cues)
  }

  @Test func longSentencesAreCutBetweenWordsAndAtPauses() throws {
    let text = """
      When the old man came home from the sea that evening, he sat down by the fire, took off his boots, and told the \
      children a story about a whale that had followed his little boat for three days and three nights. No comma stands \
      in this one which goes on and on about nothing in particular until even the most patient reader of subtitles has \
      had enough of it and looks for the end of it elsewhere. It ends on Jan. 5th.
      """
    let cues = try cues(text)
    #expect(cues.map(\.text).joined(separator: " ") == text)
    #expect(cues.count > 5 && cues[0].text.hasSuffix(",") && cues.last?.text == "It ends on Jan. 5th.")
    // A sentence begins with a cue.
    #expect(cues.contains { $0.text.hasPrefix("No comma") })
    expectReadable(cues)
  }

  @Test func markupIsNotShownAndASilenceEndsACue() throws {
    let text = """
      <speak><!-- > --><s>One &amp; only <break time="2s"/> <sub alias="world wide web">WWW</sub>,
      <phoneme ph="W EH1 B">web</phoneme>.</s><s>Yes.</s></speak>
      """
    let cues = try cues(text, "--ssml")
    #expect(cues.map(\.text) == ["One & only", "WWW, web.", "Yes."])
    expectReadable(cues)
    try #require(cues.count == 3)
    #expect(cues[1].start - cues[0].end > 1)
  }

  /// The file has the words as they are spoken.
  @Test func otherTimingsAreOfSpokenWords() throws {
    try withTemporaryFolder { folder in
      let (wav, json) = (folder.appending(path: "x.wav").path, folder.appending(path: "x.json").path)
      let result = try SaltusCommand.run(
        ["speak", "Dr. Smith paid $3.", "-o", wav, "--timings", json, "--threads", "1"])
      try #require(result.code == 0, "\(result.errors)")
      struct Timings: Decodable {
        struct Span: Decodable { var text: String }
        var words: [Span]
        var sentences: [Span]
      }
      let timings = try JSONDecoder().decode(Timings.self, from: Data(contentsOf: URL(filePath: json)))
      #expect(timings.words.map(\.text) == ["doctor", "smith", "paid", "three", "dollars"])
      #expect(timings.sentences.map(\.text) == ["doctor smith paid three dollars."])
    }
  }
}
