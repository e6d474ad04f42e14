import Autograd
import Consistency

/// The plans of one step: a batch is cut into shards, each with its own plan and gradient buffer.
final class TrainingStep<Task: TrainingTask>: Sendable {
  private let task: Task
  private let shardSize: Int
  private let plans: [Plan]
  private let ports: [Task.Ports]
  private let weights: PackedWeights
  private let workers: Workers

  init(_ task: Task, banks: [Bank: ParameterBuffer], batchSize: Int, shards: Int, workers: Workers) {
    self.task = task
    self.workers = workers
    shardSize = batchSize / shards
    let weights = PackedWeights(banks)
    self.weights = weights
    let recorded = task.record(batch: shardSize, training: true)
    let gradients = recorded.graph.gradient(of: recorded.loss)
    plans = (0..<shards).map { _ in
      recorded.plan(gradients: gradients, gradientCount: task.layout.count, weights: weights)
    }
    ports = plans.map(task.ports)
  }

  var gradients: [ParameterBuffer] { plans.map { $0.gradients! } }
  var statistics: Plan.Statistics { plans[0].statistics }

  /// Computes the loss and the gradient of every shard.
  ///
  /// - Parameter examples: the indices of this step's batch, in order.
  /// - Returns: the mean loss over the batch.
  func run(examples: [Int], seed: UInt64, step: Int, progress: Double) -> Double {
    workers.run(workers.count) { part in weights.refresh(part: part, of: workers.count) }
    workers.run(plans.count) { shard in
      let plan = plans[shard]
      for row in 0..<shardSize {
        let sample = shard * shardSize + row
        let key = SampleKey(seed: seed, step: UInt32(step), sample: UInt32(sample))
        task.fill(
          ports[shard], row: row, example: examples[sample], heldOut: false, key: key, progress: progress)
      }
      plan.run { task.fillMidway(ports[shard]) }
    }
    return plans.reduce(0) { $0 + Double($1.output("loss")[0]) } / Double(plans.count)
  }
}

/// The held-out loss: always the same examples with the same noise, so that its curve shows the network only.
package final class HeldOutLoss<Task: TrainingTask>: Sendable {
  private let task: Task
  private let batch: Int
  private let examples: [Int]
  private let plans: [Plan]
  private let ports: [Task.Ports]
  private let weights: PackedWeights
  private let workers: Workers

  /// nil if the task holds nothing out.
  package init?(_ task: Task, banks: [Bank: ParameterBuffer], examples limit: Int, batch: Int, workers: Workers) {
    guard task.heldOutCount > 0 else { return nil }
    self.task = task
    self.batch = batch
    self.workers = workers
    // Whole batches, spread evenly over what is held out; few examples are repeated.
    let count = (min(limit, task.heldOutCount) + batch - 1) / batch * batch
    examples = (0..<count).map { $0 * task.heldOutCount / count }
    let weights = PackedWeights(banks)
    self.weights = weights
    let recorded = task.record(batch: batch, training: false)
    plans = (0..<workers.count).map { _ in recorded.plan(weights: weights) }
    ports = plans.map(task.ports)
  }

  /// The mean over the examples: a function of the weights, `seed` and, for an objective with stages, `progress`.
  package func callAsFunction(seed: UInt64, progress: Double) -> Double {
    weights.refresh()
    let batches = examples.count / batch
    let losses = UnsafeMutableBufferPointer<Double>.allocate(capacity: batches)
    defer { losses.deallocate() }
    nonisolated(unsafe) let results = losses
    workers.run(plans.count) { worker in
      let plan = plans[worker]
      for index in stride(from: worker, to: batches, by: plans.count) {
        for row in 0..<batch {
          let sample = index * batch + row
          // Step 2³² − 1 is never trained on.
          let key = SampleKey(seed: seed, step: .max, sample: UInt32(sample))
          task.fill(
            ports[worker], row: row, example: examples[sample], heldOut: true, key: key, progress: progress)
        }
        plan.run { task.fillMidway(ports[worker]) }
        results[index] = Double(plan.output("loss")[0])
      }
    }
    return losses.reduce(0, +) / Double(batches)
  }
}

extension RecordedLoss {
  /// Compiles it, with the outputs "loss" and the midway values.
  fileprivate func plan(
    gradients: [(parameter: Parameter, gradient: Tensor)] = [], gradientCount: Int = 0, weights: PackedWeights
  ) -> Plan {
    Plan(
      graph, outputs: midway.merging(["loss": loss]) { $1 }, gradients: gradients, gradientCount: gradientCount,
      pausingAfter: Array(midway.values), weights: weights)
  }
}
