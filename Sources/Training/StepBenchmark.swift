import Autograd
import Consistency

/// One training step on the first examples of a task, again and again, without files: what a benchmark times.
public final class StepBenchmark<Task: TrainingTask> {
  private let configuration: TrainingConfiguration
  private let optimizer: Optimizer
  private let step: TrainingStep<Task>
  private let workers: Workers
  private var count = 0

  /// All parameters are trained, from the layout's initial values.
  ///
  /// - Parameters:
  ///   - configuration: without a `problem`; of it only batch, shards, seed and AdamW's settings count.
  ///   - threads: at least 1.
  /// - Precondition: the task needs neither a teacher nor a target, and has at least a batch of examples.
  public init(_ task: Task, _ configuration: TrainingConfiguration, threads: Int) {
    precondition(!task.usesTeacher && !task.usesTarget && task.exampleCount >= configuration.batchSize)
    self.configuration = configuration
    workers = Workers(threads)
    optimizer = Optimizer(
      weights: task.layout.initialize(seed: configuration.seed), trained: task.trainedParameters)
    step = TrainingStep(
      task, banks: [.online: optimizer.weights], batchSize: configuration.batchSize, shards: configuration.shards,
      workers: workers)
  }

  /// Multiplications and additions of a step's convolutions and linear layers, forward and backward, over all shards.
  public var flops: Int { step.statistics.flops * configuration.shards }

  /// Does one step: forward, backward, clipping, AdamW, EMA.
  public func run() {
    _ = step.run(examples: Array(0..<configuration.batchSize), seed: configuration.seed, step: count, progress: 0.5)
    _ = optimizer.step(
      count, shardGradients: step.gradients, rate: 1e-4, emaDecay: 0.99, configuration, workers: workers)
    count += 1
  }
}
