import Checkpoints
import Consistency
import Datasets
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

/// From recorded demonstrations to a policy's checkpoint.
struct PolicyTrainerTests {
  private func objective(_ method: ObjectiveConfiguration.Method, steps: Int = 6) -> PolicyTrainingConfiguration {
    var configuration = PolicyTrainingConfiguration.tiny(steps: steps)
    configuration.objective = ObjectiveConfiguration(method)
    return configuration
  }

  /// An EDM denoiser that also learns to do without observations.
  private static var unconditionalTeacher: ObjectiveConfiguration {
    var settings = EDMObjective.Configuration()
    settings.conditionDropout = 0.3
    return ObjectiveConfiguration(settings)
  }

  /// Trains and reads the checkpoint back.
  private func train(
    _ configuration: PolicyTrainingConfiguration, _ data: URL, _ output: URL, start: TrainedPolicy? = nil,
    teacher: TrainedPolicy? = nil
  ) throws -> TrainedPolicy {
    let run = try PolicyTrainer(
      configuration, data: data, output: output, start: start, teacher: teacher, threads: 1)
    #expect(try run.trainer.run() == .finished)
    return try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
  }

  @Test func theCheckpointIsThePolicyThatWasTrained() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      var configuration = objective(.edm)
      configuration.middleSigmas = [[0.5]]
      let output = folder.appending(path: "run")
      let run = try PolicyTrainer(configuration, data: data, output: output, threads: 1)
      _ = try run.trainer.run()
      let policy = try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
      #expect(policy.description == run.description)
      #expect(policy.weights.values.elementsEqual(run.trainer.optimizer.ema.values))
      let description = policy.description
      #expect(description.observationColumns == ["place", "goal"] && description.actionColumns == ["action"])
      #expect(description.network.globalCondition == 6 && description.network.channels == 2)
      #expect(description.sampling.middle == [[0.5]])

