import AudioFile
import Consistency
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TestSupport
import Testing
import TextFrontEnd

/// `saltus search` of a voice's noise levels.
struct VoiceSearchTests {
  private struct Found: Decodable {
    struct Trial: Decodable {
      var middle: [Double]
      var score: Double
    }
    var best: Trial
    var trials: [Trial]
  }

  /// The Fréchet distance of the held-out sentences' frames to their recordings', all at the level of `compare --speech`.
  private func distance(_ voice: TrainedVoice, _ sigmas: [Double], _ corpus: SpeechCorpus, seed: UInt64) throws
    -> Double
  {
    let analysis = try MelAnalysis(voice.description.mel)
    func frames(_ samples: [Float]) throws -> [Float] {
      let level = (samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(samples.count)).squareRoot()
      return try analysis(samples.map { $0 * Float(0.07 / level) })
    }
    var settings = SpeechSynthesizer.Settings()
    settings.method = .sampled(.chain(sigmas: sigmas))
    settings.seed = seed
    settings.sentenceSilence = 0
    let synthesizer = try SpeechSynthesizer(voice, settings: settings)
    var (spoken, recorded) = (FrameStatistics(width: 16), FrameStatistics(width: 16))
    for entry in corpus.entries where SpeechExamples.isHeldOut(entry.text, share: 0.2) {
      var samples: [Float] = []
      for sentence in TextNormalizer().normalize(entry.text).sentences {
        try synthesizer.speak(sentence) { samples += $0.samples }
      }
      spoken.add(try frames(samples))
      var preparation = RecordingPreparation()
      preparation.sampleRate = 16_000
      recorded.add(try frames(preparation(path: corpus.recording(of: entry)!).waveform.samples))
    }
    return spoken.frechetDistance(to: recorded)
  }

  @Test func theBestChainIsTheNearestToTheRecordings() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/me", sentences: sentences, pitch: 110)
      let corpus = try SpeechCorpus(folder.path + "/me")
      let examples = try SpeechExamples([corpus], .tiny, threads: 1)
      let voice = try trainTiny(examples, folder.appending(path: "run"))
      let checkpoint = folder.appending(path: "run/student/last.safetensors").path
      let json = folder.appending(path: "found.json").path
      func search(_ more: String...) throws -> (code: Int32, output: String, errors: String) {
        try SaltusCommand.run(["search", checkpoint, "--threads", "1", "--grid", "2", "--rounds", "1"] + more)
      }
      let result = try search(
        "--data", corpus.path, "--held-out-sentences", "0.2", "--seed", "3", "--steps", "3", "--json", json)
      #expect(result.code == 0, "\(result.errors)")
      let found = try JSONDecoder().decode(Found.self, from: Data(contentsOf: URL(filePath: json)))
      #expect(found.trials.count == 8 && found.trials.filter { $0.middle.count == 1 }.count == 4)
      let full = found.trials.filter { $0.middle.count == 2 }
      #expect(found.best.score == full.map(\.score).max() && found.best.middle[0] > found.best.middle[1])
      // Longer chains go on from the best shorter one.
      let shorter = found.trials.filter { $0.middle.count == 1 }.max { $0.score < $1.score }
      #expect(full.allSatisfy { $0.middle[0] == shorter?.middle[0] })
      let sigmas = [voice.description.sampling.sigmaMax] + found.best.middle
      let truth = try distance(voice, sigmas, corpus, seed: 3)
      #expect(abs(found.best.score + truth) < 1e-4 * truth, "\(found.best.score), not \(-truth)")

      // What is printed makes a voice of it.
      let setting = try #require(result.output.split(separator: "\"").first { $0.hasPrefix("middleSigmas=[[") })
      let bundle = folder.appending(path: "me.safetensors").path
      let bundled = try SaltusCommand.run(["bundle", checkpoint, "-o", bundle, "--set", String(setting)])
      #expect(bundled.code == 0, "\(bundled.errors)")
      let chain = try TrainedVoice(contentsOf: URL(filePath: bundle)).description.sampling.sigmas(steps: 3)
      for (level, expected) in zip(chain, sigmas) { #expect(abs(level / expected - 1) < 0.006) }

      for (options, words) in [([], "give --data DIR"), (["--data", corpus.path, "--episodes", "9"], "for a policy")] {
        let wrong = try SaltusCommand.run(["search", checkpoint] + options)
        #expect(wrong.code == 1 && wrong.errors.contains(words), "\(wrong.errors)")
      }
    }
  }
}
