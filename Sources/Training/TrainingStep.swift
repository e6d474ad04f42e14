import Autograd
import Communication
import Consistency

/// The plans of one step: a batch is cut into shards, each with its own plan and gradient buffer. Every rank has some of
/// the shards.
final class TrainingStep<Task: TrainingTask>: Sendable {
  private let task: Task
  private let shardSize: Int
  private let shardCount: Int
  /// This rank's.
  private let shards: Range<Int>
  private let plans: [Plan]
  private let ports: [Task.Ports]
  private let weights: PackedWeights
  private let workers: Workers
  private let communicator: any Communicator
  /// nil where there is only one rank.
  private let exchange: GradientExchange?
  /// What adds up to the gradient of all shards: one for each, or the sum of which every rank has its parts.
  let gradients: [ParameterBuffer]

  /// - Parameter sum: where the gradients of several ranks are added up, laid out like the parameters.
  init(
    _ task: Task, banks: [Bank: ParameterBuffer], batchSize: Int, shards count: Int, sum: ParameterBuffer,
    _ communicator: any Communicator, workers: Workers
  ) {
    self.task = task
    self.workers = workers
    self.communicator = communicator
    shardSize = batchSize / count
    shardCount = count
    shards = communicator.share(of: count)
    let weights = PackedWeights(banks)
    self.weights = weights
    let recorded = task.record(batch: shardSize, training: true)
    let gradients = recorded.graph.gradient(of: recorded.loss)
    plans = shards.map { _ in
      recorded.plan(gradients: gradients, gradientCount: task.layout.count, weights: weights)
    }
    ports = plans.map(task.ports)
    exchange =
      communicator.size == 1
      ? nil : GradientExchange(plans: plans, trained: task.trainedParameters, into: sum, communicator)
    self.gradients = exchange == nil ? plans.map { $0.gradients! } : [sum]
  }

  /// What one shard's plan consists of.
  var statistics: Plan.Statistics { plans[0].statistics }
  /// How ranks share the optimiser's step out; nil where there is only one.
  var stretches: SharedStretches? { exchange?.stretches }
  /// Floats that every step adds up over the ranks.
  var exchangedCount: Int { exchange?.buckets.reduce(0) { $0 + $1.range.count } ?? 0 }

  /// Computes the loss and the gradient of every shard.
  ///
  /// - Parameter examples: the indices of this step's batch, in order, those of other ranks included.
  /// - Returns: the mean loss over the batch.
  /// - Throws: where other ranks no longer answer; weights are as they were.
  func run(examples: [Int], seed: UInt64, step: Int, progress: Double) throws(CommunicationError) -> Double {
    compute(examples: examples, seed: seed, step: step, progress: progress)
    return try exchangeRest()
  }

  /// The part of `run` that computes, and sends gradients meanwhile.
  func compute(examples: [Int], seed: UInt64, step: Int, progress: Double) {
    workers.run(workers.count, Refresh(weights: weights, parts: workers.count))
    exchange?.begin()
    workers.run(plans.count, Pass(all: self, examples: examples, seed: seed, step: step, progress: progress))
  }

  /// The part of `run` that waits for other ranks.
  func exchangeRest() throws(CommunicationError) -> Double {
    let loss = plans.reduce(0) { $0 + Double($1.output("loss")[0]) }
    guard let exchange else { return loss / Double(shardCount) }
    try exchange.finish()
    var losses = [loss]
    try communicator.sum(&losses)
    return losses[0] / Double(shardCount)
  }

  /// Packs the weights, in parts.
  private struct Refresh: Piecework {
    let weights: PackedWeights
    let parts: Int

    func callAsFunction(_ part: Int) { weights.refresh(part: part, of: parts) }
  }

  /// Fills and runs the plans, one per piece.
  private struct Pass: Piecework {
    let all: TrainingStep
    let examples: [Int]
    let seed: UInt64
    let step: Int
    let progress: Double

    func callAsFunction(_ index: Int) {
      let (plan, ports) = (all.plans[index], all.ports[index])
      for row in 0..<all.shardSize {
        let sample = (all.shards.lowerBound + index) * all.shardSize + row
        let key = SampleKey(seed: seed, step: UInt32(step), sample: UInt32(sample))
        all.task.fill(ports, row: row, example: examples[sample], heldOut: false, key: key, progress: progress)
      }
      if let exchange = all.exchange {
        plan.run(beforeResuming: { all.task.fillMidway(ports) }, ends: exchange.ends, passed: exchange.passed)
      } else {
        plan.run { all.task.fillMidway(ports) }
      }
    }
  }
}

extension RecordedLoss {
  /// Compiles it, with the outputs "loss" and the midway values.
  func plan(
    gradients: [(parameter: Parameter, gradient: Tensor)] = [], gradientCount: Int = 0, weights: PackedWeights
  ) -> Plan {
    Plan(
      graph, outputs: midway.merging(["loss": loss]) { $1 }, gradients: gradients, gradientCount: gradientCount,
      pausingAfter: Array(midway.values), weights: weights)
  }
}
