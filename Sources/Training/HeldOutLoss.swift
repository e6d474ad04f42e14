import Autograd
import Communication
import Consistency

/// The held-out loss: always the same examples with the same noise, so that its curve shows the network only.
package final class HeldOutLoss<Task: TrainingTask>: Sendable {
  private let task: Task
  private let batch: Int
  private let examples: [Int]
  private let plans: [Plan]
  private let ports: [Task.Ports]
  private let weights: PackedWeights
  private let workers: Workers
  private let communicator: any Communicator

  /// nil if the task holds nothing out.
  package init?(
    _ task: Task, banks: [Bank: ParameterBuffer], examples limit: Int, batch: Int,
    _ communicator: any Communicator = SingleProcess(), workers: Workers
  ) {
    guard task.heldOutCount > 0 else { return nil }
    self.communicator = communicator
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

  /// The mean over the examples: a function of the weights, `seed` and, for an objective with stages, `progress`. Ranks
  /// share the batches out; the result does not depend on their number.
  ///
  /// - Throws: where other ranks no longer answer.
  package func callAsFunction(seed: UInt64, progress: Double) throws(CommunicationError) -> Double {
    weights.refresh()
    let batches = examples.count / batch
    var losses = [Double](repeating: 0, count: batches)
    let mine = communicator.share(of: batches)
    losses.withUnsafeMutableBufferPointer { measure(mine, seed: seed, progress: progress, into: $0) }
    // A sum of one number and zeros.
    try communicator.sum(&losses)
    return losses.reduce(0, +) / Double(batches)
  }

  private func measure(
    _ mine: Range<Int>, seed: UInt64, progress: Double, into losses: UnsafeMutableBufferPointer<Double>
  ) {
    nonisolated(unsafe) let results = losses
    workers.run(plans.count) { worker in
      let plan = plans[worker]
      for index in stride(from: mine.lowerBound + worker, to: mine.upperBound, by: plans.count) {
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
  }
}
