import AudioFile
import Foundation
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TestSupport
import Testing
import TextFrontEnd

/// `saltus data describe` of recordings counts what training uses.
struct CorpusExaminationTests {
  /// A corpus with sentences that are left out for reasons that its report knows, and for others.
  private func corpus(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let path = folder.path + "/me"
      try writeCorpus(path, sentences: sentences + ["two big cats", "my big old cat", "one hat hats"], pitch: 110)
      // As many letters that no voice reads, phonemes that are none, and phonemes that are some.
      let list = try String(contentsOfFile: path + "/metadata.csv", encoding: .utf8)
        .replacing("two big cats", with: "две биг катс").replacing("my big old cat", with: "my [[QQ1 XX]] catss")
        .replacing("one hat hats", with: "one [[R EH1 D]] hat")
      try Data((list + "gone|not there\nsilent|all is silent\nnone|123\n").utf8)
        .write(to: URL(filePath: path + "/metadata.csv"))
      for id in ["silent", "none"] {
        try Waveform(samples: [Float](repeating: 0, count: 16_000), sampleRate: 16_000)
          .write(to: "\(path)/wavs/\(id).wav")
      }
      try body(path)
    }
  }

  private static var configurations: [VoiceTrainingConfiguration] {
    var many = VoiceTrainingConfiguration.tiny
    // More states than some sentences have frames.
    many.encoder.states = 9
    var none = VoiceTrainingConfiguration.tiny
    none.heldOutSentences = 0
    return [.tiny, many, none]
  }

  @Test(arguments: [0, 1, 2]) func trainingUsesWhatIsDescribed(number: Int) throws {
    let configuration = Self.configurations[number]
    try corpus { path in
      let corpus = try SpeechCorpus(path)
      let examined = try CorpusExamination(corpus, configuration, threads: 1)
      let examples = try SpeechExamples([corpus], configuration, threads: 1)
      #expect(examined.training.map { "me/\($0.id)" } == examples.training.map(\.name))
      #expect(examined.heldOut.map { "me/\($0.id)" } == examples.heldOut.map(\.name))
      let excluded = examined.findings.filter(\.excludes)
      #expect(
        Set(excluded.map { "me/\($0.entry.id): \($0.problem)" })
          == Set(examples.excluded.map { "\($0.name): \($0.reason)" }))
      let lost = Set(excluded.map(\.entry))
      #expect(corpus.entries.count == lost.count + examples.training.count + examples.heldOut.count)
      // These are known before training: the letters, the phonemes, the missing and the silent.
      #expect(
        Set(["s16", "s17", "gone", "silent", "none"]).isSubset(of: lost.map(\.id)) && !lost.map(\.id).contains("s18"))
      #expect((lost.count > 5) == (number == 1))
    }
  }

  private struct Described: Decodable {
    var sentences, usable, heldOut: Int
    var minutes, heldOutMinutes, leftOutMinutes: Double
  }

  @Test func theCommandCountsThemWithTheTrainingsOwnSettings() throws {
    try corpus { path in
      let json = path + "/../described.json"
      let settings = ["mel.sampleRate=16000", "mel.bands=16", "mel.maximumFrequency=8000", "heldOutSentences=0.2"]
      let result = try SaltusCommand.run(
        ["data", "describe", path, "--threads", "1", "--json", json] + settings.flatMap { ["--set", $0] })
      #expect(result.code == 0, "\(result.errors)")
      let described = try JSONDecoder().decode(Described.self, from: Data(contentsOf: URL(filePath: json)))
      let corpus = try SpeechCorpus(path)
      let examples = try SpeechExamples([corpus], .tiny, threads: 1)
      #expect(described.sentences == sentences.count + 6)
      #expect(described.usable == examples.training.count + examples.heldOut.count)
      #expect(described.heldOut == examples.heldOut.count && described.heldOut > 0)
      let parts = [described.minutes, described.heldOutMinutes, described.leftOutMinutes]
      let minutes = CorpusReport(corpus).seconds(of: corpus.entries) / 60
      #expect(parts.allSatisfy { $0 > 0 } && abs(parts.reduce(0, +) - minutes) < 1e-9)
      #expect(result.output.contains("problem     s17 (line 18): "))
      #expect(result.output.contains("there is no recording gone.wav or gone.flac: left out"))
      let other = try SaltusCommand.run(["data", "describe", path + "/..", "--set", "mel.bands=16"])
      #expect(other.code == 1 && other.errors.contains("are for recordings"), "\(other.errors)")
    }
  }

  @Test func whatCannotBeTrainedOnEndsWithAnError() throws {
    try corpus { path in
      let unlisted = try SaltusCommand.run(["data", "describe", path + "/wavs"])
      #expect(unlisted.code == 1 && unlisted.errors.contains("there is no metadata.csv"), "\(unlisted.errors)")
      try Data("gone|not there\nsilent|all is silent\n".utf8).write(to: URL(filePath: path + "/metadata.csv"))
      let result = try SaltusCommand.run(["data", "describe", path, "--threads", "1"])
      #expect(result.code == 1, "\(result.errors)")
      #expect(result.output.contains("sentences   2, of which 0 are trained on and 0 held out"))
      #expect(result.output.contains("problem     no sentence can be trained on"))
      #expect(result.output.contains("problem     silent (line 2): the recording is silent: left out"))
    }
  }
}
