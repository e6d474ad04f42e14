import Consistency
import Foundation
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TestSupport
import Testing
import Training

/// A tiny voice whose decoder is not trained yet, with the sentences that it is trained on.
struct PreparedVoice: Sendable {
  var examples: SpeechExamples
  var refiner: TrainedVoice
  var training: [AlignedUtterance]
  var heldOut: [AlignedUtterance]

  /// The same for all tests that train nothing but decoders.
  static let shared = Result {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/low", sentences: sentences, pitch: 110)
      let examples = try SpeechExamples([try SpeechCorpus(folder.path + "/low")], .tiny, threads: 1)
      let trainer = try VoiceTrainer(.tiny, examples: examples, output: folder.appending(path: "run"), threads: 1)
      let encoder = try finished(trainer.encoderStage(resume: false))
      let steps = try trainer.aligned(by: encoder)
      let refiner = try finished(trainer.refinerStage(start: encoder, aligned: steps, resume: false))
      let aligned = try trainer.aligned(by: refiner)
      return PreparedVoice(examples: examples, refiner: refiner, training: aligned.training, heldOut: aligned.heldOut)
    }
  }

  private static func finished<Task>(_ stage: VoiceStage<Task>) throws -> TrainedVoice {
    #expect(try stage.trainer.run() == .finished)
    return try stage.voice()
  }

  /// Trains the decoder in a folder `name`.
  ///
  /// - Returns: what the checkpoint holds, which is what is sampled.
  func train(
    _ objective: ObjectiveConfiguration, in folder: URL, name: String, start: TrainedVoice,
    teacher: TrainedVoice? = nil, change: (inout VoiceTrainingConfiguration.Stage) -> Void = { _ in }
  ) throws -> TrainedVoice {
    let trainer = try VoiceTrainer(.tiny, examples: examples, output: folder, threads: 1)
    var stage = VoiceTrainingConfiguration.tiny.student
    stage.objective = objective
    change(&stage)
    let made = try Self.finished(
      trainer.decoderStage(
        stage, name: name, start: start, teacher: teacher, aligned: (training, heldOut), resume: false))
    let read = try TrainedVoice(contentsOf: folder.appending(path: "\(name)/last.safetensors"))
    #expect(made.description == read.description && made.weights.values.elementsEqual(read.weights.values))
    return read
  }

  /// A spectrum that a voice draws for a held-out sentence.
  func mel(_ voice: TrainedVoice, _ method: AcousticPredictor.Method) throws -> [Float] {
    let predictor = try AcousticPredictor(voice)
    let encoded = predictor.encode(heldOut[0].utterance.tokens, speaker: 0)
    return try predictor.mel(
      encoded, durations: predictor.durations(encoded), speaker: 0, method: method, noise: .seed(1))
  }

  /// A denoiser; one that guides students has learned to do without conditions.
  static func teacher(of student: ObjectiveConfiguration.Method) -> ObjectiveConfiguration {
    var settings = EDMObjective.Configuration()
    if student.objective.needsUnconditionalTeacher { settings.conditionDropout = 0.3 }
    return ObjectiveConfiguration(settings)
  }
}
