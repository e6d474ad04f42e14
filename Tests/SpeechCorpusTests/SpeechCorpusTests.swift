import AudioFile
import Foundation
import SpeechCorpus
import TestSupport
import Testing

struct SpeechCorpusTests {
  /// A folder with a list and recordings of so many seconds, noise-like and of speech's loudness.
  private func corpus(
    _ list: String, _ recordings: [(name: String, seconds: Double)], _ body: (String) throws -> Void
  ) throws {
    try withTemporaryPath { folder in
      try Data(list.utf8).write(to: URL(filePath: folder + "/metadata.csv"))
      try FileManager.default.createDirectory(atPath: folder + "/wavs", withIntermediateDirectories: true)
      for (name, seconds) in recordings {
        let samples = (0..<Int(seconds * 8000)).map { Float(0.1 * sin(Double($0 * $0 % 4001))) }
        try Waveform(samples: samples, sampleRate: 8000).write(to: "\(folder)/\(name)")
      }
      try body(folder)
    }
  }

  @Test func theListIsReadInBothForms() throws {
    let list = "\u{feff}a|Dr. Who, £5|Doctor Who, five pounds\r\n\r\nb|Two words\r\nc|Third|\r\n"
    try corpus(list, [("wavs/a.wav", 0.1), ("b.flac", 0.1), ("wavs/x.wav", 0.1)]) { folder in
      let corpus = try SpeechCorpus(folder)
      #expect(corpus.entries.map(\.text) == ["Doctor Who, five pounds", "Two words", "Third"])
      #expect(corpus.entries.map(\.line) == [1, 3, 4])
      #expect(corpus.recording(of: corpus.entries[0]) == folder + "/wavs/a.wav")
      #expect(corpus.recording(of: corpus.entries[1]) == folder + "/b.flac")
      #expect(corpus.recording(of: corpus.entries[2]) == nil)
      #expect(corpus.unlisted == [folder + "/wavs/x.wav"])
    }
  }

  @Test func theListMayNameTheFiles() throws {
    let list = "a.wav|One\nb.FLAC|Two\nc.wav|Three\nd.wav|Four"
    try corpus(list, [("wavs/a.wav", 0.1), ("b.flac", 0.1), ("wavs/c.wav.wav", 0.1)]) { folder in
      let corpus = try SpeechCorpus(folder)
      #expect(corpus.entries.map(\.id) == ["a", "b", "c.wav", "d"])
      let paths: [String?] = ["\(folder)/wavs/a.wav", "\(folder)/b.flac", "\(folder)/wavs/c.wav.wav", nil]
      #expect(corpus.entries.map { corpus.recording(of: $0) } == paths)
      #expect(corpus.unlisted.isEmpty)
    }
  }

  @Test(arguments: [
    ("a|one\nwhat is this\n", "line 2: \"what is this\" has no \"|\""), ("a|x\nb|y\na|z\n", "line 3: a is there twice"),
    ("a|x\na.wav|y\n", "line 2: a is there twice"), ("../a|x\n", "line 1"), ("\n\n", "lists no sentence"),
  ])
  func badListsAreRefusedByLine(list: String, words: String) throws {
    try corpus(list, []) { folder in
      let error = #expect(throws: CorpusError.self) { _ = try SpeechCorpus(folder) }
      #expect(error?.description.contains(words) == true)
      #expect(error?.description.contains(folder) == true)
    }
  }

  @Test func aFolderWithoutAListIsRefused() throws {
    try withTemporaryPath { folder in
      let error = #expect(throws: CorpusError.self) { _ = try SpeechCorpus(folder) }
      #expect(error?.description.contains("metadata.csv") == true)
    }
  }

  @Test func recordingsAreFoundWithoutAList() throws {
    try withTemporaryPath { folder in
      #expect(!SpeechCorpus.hasRecordings(folder) && !SpeechCorpus.hasRecordings(folder + "/nowhere"))
      try Data().write(to: URL(filePath: folder + "/a.txt"))
      #expect(!SpeechCorpus.hasRecordings(folder))
      try Data().write(to: URL(filePath: folder + "/a.FLAC"))
      #expect(SpeechCorpus.hasRecordings(folder))
    }
    try corpus("a|one", []) { folder in
      #expect(SpeechCorpus.hasRecordings(folder))
    }
  }

