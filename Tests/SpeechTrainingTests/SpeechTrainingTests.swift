import Consistency
import Foundation
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TestSupport
import Testing
import Training

struct SpeechTrainingTests {
  private func withExamples(
    _ configuration: VoiceTrainingConfiguration = .tiny, _ body: (SpeechExamples, URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/low", sentences: sentences, pitch: 110)
      try writeCorpus(folder.path + "/high", sentences: sentences.reversed(), pitch: 210)
      let corpora = [try SpeechCorpus(folder.path + "/low"), try SpeechCorpus(folder.path + "/high")]
      try body(SpeechExamples(corpora, configuration, threads: 2), folder)
    }
  }

  @Test func adaptersAreForTheStudent() {
    var configuration = VoiceTrainingConfiguration.tiny
    #expect(configuration.problem == nil)
    configuration.student.loraRank = 2
    #expect(configuration.problem == nil)
    configuration.student.loraAlpha = 0
    #expect(configuration.problem?.hasPrefix("student.loraAlpha is 0.0") == true)
    configuration.student.loraRank = 0
    configuration.teacher.loraRank = 2
    #expect(configuration.problem?.hasPrefix("teacher.loraRank is 2") == true)
  }

  @Test func aSentenceIsHeldOutOfAllSpeakers() throws {
    try withExamples { examples, _ in
      #expect(examples.training.count + examples.heldOut.count == 2 * sentences.count)
      #expect(!examples.heldOut.isEmpty && examples.heldOut.count < examples.training.count)
      for text in sentences {
        let number = sentences.firstIndex(of: text)!
        let names = ["low/s\(number)", "high/s\(sentences.count - 1 - number)"]
        let isHeldOut = SpeechExamples.isHeldOut(text, share: 0.2)
        for name in names {
          #expect(examples.heldOut.contains { $0.name == name } == isHeldOut)
          #expect(examples.training.contains { $0.name == name } == !isHeldOut)
        }
      }
      #expect(SpeechExamples.isHeldOut("A, b!", share: 0.3) == SpeechExamples.isHeldOut("a b", share: 0.3))
    }
  }

  @Test func everySpeakerHasItsOwnScale() throws {
    try withExamples { examples, _ in
      #expect(examples.speakers.map(\.name) == ["low", "high"])
      #expect(abs(exp(examples.speakers[0].pitchMean) - 110) < 3 && abs(exp(examples.speakers[1].pitchMean) - 210) < 5)
      for speaker in 0..<2 {
        let own = examples.training.filter { $0.speaker == speaker }
        let mel = own.flatMap(\.mel)
        let mean = mel.reduce(0) { $0 + Double($1) } / Double(mel.count)
        let variance = mel.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(mel.count)
        #expect(abs(mean) < 1e-3 && abs(variance - 1) < 1e-2)
        for utterance in own { #expect(utterance.pitch.count == utterance.frameCount(bands: 16)) }
      }
      // Silence, phones with word borders, the pause at the end.
      let tokens = examples.training[0].tokens
      #expect(examples.phones[tokens.first!.phone] == "SIL" && examples.phones[tokens.last!.phone] == ".")
    }
  }

  @Test func corporaOfOneNameAndFastSentencesAreRefused() throws {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/a/me", sentences: sentences, pitch: 110)
      try writeCorpus(folder.path + "/b/me", sentences: sentences, pitch: 110)
      let corpora = try ["a", "b"].map { try SpeechCorpus("\(folder.path)/\($0)/me") }
      #expect(throws: SpeechError.self) { _ = try SpeechExamples(corpora, .tiny, threads: 1) }
      var configuration = VoiceTrainingConfiguration.tiny
      configuration.encoder.states = 16
      let error = #expect(throws: SpeechError.self) { _ = try SpeechExamples([corpora[0]], configuration, threads: 1) }
      #expect(error?.description.contains("no sentence can be trained on") == true)
    }
  }

  /// All stages, and each of them again in two halves with a restart between them.
  @Test func aResumedTrainingIsTheSameByteForByte() throws {
    try withExamples { examples, folder in
      let whole = folder.appending(path: "whole")
      let voice = try trainTiny(examples, whole)
      #expect(voice.description.objective?.method == .ect)
      let halves = folder.appending(path: "halves")
      let trainer = try VoiceTrainer(.tiny, examples: examples, output: halves, threads: 1)
      let configuration = VoiceTrainingConfiguration.tiny
      func file(_ root: URL, _ stage: String) throws -> Data {
        try Data(contentsOf: root.appending(path: "\(stage)/last.safetensors"))
      }
      func inHalves<Task>(_ name: String, _ make: (Bool) throws -> VoiceStage<Task>) throws -> TrainedVoice {
        var steps = 0
        let first = try make(false)
        #expect(try first.trainer.run(shouldStop: { steps == 3 }, report: { _ in steps += 1 }) == .interrupted)
        let second = try make(true)
        #expect(second.trainer.step == 3)
        _ = try second.trainer.run()
        #expect(try file(halves, name) == file(whole, name), "\(name)")
        return try second.voice()
      }
      let encoder = try inHalves("encoder") { try trainer.encoderStage(resume: $0) }
      let steps = try trainer.aligned(by: encoder)
      let refiner = try inHalves("refiner") { try trainer.refinerStage(start: encoder, aligned: steps, resume: $0) }
      let aligned = try trainer.aligned(by: refiner)
      let teacher = try inHalves("teacher") {
        try trainer.decoderStage(configuration.teacher, name: "teacher", start: refiner, aligned: aligned, resume: $0)
      }
      _ = try inHalves("student") {
        try trainer.decoderStage(configuration.student, name: "student", start: teacher, aligned: aligned, resume: $0)
      }
    }
  }

