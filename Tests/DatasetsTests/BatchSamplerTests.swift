import Datasets
import Foundation
import Synchronization
import Testing

/// Batches are a pure function of seed and step.
struct BatchSamplerTests {
  @Test func everyEpochHasEveryExampleOnceInAnOrderOfItsOwn() {
    let sampler = BatchSampler(count: 103, batchSize: 10, seed: 5)
    let sequence = (0..<31).flatMap { sampler.indices(step: $0) }
    let epochs = (0..<3).map { Array(sequence[$0 * 103..<($0 + 1) * 103]) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<103)) }
    #expect(epochs[0] != epochs[1] && epochs[1] != epochs[2] && epochs[0] != Array(0..<103))
  }

  @Test func anyStepCanBeAskedForInAnyOrderFromAnyThread() {
    let reference = BatchSampler(count: 103, batchSize: 10, seed: 5)
    let expected = (0..<60).map { reference.indices(step: $0) }
    let sampler = BatchSampler(count: 103, batchSize: 10, seed: 5)
    #expect(sampler.indices(step: 59) == expected[59])
    #expect(sampler.indices(step: 3) == expected[3])
    let results = Mutex<[Int: [Int]]>([:])
    DispatchQueue.concurrentPerform(iterations: 60) { step in
      let indices = sampler.indices(step: 59 - step)
      results.withLock { $0[59 - step] = indices }
    }
    let found = results.withLock { $0 }
    for step in 0..<60 { #expect(found[step] == expected[step]) }
  }

  @Test func theBatchSizeOnlyCutsTheSequence() {
    let small = BatchSampler(count: 103, batchSize: 5, seed: 5)
    let large = BatchSampler(count: 103, batchSize: 250, seed: 5)
    #expect((0..<50).flatMap { small.indices(step: $0) } == large.indices(step: 0))
  }

  @Test func seedsGiveDifferentOrders() {
    let first = BatchSampler(count: 1000, batchSize: 1000, seed: 1).indices(step: 0)
    let second = BatchSampler(count: 1000, batchSize: 1000, seed: 2).indices(step: 0)
    // Two random orders agree at one place on average.
    #expect(zip(first, second).count { $0 == $1 } < 10)
  }

  /// Orders must never change, or old runs could not be resumed. The numbers follow from Philox4x32-10's published
  /// definition (Tests/Fixtures/shuffle.py computes them).
  @Test func ordersStayTheSameForEver() {
    #expect(
      BatchSampler(count: 10, batchSize: 20, seed: 42).indices(step: 0) == [
        7, 4, 3, 2, 8, 1, 0, 6, 5, 9, 3, 2, 8, 7, 1, 0, 4, 6, 5, 9,
      ])
  }
}
