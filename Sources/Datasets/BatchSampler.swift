import Autograd
import Synchronization

/// Which examples a training step sees: every epoch goes through all of them once, in an order of its own.
///
/// Global sample g of step k is number (k · batchSize + g) of the endless sequence of shuffled epochs. It depends on
/// seed, k and g alone, so a run can be resumed, sharded or replayed at will.
public final class BatchSampler: Sendable {
  /// Number of examples.
  public let count: Int
  public let batchSize: Int
  public let seed: UInt64
  /// The orders of the epochs last used; two, because a batch may lie across a border.
  private let orders = Mutex<[(epoch: Int, order: [Int])]>([])

  public init(count: Int, batchSize: Int, seed: UInt64) {
    precondition(count > 0 && batchSize > 0, "a sampler of \(count) examples in batches of \(batchSize)")
    self.count = count
    self.batchSize = batchSize
    self.seed = seed
  }

  /// The examples of a step, `[batchSize]`, each 0 ..< count.
  public func indices(step: Int) -> [Int] {
    var indices: [Int] = []
    replace(&indices, step: step)
    return indices
  }

  /// The same in place of a former step's, without allocating but for a new epoch's order.
  public func replace(_ indices: inout [Int], step: Int) {
    precondition(step >= 0, "step \(step) is negative")
    indices.removeAll(keepingCapacity: true)
    orders.withLock { orders in
      for position in step * batchSize..<(step + 1) * batchSize {
        indices.append(order(ofEpoch: position / count, in: &orders)[position % count])
      }
    }
  }

  private func order(ofEpoch epoch: Int, in orders: inout [(epoch: Int, order: [Int])]) -> [Int] {
    if let known = orders.last(where: { $0.epoch == epoch }) { return known.order }
    var generator = Philox(seed: seed, step: UInt32(truncatingIfNeeded: epoch), sample: 0, stream: .shuffle)
    if orders.count == 2 { orders.removeFirst() }
    orders.append((epoch, generator.permutation(of: count)))
    return orders[orders.count - 1].order
  }
}
