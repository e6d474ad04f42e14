import Autograd
import CKernels
import Communication
import Consistency

/// One training step on the first examples of a task, again and again, without files: what a benchmark times.
public final class StepBenchmark<Task: TrainingTask> {
  private let configuration: TrainingConfiguration
  private let optimizer: Optimizer
  private let step: TrainingStep<Task>
  private let workers: Workers
  private let examples: [Int]
  private var count = 0

  /// All parameters are trained, from the layout's initial values.
  ///
  /// - Parameters:
  ///   - configuration: without a `problem`; of it only batch, shards, seed and AdamW's settings count.
  ///   - communicator: the ranks that share the batch, at most one per shard.
  ///   - threads: at least 1.
  /// - Precondition: the task needs neither a teacher nor a target, and has at least a batch of examples.
  public init(
    _ task: Task, _ configuration: TrainingConfiguration, communicator: any Communicator = SingleProcess(), threads: Int
  ) {
    precondition(
      communicator.size <= configuration.shards, "\(communicator.size) ranks for \(configuration.shards) shards")
    precondition(!task.usesTeacher && !task.usesTarget && task.exampleCount >= configuration.batchSize)
    self.configuration = configuration
    examples = Array(0..<configuration.batchSize)
    workers = Workers(threads)
    var optimizer = Optimizer(
      weights: task.layout.initialize(seed: configuration.seed), trained: task.trainedParameters)
    step = TrainingStep(
      task, banks: [.online: optimizer.weights], batchSize: configuration.batchSize, shards: configuration.shards,
      sum: optimizer.reduced, communicator, workers: workers)
    if let stretches = step.stretches { optimizer.share(stretches) }
    self.optimizer = optimizer
  }

  /// Multiplications and additions of a step's convolutions and linear layers, forward and backward, over all shards, padding
  /// left out.
  public var flops: Int { step.statistics.usefulFlops * configuration.shards }

  /// Bytes of gradients that every step adds up over the ranks, and of weights that it gathers; 0 for one rank.
  public var exchangedBytes: Int { step.exchangedCount * MemoryLayout<Float>.size }

  /// Seconds that the last step waited for other ranks after its own computation: what the backward pass did not hide.
  public private(set) var waited = 0.0

  /// Seconds of the last step's norm, clipping, AdamW and EMA; with several ranks also of gathering the weights.
  public private(set) var optimizing = 0.0

  /// Does one step: forward, backward, clipping, AdamW, EMA.
  ///
  /// - Throws: where other ranks no longer answer.
  public func run() throws(CommunicationError) {
    step.compute(examples: examples, seed: configuration.seed, step: count, progress: 0.5)
    let start = ck_now()
    _ = try step.exchangeRest()
    let middle = ck_now()
    waited = middle - start
    _ = try optimizer.step(
      count, shardGradients: step.gradients, of: configuration.shards, rate: 1e-4, emaDecay: 0.99, configuration,
      workers: workers)
    optimizing = ck_now() - middle
    count += 1
  }
}
