import Autograd
import Communication
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// The held-out loss is a function of the weights and nothing else.
struct HeldOutLossTests {
  private func loss<Task: TrainingTask>(
    _ task: Task, _ weights: ParameterBuffer, teacher: ParameterBuffer? = nil, examples: Int = 10, batch: Int = 4,
    _ communicator: any Communicator = SingleProcess(), threads: Int = 1
  ) throws -> HeldOutLoss<Task> {
    var banks: [Bank: ParameterBuffer] = [.online: weights, .target: weights]
    banks[.teacher] = teacher
    return try #require(
      HeldOutLoss(task, banks: banks, examples: examples, batch: batch, communicator, workers: Workers(threads)))
  }

  @Test(arguments: RunCase.allCases) func equalWeightsHaveEqualLossesOnAnyNumberOfThreadsAndRanks(run: RunCase) throws {
    let task = try run.task()
    let (weights, teacher) = (task.layout.initialize(seed: 1), task.layout.initialize(seed: 2))
    let measures = try (1...3).map { try loss(task, weights, teacher: teacher, threads: $0) }
    let first = try measures[0](seed: 9, progress: 0.5)
    #expect(first.isFinite && first > 0)
    for measure in measures { #expect(try measure(seed: 9, progress: 0.5) == first) }
    #expect(try measures[0](seed: 10, progress: 0.5) != first)
    for result in ThreadRanks.run(
      3,
      { ranks in
        let task = try run.task()
        let (weights, teacher) = (task.layout.initialize(seed: 1), task.layout.initialize(seed: 2))
        return try loss(task, weights, teacher: teacher, ranks)(seed: 9, progress: 0.5)
      })
    { #expect(try result.get() == first) }
    // It sees changed weights, and the old ones again.
    let old = ParameterBuffer(copying: weights)
    for i in 0..<weights.count { weights[i] *= 1.5 }
    #expect(try measures[1](seed: 9, progress: 0.5) != first)
    _ = weights.values.update(fromContentsOf: old.values)
    #expect(try measures[1](seed: 9, progress: 0.5) == first)
  }

  @Test func measuringChangesNothing() throws {
    try withTemporaryFolder { folder in
      let weights = try [0, 1].map { every in
        var configuration = RunCase.configuration
        configuration.steps = 5
        configuration.evaluateEvery = every
        let trainer = try RunCase.cd.trainer(in: folder.appending(path: "\(every)"), configuration)
        _ = try trainer.run()
        return Array(trainer.optimizer.weights.values)
      }
      #expect(weights[0] == weights[1])
    }
  }

  /// For Gaussian data of deviation sd and mean 0 the denoiser skip · x, which a network of zeros has, is the best one;
  /// its expected loss is 1 whatever the noise level.
  @Test func theBestDenoiserOfGaussianDataHasALossOfOne() throws {
    let count = 4096
    let task = try GaussianTask.make(mean: 0, logDeviation: 1.2, count: 8, heldOutCount: count)
    let value = try loss(task, ParameterBuffer(count: 2), examples: count, batch: 64)(seed: 1, progress: 0)
    // A squared Gaussian has the variance 2: four standard errors.
    #expect(abs(value - 1) <= 4 * (2 / Double(count)).squareRoot(), "\(value)")
  }

  @Test func aTaskThatHoldsNothingOutHasNoSuchLoss() throws {
    let task = try GaussianTask.make(mean: 0, logDeviation: 1, count: 8, heldOutCount: 0)
    let banks: [Bank: ParameterBuffer] = [.online: ParameterBuffer(count: 2)]
    #expect(HeldOutLoss(task, banks: banks, examples: 10, batch: 4, workers: Workers(1)) == nil)
    try withTemporaryFolder { folder in
      var configuration = RunCase.configuration
      configuration.steps = 15
      let trainer = try Trainer(task, configuration, directory: folder, metadata: [:], threads: 1, resume: false)
      _ = try trainer.run()
      #expect(try RunFiles(folder).reports().allSatisfy { $0.heldOutLoss == nil })
    }
  }
}
