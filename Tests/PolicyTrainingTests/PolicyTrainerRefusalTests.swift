import Autograd
import Consistency
import Datasets
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

/// What cannot work is refused with its name before anything is written.
struct PolicyTrainerRefusalTests {
  private typealias Change = @Sendable (inout PolicyTrainingConfiguration) -> Void

  private func problem(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  /// An untrained policy of these settings: as good as a trained one for being refused.
  private func policy(_ data: URL, _ output: URL, _ change: (inout PolicyTrainingConfiguration) -> Void) throws
    -> TrainedPolicy
  {
    var configuration = PolicyTrainingConfiguration.tiny()
    change(&configuration)
    let run = try PolicyTrainer(configuration, data: data, output: output, threads: 1)
    return try TrainedPolicy(run.description, weights: run.trainer.optimizer.ema)
  }

  private static let wrong: [(name: String, change: Change)] = [
    ("widths", { $0.widths = [] }), ("widths", { $0.widths = [8, 15] }), ("groups", { $0.groups = 0 }),
    ("widths", { $0.widths = [Int](repeating: 8, count: 70) }), ("kernel", { $0.kernel = 4 }),
    ("embedding", { $0.embedding = 5 }), ("embedding", { $0.embedding = 2 }), ("dropout", { $0.dropout = 1 }),
    ("heldOutEpisodes", { $0.heldOutEpisodes = 1 }), ("heldOutEpisodes", { $0.heldOutEpisodes = -0.1 }),
    ("observationSteps", { $0.observationSteps = 0 }), ("horizon", { $0.horizon = 0 }),
    ("actionSteps", { $0.actionSteps = .max }), ("horizon", { $0.actionSteps = 4 }), ("horizon", { $0.horizon = 5 }),
    ("batchSize", { $0.training.batchSize = 0 }), ("learningRate", { $0.training.learningRate = -1 }),
    ("weightDecay", { $0.training.weightDecay = -1 }),
    // What only the objective or the sampler knows.
    (
      "sigmaMax",
      { $0.objective = configured { (settings: inout EDMObjective.Configuration) in settings.sigmaMax = 0.001 } }
    ),
    (
      "q is 1.0",
      { $0.objective = configured { (settings: inout EasyConsistencyTuning.Configuration) in settings.q = 1 } }
    ),
    ("middle[0]", { $0.middleSigmas = [[0.5, 0.1]] }), ("does not fall", { $0.middleSigmas = [[0.5], [0.3, 0.4]] }),
    ("does not fall", { $0.middleSigmas = [[0]] }), ("needs a teacher", { $0.objective = ObjectiveConfiguration(.cd) }),
    // What only the data know.
    ("\"plaice\"", { $0.observation = [ColumnSelector("plaice")] }),
    ("selects 0..<3 of 2", { $0.action = [ColumnSelector("action", end: 3)] }),
    ("observation", { $0.observation = [] }),
    ("use a shorter horizon", { $0.horizon = 64 }),
  ]

  private static func configured<Settings: ObjectiveSettings>(
    _ change: (inout Settings) -> Void
  ) -> ObjectiveConfiguration {
    var settings = Settings()
    change(&settings)
    return ObjectiveConfiguration(settings)
  }

  @Test func everyProblemIsReportedBeforeAnythingIsWritten() throws {
    #expect(PolicyTrainingConfiguration().problem == nil)
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let output = folder.appending(path: "run")
      for (name, change) in Self.wrong {
        var configuration = PolicyTrainingConfiguration.tiny()
        change(&configuration)
        let text = problem { _ = try PolicyTrainer(configuration, data: data, output: output, threads: 1) }
        #expect(text.contains(name), "\(name): \(text)")
        #expect(!FileManager.default.fileExists(atPath: output.path), "\(name)")
      }
      #expect(
        problem {
          _ = try PolicyTrainer(.tiny(), data: folder.appending(path: "absent.zarr"), output: output, threads: 1)
        }.contains("absent.zarr"))
      let still = try Demonstrations.write(folder.appending(path: "still.zarr"), constantAction: true)
      #expect(
        problem { _ = try PolicyTrainer(.tiny(), data: still, output: output, threads: 1) }
          == "\(still.path): all actions are the same: there is nothing to learn")
      #expect(!FileManager.default.fileExists(atPath: output.path))
    }
  }

  @Test func aTeacherOfOtherSizesIsRefusedNamingBoth() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let cases: [(change: Change, difference: String)] = [
        ({ $0.widths = [8, 12] }, "widths = [8, 12], not [8, 16]"), ({ $0.kernel = 3 }, "kernel = 3, not 5"),
        ({ $0.groups = 2 }, "groups = 2, not 4"), ({ $0.embedding = 16 }, "embedding = 16, not 8"),
        ({ $0.observation = [ColumnSelector("place")] }, "globalCondition = 4, not 6"),
        ({ $0.action = [ColumnSelector("action", end: 1)] }, "channels = 1, not 2"),
        // The same sizes, in another order.
        (
          { $0.observation = [ColumnSelector("goal"), ColumnSelector("place")] },
          "observation = goal,place, not place,goal"
        ),
        // The same number of observed values, in another shape.
        (
          {
            $0.observationSteps = 1
            $0.observation =
              [ColumnSelector("place"), ColumnSelector("goal"), ColumnSelector("place")]
              + [ColumnSelector("goal")]
          }, "observationSteps = 1, not 2"
        ), ({ $0.noiseScale = .edm }, "noiseScale = edm, not consistency"),
      ]
      for (index, (change, difference)) in cases.enumerated() {
        let other = try policy(data, folder.appending(path: "teacher\(index)"), change)
        let output = folder.appending(path: "run")
        var configuration = PolicyTrainingConfiguration.tiny()
        configuration.objective = ObjectiveConfiguration(.cd)
        let teacher = problem {
          _ = try PolicyTrainer(configuration, data: data, output: output, teacher: other, threads: 1)
        }
        #expect(teacher.hasPrefix("the teacher ") && teacher.contains(difference), "\(teacher)")
        configuration.objective = ObjectiveConfiguration(.ect)
        let start = problem {
          _ = try PolicyTrainer(configuration, data: data, output: output, start: other, threads: 1)
        }
        #expect(start.hasPrefix("the start ") && start.contains(difference), "\(start)")
        #expect(!FileManager.default.fileExists(atPath: output.path))
      }
    }
  }

  @Test func aTeacherMayDifferInWhatChangesTrainingOnly() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let teacher = try policy(data, folder.appending(path: "teacher")) {
        $0.dropout = 0.3
        $0.training.batchSize = 16
      }
      var configuration = PolicyTrainingConfiguration.tiny()
      configuration.objective = ObjectiveConfiguration(.cd)
      let run = try PolicyTrainer(
        configuration, data: data, output: folder.appending(path: "run"), teacher: teacher, threads: 1)
      #expect(run.description.network.dropout == 0)
    }
  }

  @Test func onlyADenoiserOfTheSameScaleCanTeach() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let other = try Demonstrations.write(folder.appending(path: "other.zarr"), scale: 3)
      let start = try policy(data, folder.appending(path: "start")) { _ in }
      let far = try policy(other, folder.appending(path: "far")) { _ in }
      let student = try policy(data, folder.appending(path: "ect")) { $0.objective = ObjectiveConfiguration(.ect) }
      var configuration = PolicyTrainingConfiguration.tiny()
      configuration.objective = ObjectiveConfiguration(.cd)
      func problem(teacher: TrainedPolicy) -> String {
        self.problem {
          _ = try PolicyTrainer(
            configuration, data: data, output: folder.appending(path: "run"), start: start, teacher: teacher,
            threads: 1)
        }
      }
      #expect(problem(teacher: far).hasPrefix("start and teacher scale observations or actions differently"))
      #expect(
        problem(teacher: student)
          == "the teacher was trained with objective=ect; give one trained with objective=edm")
      #expect(problem(teacher: start) == "no error")
      configuration.objective = ObjectiveConfiguration(.lcm)
      try? FileManager.default.removeItem(at: folder.appending(path: "run"))
      #expect(problem(teacher: start).hasPrefix("the teacher never did without observations"))
    }
  }

  @Test func resumingWithAnotherPolicyOrOtherDataNamesWhatDiffers() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let other = try Demonstrations.write(folder.appending(path: "other.zarr"), scale: 3)
      let output = folder.appending(path: "run")
      _ = try PolicyTrainer(.tiny(), data: data, output: output, threads: 1).trainer.run()
      func resume(_ data: URL, _ change: (inout PolicyTrainingConfiguration) -> Void) -> String {
        var configuration = PolicyTrainingConfiguration.tiny()
        change(&configuration)
        return problem { _ = try PolicyTrainer(configuration, data: data, output: output, threads: 1, resume: true) }
      }
      #expect(resume(data) { _ in } == "no error")
      let cases: [(String, (inout PolicyTrainingConfiguration) -> Void)] = [
        ("network.widths[1] = 16, not 32", { $0.widths = [8, 32] }),
        ("network.dropout = 0, not ", { $0.dropout = 0.5 }),
        ("objective.method = edm, not ect", { $0.objective = ObjectiveConfiguration(.ect) }),
        ("sampling.middle = [], not [[0.5]]", { $0.middleSigmas = [[0.5]] }),
        ("learningRate = ", { $0.training.learningRate = 1 }), ("seed = 1, not 2", { $0.training.seed = 2 }),
      ]
      for (difference, change) in cases {
        let text = resume(data, change)
        #expect(text.contains("last.safetensors: the run was started with") && text.contains(difference), "\(text)")
      }
      let text = resume(other) { _ in }
      #expect(text.contains("checksum = "), "\(text)")
    }
  }

  /// A start fixes the scale, so that nothing but the data themselves tells another data set, or another split, apart.
  @Test func resumingATunedRunWithOtherDataIsRefused() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let other = try Demonstrations.write(folder.appending(path: "other.zarr"), scale: 1.5)
      let start = try policy(data, folder.appending(path: "teacher")) { _ in }
      func resume(_ data: URL, heldOut: Double, _ resume: Bool = true) -> String {
        var configuration = PolicyTrainingConfiguration.tiny()
        configuration.objective = ObjectiveConfiguration(.ect)
        configuration.heldOutEpisodes = heldOut
        return problem {
          _ = try PolicyTrainer(
            configuration, data: data, output: folder.appending(path: "run"), start: start, threads: 1, resume: resume
          ).trainer.run()
        }
      }
      #expect(resume(data, heldOut: 0.25, false) == "no error")
      #expect(resume(data, heldOut: 0.25) == "no error")
      let split = resume(data, heldOut: 0.5)
      #expect(
        split.contains("heldOutEpisodes = 0.25, not 0.5") && split.contains("heldOutWindows = 38, not 76"), "\(split)")
      let content = resume(other, heldOut: 0.25)
      #expect(content.contains("the run was started with checksum = "), "\(content)")
    }
  }
}