  /// Both are silent, which is not heard of the first: its header says enough.
  @Test func whatIsFarTooLongIsNotRead() throws {
    try corpus("session|abcde fghij\nsilent|abcde fghij", []) { folder in
      for (name, seconds) in [("session", 61), ("silent", 59)] {
        try Waveform(samples: [Float](repeating: 0, count: seconds * 8000), sampleRate: 8000)
          .write(to: "\(folder)/wavs/\(name).wav")
      }
      let corpus = try SpeechCorpus(folder)
      let report = CorpusReport(corpus)
      let problems: [CorpusReport.Problem] = [.long(seconds: 61), .silent]
      #expect(report.findings.map(\.problem) == problems)
      #expect(problems[0].description == "61.0 s long; cut it into sentences of 1 to 15 seconds")
      #expect(report.usable(corpus).isEmpty && report.seconds(of: corpus.entries) == 61)
      #expect(report.sampleRates == [8000: 2])
    }
  }

  @Test func everyProblemIsReported() throws {
    // Ten letters each, about a tenth of a second per letter.
    var list = (0..<30).map { "good\($0)|abcde fghij" }
    list += ["missing|abcde fghij", "text|damaged file", "silent|abcde fghij", "loud|abcde fghij", "short|ab"]
    list += ["long|abcde fghij", "empty|123", "wrong|abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"]
    let lengths = (0..<30).map { ("wavs/good\($0).wav", 0.9 + 0.2 * Double($0) / 30) }
    let others = [("wavs/short.wav", 0.1), ("wavs/long.wav", 25.0), ("wavs/empty.wav", 1), ("wavs/wrong.wav", 0.5)]
    try corpus(list.joined(separator: "\n"), lengths + others) { folder in
      try Data("no sound".utf8).write(to: URL(filePath: folder + "/wavs/text.wav"))
      try Waveform(samples: [Float](repeating: 0, count: 8000), sampleRate: 8000).write(to: folder + "/wavs/silent.wav")
      let square = (0..<8000).map { Float($0 / 20 % 2 == 0 ? 1 : -1) }
      try Waveform(samples: square, sampleRate: 8000).write(to: folder + "/wavs/loud.wav")
      let corpus = try SpeechCorpus(folder)
      let report = CorpusReport(corpus)
      let found = Dictionary(grouping: report.findings, by: \.entry.id).mapValues { $0.map(\.problem) }
      #expect(found.keys.sorted() == ["empty", "long", "loud", "missing", "short", "silent", "text", "wrong"])
      #expect(found["missing"] == [.missing(id: "missing")])
      #expect(found["silent"] == [.silent] && found["empty"] == [.emptyText])
      guard case .clipped = found["loud"]?.first, case .short = found["short"]?.first,
        case .long = found["long"]?.first, case .mismatched = found["wrong"]?.first,
        case .unreadable(let words) = found["text"]?.first
      else {
        Issue.record("\(found)")
        return
      }
      #expect(words.contains("text.wav"))
      #expect(found["missing"]?.first?.description == "there is no recording missing.wav or missing.flac")
      #expect(report.usable(corpus).count == 31)
      #expect(report.sampleRates == [8000: 36])
    }
  }

  @Test func preparedRecordingsAreTrimmedAndLoudEnough() throws {
    let speech = (0..<16_000).map { Float(0.02 * sin(Double($0) * 0.3)) }
    let recording = Waveform(
      samples: [Float](repeating: 0, count: 16_000) + speech + [Float](repeating: 0, count: 16_000), sampleRate: 16_000)
    let prepared = RecordingPreparation()(recording)
    #expect(abs(prepared.waveform.duration - 1.2) < 0.03 && abs(prepared.start - 0.9) < 0.02)
    #expect(abs(Loudness.integrated(prepared.waveform)! + 23) < 0.1)
  }

  @Test(.enabled(if: SharedData.has("voices"))) func theRecordedVoicesAreWhole() throws {
    for (name, count) in [("kathleen", 1072), ("ljspeech-part", 360)] {
      let corpus = try SpeechCorpus(SharedData.folder.appending(path: "voices/\(name)").path)
      #expect(corpus.entries.count == count && corpus.unlisted.isEmpty)
      let report = CorpusReport(corpus)
      #expect(report.sampleRates == [22_050: count])
      #expect(report.usable(corpus).count > count * 98 / 100)
    }
  }
}