      // Normalisers and sigma_data are those of the training episodes alone.
      let episodes = try DatasetFile(data).episodes()
      let training = episodes.split(heldOutFraction: 0.25, seed: 0).training
      #expect(training.count == 6)
      let actions = try training.column("action").values
      #expect(description.actionNormalizer == Normalizer(fitting: actions, dimensions: 2))
      let sigmaData = run.trainingWindows.actionStandardDeviation()
      #expect(abs(description.parameterisation.preconditioning.sigmaData - sigmaData) <= 0.0005)
      #expect(description.parameterisation.preconditioning.boundarySigma == 0)
      #expect(description.sampling.sigmaMax == 80 * description.parameterisation.preconditioning.sigmaData / 0.5)
      // 20 steps in windows of 4, of which 2 are executed: 20 − 4 + 2 + 2 − 1.
      #expect(run.trainingWindows.count == 6 * 19 && run.heldOutWindows?.count == 2 * 19)
    }
  }

  @Test func aStudentStartsFromItsTeachersAverageAndKeepsItsScale() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let teacher = try train(objective(.edm), data, folder.appending(path: "teacher"))
      // Data of another scale: the teacher's holds.
      let other = try Demonstrations.write(folder.appending(path: "other.zarr"), scale: 1.1)
      let tuned = try PolicyTrainer(
        objective(.ect), data: other, output: folder.appending(path: "ect"), start: teacher, threads: 1)
      let distilled = try PolicyTrainer(
        objective(.cd), data: other, output: folder.appending(path: "cd"), teacher: teacher, threads: 1)
      for (run, boundary) in [(tuned, 0), (distilled, 0.002)] {
        #expect(run.trainer.optimizer.weights.values.elementsEqual(teacher.weights.values))
        #expect(run.trainer.optimizer.ema.values.elementsEqual(teacher.weights.values))
        #expect(run.description.actionNormalizer == teacher.description.actionNormalizer)
        #expect(run.description.observationNormalizer == teacher.description.observationNormalizer)
        let (mine, its) = (run.description.parameterisation, teacher.description.parameterisation)
        #expect(mine.preconditioning.sigmaData == its.preconditioning.sigmaData)
        #expect(mine.preconditioning.boundarySigma == boundary * its.preconditioning.sigmaData / 0.5)
        #expect(try run.trainer.run() == .finished)
        #expect(!run.trainer.optimizer.weights.values.elementsEqual(teacher.weights.values))
      }
      // The frozen teacher is in the distilled run's checkpoint.
      let file = try SafetensorsFile(folder.appending(path: "cd/last.safetensors"))
      let stored = try file.floats("teacher.final.out.bias")
      #expect(
        try stored == SafetensorsFile(folder.appending(path: "teacher/last.safetensors")).floats("ema.final.out.bias"))
      #expect(try !SafetensorsFile(folder.appending(path: "ect/last.safetensors")).contains(prefix: "teacher"))
    }
  }

  /// Every method trains what its samplers then can use, from a start of the kind that it needs.
  @Test(arguments: ObjectiveConfiguration.Method.allCases)
  func everyMethodTrainsAPolicy(method: ObjectiveConfiguration.Method) throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let kind = method.objective
      func run(_ method: ObjectiveConfiguration.Method, teacher: TrainedPolicy? = nil) throws -> TrainedPolicy {
        let needsTeacher = try ObjectiveConfiguration(method).objective(sigmaData: 1).needsTeacher
        var configuration = objective(method)
        if method == .edm && kind.needsUnconditionalTeacher { configuration.objective = Self.unconditionalTeacher }
        return try train(
          configuration, data, folder.appending(path: "\(method)-\(teacher != nil)"),
          start: needsTeacher ? nil : teacher, teacher: needsTeacher ? teacher : nil)
      }
      var teacher: TrainedPolicy?
      if kind.frame == .edm && method != .edm {
        teacher = try run(.edm)
        if !kind.teachers.contains(.edm) { teacher = try run(kind.teachers[0], teacher: teacher) }
      }
      let policy = try run(method, teacher: teacher)
      #expect(policy.description.objective.method == method)
      #expect(policy.network.configuration.targetEmbedding == (kind.secondEmbedding != nil))
      let phases = policy.description.sampling.phases
      let history = [[[Double]]](repeating: [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]], count: 1)
      for sampler in [
        SamplingMethod.consistency(steps: phases.isEmpty ? 2 : phases.count - 1), .solver(.heun, intervals: 3),
      ] {
        let actions = try ActionPredictor(policy, sampler: sampler).predict(history, seeds: [1])[0]
        #expect(actions.count == policy.description.horizon && actions.allSatisfy { $0.allSatisfy(\.isFinite) })
      }
      guard kind.needsTargetTime else {
        #expect(throws: PolicyError.self) { try policy.used(PolicyUse(gamma: 0.5)) }
        return
      }
      let drawn = try [0, 0.5, 1].map { gamma in
        try ActionPredictor(policy.used(PolicyUse(gamma: gamma)), sampler: .consistency(steps: 2))
          .predict(history, seeds: [1])[0]
      }
      #expect(drawn[0] != drawn[1] && drawn[1] != drawn[2])
      #expect(drawn.allSatisfy { $0.allSatisfy { $0.allSatisfy(\.isFinite) } })
    }
  }

  /// One network for every strength of guidance, of which one is chosen for its use; only what was trained can be.
  @Test func aGuidedPolicysStrengthIsChosenAfterwards() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      var configuration = objective(.edm)
      configuration.objective = Self.unconditionalTeacher
      let teacher = try train(configuration, data, folder.appending(path: "teacher"))
      configuration = objective(.lcm, steps: 20)
      configuration.training.learningRate = 1e-2
      let policy = try train(configuration, data, folder.appending(path: "lcm"), teacher: teacher)
      #expect(policy.description.sampling.guidance == 2)
      func actions(_ policy: TrainedPolicy) throws -> [[Double]] {
        let history = [[0.1, 0.2, 0.3], [0.2, 0.2, 0.3]]
        return try ActionPredictor(policy, sampler: .consistency(steps: 1)).predict([history], seeds: [1])[0]
      }
      let strong = try policy.used(PolicyUse(guidance: 14))
      #expect(try actions(strong) != actions(policy))
      #expect(try actions(strong.used(PolicyUse(guidance: 2))) == actions(policy))
      let bundle = folder.appending(path: "bundle.safetensors")
      try strong.writeBundle(to: bundle)
      #expect(try TrainedPolicy(contentsOf: bundle).description == strong.description)
      #expect(throws: PolicyError.self) { try policy.used(PolicyUse(guidance: 1)) }
      #expect(throws: PolicyError.self) { try teacher.used(PolicyUse(guidance: 2)) }
    }
  }

  /// What is to be done follows from what is seen, so the best possible loss is 0.
  @Test func aTinyPolicyLearnsItsDemonstrations() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      var configuration = objective(.edm, steps: 800)
      configuration.training.batchSize = 32
      configuration.training.learningRate = 5e-3
      configuration.training.logEvery = 40
      configuration.training.evaluateEvery = 40
      configuration.training.checkpointEvery = 800
      let run = try PolicyTrainer(configuration, data: data, output: folder.appending(path: "run"), threads: 2)
      var reports: [TrainingReport] = []
      _ = try run.trainer.run(report: { reports.append($0) })
      let (first, last) = (try #require(reports.first), try #require(reports.last))
      #expect(last.loss < first.loss / 5, "\(first.loss) → \(last.loss)")
      let heldOut = (try #require(first.heldOutLoss), try #require(last.heldOutLoss))
      #expect(heldOut.1 < heldOut.0 / 5, "\(heldOut.0) → \(heldOut.1)")
    }
  }

  @Test func theScaleIsTheConfigurations() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      var configuration = objective(.edm)
      configuration.normalizer = .gaussian
      let run = try PolicyTrainer(configuration, data: data, output: folder.appending(path: "run"), threads: 1)
      #expect(run.description.observationNormalizer.mode == .gaussian)
      #expect(run.description.actionNormalizer.mode == .gaussian)
      // Of data with variance 1 in every dimension; windows repeat the ends of episodes.
      #expect(abs(run.description.parameterisation.preconditioning.sigmaData - 1) < 0.1)
    }
  }

  @Test func aPolicyRunResumesBitForBit() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let teacher = try train(objective(.edm), data, folder.appending(path: "teacher"))
      var configuration = objective(.cd, steps: 10)
      configuration.dropout = 0.1
      func trainer(_ name: String, threads: Int, resume: Bool = false) throws -> Trainer<PolicyTask> {
        try PolicyTrainer(
          configuration, data: data, output: folder.appending(path: name), teacher: teacher, threads: threads,
          resume: resume
        ).trainer
      }
      _ = try trainer("whole", threads: 1).run()
      var steps = 0
      let outcome = try trainer("halves", threads: 2).run(shouldStop: {
        steps += 1
        return steps > 5
      })
      #expect(outcome == .interrupted)
      let second = try trainer("halves", threads: 1, resume: true)
      #expect(second.step == 5)
      _ = try second.run()
      let bytes = try ["whole", "halves"].map { try Data(contentsOf: folder.appending(path: "\($0)/last.safetensors")) }
      #expect(bytes[0] == bytes[1])
    }
  }
}
