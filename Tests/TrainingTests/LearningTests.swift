import Autograd
import Checkpoints
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// Training finds the optimum where it is known.
struct LearningTests {
  private var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.steps = 400
    configuration.batchSize = 128
    configuration.learningRate = 0.03
    configuration.warmupSteps = 10
    configuration.evaluateEvery = 400
    configuration.evaluationExamples = 1024
    configuration.logEvery = 1
    configuration.weightDecay = 0
    return configuration
  }

  private func train(_ task: some TrainingTask, in folder: URL) throws -> (ema: ParameterBuffer, [TrainingReport]) {
    let trainer = try Trainer(task, configuration, directory: folder, metadata: [:], threads: 1, resume: false)
    _ = try trainer.run()
    return (trainer.optimizer.ema, try RunFiles(folder).reports())
  }

  /// At the noise level 1 = sd the best denoiser of the constant c is c itself: with skip 1/2 and out · input = 1/2 that
  /// is the slope −1 and the shift √2 c. Its loss is 0.
  @Test func constantDataAreLearnedCompletely() throws {
    try withTemporaryFolder { folder in
      let task = try GaussianTask.make(mean: 0.5, deviation: 0, logDeviation: 1e-6, count: 64, heldOutCount: 64)
      let (ema, reports) = try train(task, in: folder)
      #expect(abs(ema[task.network.slope.offset] + 1) < 1e-3)
      #expect(abs(ema[task.network.shift.offset] - 2.0.squareRoot().float * 0.5) < 1e-3)
      #expect(reports[0].loss > 0.4)
      #expect(try #require(reports.last?.heldOutLoss) < 1e-5)
      #expect(try #require(reports.last?.loss) < 1e-5)
    }
  }

  /// At the noise level 1 the best denoiser of N(m, 1) is m + (x − m)/2: the slope 0 and the shift m/√2. Its loss is 1.
  @Test func theBestDenoiserOfGaussianDataIsFound() throws {
    try withTemporaryFolder { folder in
      let task = try GaussianTask.make(mean: 2, logDeviation: 1e-6, count: 20_000, heldOutCount: 1024)
      let (ema, reports) = try train(task, in: folder)
      // The data's own mean and variance are known to 1/√20,000 = 0.007, the average has seen some 10,000 of them.
      #expect(abs(ema[task.network.slope.offset]) < 0.05)
      #expect(abs(ema[task.network.shift.offset] - 2 / 2.0.squareRoot().float) < 0.05)
      // With the network at zero the mean is not known: 1 + λ (m/2)² = 3.
      #expect(abs(reports[0].loss - 3) < 1)
      // Four standard errors of a mean of 1024 squared Gaussians.
      #expect(abs(try #require(reports.last?.heldOutLoss) - 1) < 4 * (2.0 / 1024).squareRoot())
    }
  }

  /// The file that is left holds the average, under the parameters' names.
  @Test func theCheckpointHoldsWhatWasLearned() throws {
    try withTemporaryFolder { folder in
      let task = try GaussianTask.make(mean: 1, logDeviation: 1, count: 64, heldOutCount: 0)
      let (ema, _) = try train(task, in: folder)
      let file = try SafetensorsFile(RunFiles(folder).last)
      #expect(try file.floats("ema.slope") == [ema[task.network.slope.offset]])
      #expect(try file.floats("ema.shift") == [ema[task.network.shift.offset]])
    }
  }
}

extension Double {
  fileprivate var float: Float { Float(self) }
}
