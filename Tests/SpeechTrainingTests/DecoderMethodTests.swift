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
  /// With what its settings are published as, and continuous-time distillation besides.
  static var objectives: [ObjectiveConfiguration] {
    var distilled = ContinuousTimeConsistency.Configuration()
    distilled.variant = .distillation
    let published = ObjectiveConfiguration.Method.allCases.map { ObjectiveConfiguration($0) }
    return published + [ObjectiveConfiguration(distilled)]
  }

  /// Training stops at the first number that is not finite.
  @Test(arguments: objectives) func everyMethodTrainsADecoderThatCanBeSampled(objective: ObjectiveConfiguration) throws
  {
    let prepared = try PreparedVoice.shared.get()
    let kind = objective.method.objective
    try withTemporaryFolder { folder in
      var start = prepared.refiner
      if kind.frame == .edm && objective.method != .edm {
        start = try prepared.train(
          PreparedVoice.teacher(of: objective.method), in: folder, name: "teacher", start: start)
        if !kind.teachers.contains(.edm) {
          start = try prepared.train(ObjectiveConfiguration(kind.teachers[0]), in: folder, name: "first", start: start)
        }
      }
      let voice = try prepared.train(objective, in: folder, name: "student", start: start)
      let description = voice.description
      #expect(description.objective == objective)
      #expect(description.decoder.targetEmbedding == (kind.secondEmbedding != nil))
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

      let mean = try prepared.mel(voice, .mean)
      let sampling = description.sampling
      for sampler in [
        SamplingMethod.consistency(steps: sampling.fewestSteps),
        .consistency(steps: sampling.phases.isEmpty ? 2 : sampling.fewestSteps), .solver(.heun, intervals: 3),
      ] {
        let sample = try prepared.mel(voice, .sampled(sampler))
        #expect(sample.count == mean.count && sample.allSatisfy(\.isFinite) && sample != mean, "\(sampler)")
      }
      try checkGamma(voice, jumps: kind.needsTargetTime) { try prepared.mel($0, .sampled(.consistency(steps: 2))) }
      try checkGuidance(voice) { try prepared.mel($0, .sampled(.consistency(steps: 1))) }
    }
  }

  /// γ is for models that jump, where it changes what two calls draw, and for no others.
  private func checkGamma(
    _ voice: TrainedVoice, jumps: Bool, sample: (TrainedVoice) throws -> [Float]
  ) throws {
    guard jumps else {
      let error = #expect(throws: SpeechError.self) { try voice.used(VoiceUse(gamma: 0.5)) }
      #expect(error?.description.contains("gamma") == true)
      return
    }
    let samples = try [0, 0.5, 1].map { try sample(voice.used(VoiceUse(gamma: $0))) }
    #expect(samples.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(samples[0] != samples[1] && samples[1] != samples[2])
    #expect(try samples[2] == sample(voice))
    #expect(throws: SpeechError.self) { try voice.used(VoiceUse(gamma: 1.5)) }
  }

  /// w is for models that are told it, where it changes what they draw, and for no others.
  private func checkGuidance(_ voice: TrainedVoice, sample: (TrainedVoice) throws -> [Float]) throws {
    guard voice.description.objective?.method == .lcm else {
      #expect(voice.description.sampling.guidance == nil)
      let error = #expect(throws: SpeechError.self) { try voice.used(VoiceUse(guidance: 2)) }
      #expect(error?.description.contains("guidance") == true)
      return
    }
    let samples = try [2.0, 14].map { try sample(voice.used(VoiceUse(guidance: $0))) }
    #expect(samples.allSatisfy { $0.allSatisfy(\.isFinite) } && samples[0] != samples[1])
    #expect(try samples[0] == sample(voice))
    #expect(throws: SpeechError.self) { try voice.used(VoiceUse(guidance: 1)) }
  }

  @Test func aStartOrTeacherOfTheWrongKindIsRefused() throws {
    let prepared = try PreparedVoice.shared.get()
    try withTemporaryFolder { folder in
      let untrained = problem {
        _ = try prepared.train(ObjectiveConfiguration(.cd), in: folder, name: "cd", start: prepared.refiner)
      }
      #expect(untrained.contains("needs a teacher whose decoder is trained"), "\(untrained)")
      let teacher = try prepared.train(ObjectiveConfiguration(.edm), in: folder, name: "edm", start: prepared.refiner)
      let truncated = problem {
        _ = try prepared.train(ObjectiveConfiguration(.tcm), in: folder, name: "tcm", start: teacher)
      }
      #expect(truncated.contains("objective=ect or scm"), "\(truncated)")
      let linear = problem {
        _ = try prepared.train(ObjectiveConfiguration(.meanflow), in: folder, name: "meanflow", start: teacher)
      }
      #expect(linear.contains("in the edm frame"), "\(linear)")
      let guided = problem {
        _ = try prepared.train(ObjectiveConfiguration(.lcm), in: folder, name: "lcm", start: teacher)
      }
      #expect(guided.contains("objective.conditionDropout"), "\(guided)")
      let adapted = problem {
        _ = try prepared.train(ObjectiveConfiguration(.edm), in: folder, name: "lora", start: prepared.refiner) {
          $0.loraRank = 2
        }
      }
      #expect(adapted.contains("no weights to adapt"), "\(adapted)")
      // Distillation from scratch: the start is not the teacher.
      let student = try prepared.train(
        ObjectiveConfiguration(.cd), in: folder, name: "scratch", start: prepared.refiner, teacher: teacher)
      #expect(student.description.objective?.method == .cd)
    }
  }
}
