import Consistency
import Foundation
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TestSupport
import Testing
import Training

/// Every method on the decoder of a tiny voice, from a start of the kind that it needs.
struct DecoderMethodTests {
  /// A voice whose decoder is not trained yet, with the sentences that it is trained on.
  private struct Prepared: Sendable {
    var examples: SpeechExamples
    var refiner: TrainedVoice
    var training: [AlignedUtterance]
    var heldOut: [AlignedUtterance]

    var aligned: (training: [AlignedUtterance], heldOut: [AlignedUtterance]) { (training, heldOut) }
  }

  /// The same for all tests, which train nothing but the decoder.
  private static let prepared = Result {
    try withTemporaryFolder { folder in
      try writeCorpus(folder.path + "/low", sentences: sentences, pitch: 110)
      let examples = try SpeechExamples([try SpeechCorpus(folder.path + "/low")], .tiny, threads: 1)
      let trainer = try VoiceTrainer(.tiny, examples: examples, output: folder.appending(path: "run"), threads: 1)
      let encoder = try finished(trainer.encoderStage(resume: false))
      let steps = try trainer.aligned(by: encoder)
      let refiner = try finished(trainer.refinerStage(start: encoder, aligned: steps, resume: false))
      let aligned = try trainer.aligned(by: refiner)
      return Prepared(examples: examples, refiner: refiner, training: aligned.training, heldOut: aligned.heldOut)
    }
  }

  private static func finished<Task>(_ stage: VoiceStage<Task>) throws -> TrainedVoice {
    #expect(try stage.trainer.run() == .finished)
    return try stage.voice()
  }

  /// With what its settings are published as, and continuous-time distillation besides.
  static var objectives: [ObjectiveConfiguration] {
    var distilled = ContinuousTimeConsistency.Configuration()
    distilled.variant = .distillation
    return ObjectiveConfiguration.Method.allCases.filter { $0.objective.secondEmbedding != .guidance }.map {
      ObjectiveConfiguration($0)
    }
      + [ObjectiveConfiguration(distilled)]
  }

  private func train(
    _ objective: ObjectiveConfiguration, in folder: URL, name: String, start: TrainedVoice,
    teacher: TrainedVoice? = nil
  ) throws -> TrainedVoice {
    let prepared = try Self.prepared.get()
    let trainer = try VoiceTrainer(.tiny, examples: prepared.examples, output: folder, threads: 1)
    var stage = VoiceTrainingConfiguration.tiny.student
    stage.objective = objective
    _ = try Self.finished(
      trainer.decoderStage(
        stage, name: name, start: start, teacher: teacher, aligned: prepared.aligned, resume: false))
    // What is sampled is what a file holds.
    return try TrainedVoice(contentsOf: folder.appending(path: "\(name)/last.safetensors"))
  }

  /// Training stops at the first number that is not finite.
  @Test(arguments: objectives) func everyMethodTrainsADecoderThatCanBeSampled(objective: ObjectiveConfiguration) throws
  {
    let prepared = try Self.prepared.get()
    let kind = objective.method.objective
    try withTemporaryFolder { folder in
      var start = prepared.refiner
      if kind.frame == .edm && objective.method != .edm {
        start = try train(ObjectiveConfiguration(.edm), in: folder, name: "teacher", start: start)
        if !kind.teachers.contains(.edm) {
          start = try train(ObjectiveConfiguration(kind.teachers[0]), in: folder, name: "first", start: start)
        }
      }
      let voice = try train(objective, in: folder, name: "student", start: start)
      let description = voice.description
      #expect(description.objective == objective)
      #expect(description.decoder.targetEmbedding == kind.needsTargetTime)
      #expect(description.parameterisation.preconditioning.frame == kind.frame)
      #expect(description.parameterisation.noiseScale == .edm)
      // Encoder and refiner are the start's, the decoder is not.
      #expect(
        voice.model.refinerParameters.allSatisfy { voice.weights[$0] == prepared.refiner.weights[$0] })
      let names = Set(start.model.layout.entries.map(\.name))
      let shared = voice.model.layout.entries.filter { names.contains($0.name) && $0.name.hasPrefix("decoder.") }
      let before = Dictionary(uniqueKeysWithValues: start.model.layout.entries.map { ($0.name, $0.parameter) })
      #expect(
        shared.contains { entry in
          voice.weights[entry.parameter.offset] != start.weights[before[entry.name]!.offset]
        })

      let utterance = prepared.heldOut[0].utterance
      let predictor = try AcousticPredictor(voice)
      let encoded = predictor.encode(utterance.tokens, speaker: 0)
      let durations = predictor.durations(encoded)
      func mel(_ method: AcousticPredictor.Method, with predictor: AcousticPredictor) throws -> [Float] {
        try predictor.mel(encoded, durations: durations, speaker: 0, method: method, seed: 1)
      }
      let mean = try mel(.mean, with: predictor)
      let sampling = description.sampling
      for sampler in [
        SamplingMethod.consistency(steps: sampling.fewestSteps),
        .consistency(steps: sampling.phases.isEmpty ? 2 : sampling.fewestSteps), .solver(.heun, intervals: 3),
      ] {
        let sample = try mel(.sampled(sampler), with: predictor)
        #expect(sample.count == mean.count && sample.allSatisfy(\.isFinite) && sample != mean, "\(sampler)")
      }
      try checkGamma(voice, jumps: kind.needsTargetTime) { try mel(.sampled(.consistency(steps: 2)), with: $0) }
    }
  }

  /// γ is for models that jump, where it changes what two calls draw, and for no others.
  private func checkGamma(
    _ voice: TrainedVoice, jumps: Bool, sample: (AcousticPredictor) throws -> [Float]
  ) throws {
    guard jumps else {
      let error = #expect(throws: SpeechError.self) { try voice.used(VoiceUse(gamma: 0.5)) }
      #expect(error?.description.contains("gamma") == true)
      return
    }
    let samples = try [0, 0.5, 1].map { try sample(AcousticPredictor(voice.used(VoiceUse(gamma: $0)))) }
    #expect(samples.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(samples[0] != samples[1] && samples[1] != samples[2])
    #expect(try samples[2] == sample(AcousticPredictor(voice)))
    #expect(throws: SpeechError.self) { try voice.used(VoiceUse(gamma: 1.5)) }
  }

  @Test func aStartOrTeacherOfTheWrongKindIsRefused() throws {
    let prepared = try Self.prepared.get()
    func problem(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "none"
      } catch { return "\(error)" }
    }
    try withTemporaryFolder { folder in
      let untrained = problem {
        _ = try train(ObjectiveConfiguration(.cd), in: folder, name: "cd", start: prepared.refiner)
      }
      #expect(untrained.contains("needs a teacher whose decoder is trained"), "\(untrained)")
      let teacher = try train(ObjectiveConfiguration(.edm), in: folder, name: "edm", start: prepared.refiner)
      let truncated = problem {
        _ = try train(ObjectiveConfiguration(.tcm), in: folder, name: "tcm", start: teacher)
      }
      #expect(truncated.contains("objective=ect or scm"), "\(truncated)")
      let linear = problem {
        _ = try train(ObjectiveConfiguration(.meanflow), in: folder, name: "meanflow", start: teacher)
      }
      #expect(linear.contains("in the edm frame"), "\(linear)")
      // Distillation from scratch: the start is not the teacher.
      let student = try train(
        ObjectiveConfiguration(.cd), in: folder, name: "scratch", start: prepared.refiner, teacher: teacher)
      #expect(student.description.objective?.method == .cd)
    }
  }
}
