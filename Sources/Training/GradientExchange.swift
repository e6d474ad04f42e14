import Autograd
import CKernels
import Communication
import Synchronization

/// Adds up the gradients of all ranks, one bucket after the other while the backward pass goes on. Of every bucket, each
/// rank gets the sums of its part, which is all that its share of the optimiser's step needs.
///
/// A bucket leaves when the last of this rank's shards has passed it. Buckets leave in one order on all ranks, whatever
/// their threads do.
package final class GradientExchange: Sendable {
  /// In the order in which they leave.
  package let buckets: [GradientBucket]
  /// `ends` of the plans' runs.
  package let ends: [Int]
  /// Where this rank's parts of the sum are after `finish`.
  package let sum: ParameterBuffer
  private let shards: [ParameterBuffer]
  private let communicator: any Communicator

  private struct State {
    /// Of each bucket: shards that have not passed it.
    var missing: [Int] = []
    /// The bucket that leaves next.
    var next = 0
    var failure: CommunicationError?
  }

  private let state = Mutex(State())

  /// - Parameters:
  ///   - plans: of this rank's shards, all of one graph.
  ///   - trained: the parameters whose gradients are needed.
  ///   - sum: laid out like the parameters.
  ///   - leastCount: floats of a bucket, nil for what suits the number of ranks.
  package init(
    plans: [Plan], trained: Range<Int>, into sum: ParameterBuffer, _ communicator: any Communicator,
    leastCount: Int? = nil
  ) {
    buckets = GradientBucket.buckets(
      of: plans[0].gradientEnds, in: trained,
      leastCount: leastCount ?? GradientBucket.leastCount(ranks: communicator.size))
    ends = buckets.map(\.instructions)
    self.sum = sum
    shards = plans.map { $0.gradients! }
    self.communicator = communicator
  }

  /// Before the shards of a step run.
  package func begin() {
    state.withLock { state in
      state.missing = buckets.map { _ in shards.count }
      state.next = 0
    }
  }

  /// A shard has passed a bucket. From any thread.
  package func passed(_ bucket: Int) {
    state.withLock { state in
      state.missing[bucket] -= 1
      guard state.failure == nil else { return }
      do throws(CommunicationError) {
        while state.next < buckets.count && state.missing[state.next] == 0 {
          try send(buckets[state.next].range)
          state.next += 1
        }
        try communicator.progress()
      } catch {
        // A thread of the step cannot throw: `finish` does.
        state.failure = error
      }
    }
  }

  private func send(_ range: Range<Int>) throws(CommunicationError) {
    let sources = shards.map { UnsafePointer($0.pointer + range.lowerBound) as UnsafePointer<Float>? }
    let target = sum.pointer + range.lowerBound
    _ = ck_reduce_gradients(range.count, Int32(sources.count), sources, target)
    try communicator.beginSum(UnsafeMutableBufferPointer(start: target, count: range.count))
  }

  /// How the optimiser's work is shared out.
  package var stretches: SharedStretches { SharedStretches(buckets.map(\.range), communicator) }

  /// After the shards of a step have run: waits until this rank's parts of `sum` are those of all shards of all ranks.
  package func finish() throws(CommunicationError) {
    let failure = state.withLock { $0.failure }
    if let failure { throw failure }
    try communicator.finishExchanges()
  }
}
