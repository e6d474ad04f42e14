import Foundation
import TestSupport
import Testing
import Training

/// Values that make no sense are named before anything is written.
struct ConfigurationProblemTests {
  private static let wrong: [(name: String, change: @Sendable (inout TrainingConfiguration) -> Void)] = [
    ("steps", { $0.steps = 0 }), ("steps", { $0.steps = 1 << 32 }), ("batchSize", { $0.batchSize = 0 }),
    ("batchSize", { $0.batchSize = .max }), ("beta1", { $0.beta1 = 1 - 1e-12 }), ("epsilon", { $0.epsilon = 1e-50 }),
    ("shards", { $0.shards = 0 }), ("shards", { $0.shards = 3 }), ("learningRate", { $0.learningRate = 0 }),
    ("learningRate", { $0.learningRate = .infinity }), ("warmupSteps", { $0.warmupSteps = -1 }),
    ("beta1", { $0.beta1 = 1 }), ("beta2", { $0.beta2 = -0.1 }), ("epsilon", { $0.epsilon = 0 }),
    ("weightDecay", { $0.weightDecay = -1 }), ("clipNorm", { $0.clipNorm = .infinity }),
    ("clipNorm", { $0.clipNorm = -1 }), ("emaPower", { $0.emaPower = .nan }), ("emaMaximum", { $0.emaMaximum = 1.1 }),
    ("checkpointEvery", { $0.checkpointEvery = 0 }), ("keepCheckpoints", { $0.keepCheckpoints = -1 }),
    ("logEvery", { $0.logEvery = 0 }), ("evaluateEvery", { $0.evaluateEvery = -1 }),
    ("evaluationExamples", { $0.evaluationExamples = 0 }),
  ]

  @Test func wrongValuesAreNamedAndNothingIsWritten() throws {
    #expect(TrainingConfiguration().problem == nil)
    try withTemporaryFolder { folder in
      for (name, change) in Self.wrong {
        var configuration = RunCase.configuration
        change(&configuration)
        let problem = try #require(configuration.problem, "\(name)")
        #expect(problem.contains(name), "\(problem)")
        let directory = folder.appending(path: "run")
        #expect(throws: TrainingError.configuration(problem)) {
          try RunCase.edm.trainer(in: directory, configuration)
        }
        #expect(!FileManager.default.fileExists(atPath: directory.path))
      }
    }
  }

  @Test func whatATaskLacksIsToldAndNothingIsWritten() throws {
    try withTemporaryFolder { folder in
      let directory = folder.appending(path: "run")
      let empty = try GaussianTask.make(mean: 0, logDeviation: 1, count: 0, heldOutCount: 0)
      #expect(throws: TrainingError.configuration("the data set has no examples to train on")) {
        try Trainer(empty, RunCase.configuration, directory: directory, metadata: [:], threads: 1, resume: false)
      }
      #expect(throws: TrainingError.configuration("this objective needs a teacher checkpoint")) {
        try Trainer(
          RunCase.cd.task(), RunCase.configuration, directory: directory, metadata: [:], threads: 1, resume: false)
      }
      #expect(!FileManager.default.fileExists(atPath: directory.path))
    }
  }
}