  /// A stage that goes on after the one before it has changed would keep the old one's weights, and say nothing.
  @Test func aStageDoesNotGoOnFromAnotherStart() throws {
    try withExamples { examples, folder in
      let trainer = try VoiceTrainer(.tiny, examples: examples, output: folder.appending(path: "run"), threads: 1)
      var steps = 0
      let stage = try trainer.encoderStage(resume: false)
      _ = try stage.trainer.run(shouldStop: { steps == 3 }, report: { _ in steps += 1 })
      let early = try stage.voice()
      let aligned = try trainer.aligned(by: early)
      _ = try trainer.refinerStage(start: early, aligned: aligned, resume: false).trainer.run()
      _ = try trainer.refinerStage(start: early, aligned: aligned, resume: true)
      _ = try stage.trainer.run()
      let late = try stage.voice()
      #expect(throws: TrainingError.self) { try trainer.refinerStage(start: late, aligned: aligned, resume: true) }
      var other = examples
      other.training[0].mel[0] += 1
      let changed = try VoiceTrainer(.tiny, examples: other, output: folder.appending(path: "run"), threads: 1)
      #expect(throws: TrainingError.self) { try changed.encoderStage(resume: true) }
    }
  }

  @Test func whatALaterStageCannotUseIsSaidAtOnce() throws {
    try withExamples { examples, folder in
      for (word, change) in [
        ("needs a teacher", { $0.teacher.objective = ObjectiveConfiguration(.cd) }),
        ("ect or scm", { $0.student.objective = ObjectiveConfiguration(.tcm) }),
        ("in the linear one", { $0.student.objective = ObjectiveConfiguration(.meanflow) }),
        ("temperature", { $0.use.temperature = 5 }),
        ("gamma", { $0.use.gamma = 0.5 }),
        ("conditionDropout", { $0.student.objective = ObjectiveConfiguration(.lcm) }),
        ("trains no guidance", { $0.use.guidance = 0 }),
        ("logDeviation", { $0.student.objective = ObjectiveConfiguration(EasyConsistencyTuning.Configuration.wide) }),
      ] as [(String, (inout VoiceTrainingConfiguration) -> Void)] {
        var configuration = VoiceTrainingConfiguration.tiny
        change(&configuration)
        let error = #expect(throws: TrainingError.self) {
          _ = try VoiceTrainer(configuration, examples: examples, output: folder, threads: 1)
        }
        #expect(error?.description.contains(word) == true, "\(error.map { "\($0)" } ?? "")")
      }
    }
  }

  @Test func everyStageTrainsItsOwnPart() throws {
    try withExamples { examples, folder in
      let voice = try trainTiny(examples, folder.appending(path: "run"))
      let encoder = try TrainedVoice(contentsOf: folder.appending(path: "run/encoder/last.safetensors"))
      #expect(voice.model.encoderParameters.allSatisfy { voice.weights[$0] == encoder.weights[$0] })
      #expect(voice.model.refinerParameters.contains { voice.weights[$0] != encoder.weights[$0] })
      let refined = try TrainedVoice(contentsOf: folder.appending(path: "run/refiner/last.safetensors"))
      #expect(voice.model.refinerParameters.allSatisfy { voice.weights[$0] == refined.weights[$0] })
      #expect(voice.model.decoderParameters.contains { voice.weights[$0] != encoder.weights[$0] })
      // sigma_data is measured.
      #expect(voice.description.parameterisation.preconditioning.sigmaData != 1)
    }
  }

  /// A voice that is told of energy and not of pitch hears of nothing else.
  @Test func aVoiceIsToldWhatWasAskedFor() throws {
    var configuration = VoiceTrainingConfiguration.tiny
    configuration.encoder.prosody = [.energy]
    try withExamples(configuration) { examples, folder in
      let voice = try trainTiny(examples, folder.appending(path: "run"), configuration)
      #expect(
        try TrainedVoice(contentsOf: folder.appending(path: "run/student/last.safetensors")).description
          == voice.description)
      let predictor = try AcousticPredictor(voice)
      let utterance = examples.training[0]
      let encoded = predictor.encode(utterance.tokens, speaker: 0)
      #expect(encoded.energy.count == encoded.logDurations.count)
      let durations = predictor.durations(encoded)
      let frames = durations.reduce(0) { $0 + Int($1) }
      func mel(pitch: Float, energy: Float) throws -> [Float] {
        try predictor.mel(
          encoded, durations: durations, pitch: [Float](repeating: pitch, count: frames),
          energy: [Float](repeating: energy, count: frames), speaker: 0, method: .mean, noise: .seed(1))
      }
      #expect(try mel(pitch: 1, energy: 0) == mel(pitch: 2, energy: 0))
      #expect(try mel(pitch: 1, energy: 0) != mel(pitch: 1, energy: 1))
    }
    configuration.encoder.prosody = [.energy, .energy]
    #expect(configuration.problem?.contains("twice") == true)
  }
}

extension EasyConsistencyTuning.Configuration {
  /// With an impossible spread of noise levels.
  static var wide: Self {
    var configuration = Self()
    configuration.logDeviation = 100
    return configuration
  }
}
