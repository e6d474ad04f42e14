import Autograd
import Communication
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// Gradients leave while the backward pass goes on, none before it is complete.
struct GradientExchangeTests {
  @Test func bucketsCoverTheTrainedParametersInTheOrderInWhichTheyAreComplete() {
    // The last layers' gradients come first; 10..<14 has none.
    let ends = [
      Plan.GradientEnd(range: 0..<4, instructions: 9), Plan.GradientEnd(range: 4..<10, instructions: 12),
      Plan.GradientEnd(range: 14..<20, instructions: 5), Plan.GradientEnd(range: 20..<21, instructions: 3),
    ]
    func buckets(_ trained: Range<Int>, _ leastCount: Int) -> [GradientBucket] {
      GradientBucket.buckets(of: ends, in: trained, leastCount: leastCount)
    }
    #expect(
      buckets(0..<22, 8) == [
        GradientBucket(range: 20..<22, instructions: 3), GradientBucket(range: 10..<20, instructions: 5),
        GradientBucket(range: 0..<10, instructions: 12),
      ])
    #expect(buckets(0..<22, 100) == [GradientBucket(range: 0..<22, instructions: 12)])
    // Adapters alone.
    #expect(buckets(14..<21, 100) == [GradientBucket(range: 14..<21, instructions: 5)])
  }

  @Test(arguments: [1, 2]) func theSumIsThatOfTheFinishedGradients(shards: Int) throws {
    let results = try ThreadRanks.run(2) { ranks in
      let task = try RunCase.edm.task()
      let weights = PackedWeights([.online: task.layout.initialize(seed: 1)])
      let recorded = task.record(batch: 2, training: true)
      let gradients = recorded.graph.gradient(of: recorded.loss)
      let plans = (0..<shards).map { _ in
        Plan(
          recorded.graph, outputs: ["loss": recorded.loss], gradients: gradients, gradientCount: task.layout.count,
          weights: weights)
      }
      let sum = ParameterBuffer(count: task.layout.count)
      let exchange = GradientExchange(
        plans: plans, trained: 0..<task.layout.count, into: sum, ranks, leastCount: 1000)
      #expect(exchange.buckets.count > 10)
      #expect(Set(exchange.ends).count > 10, "all buckets are complete at once: nothing overlaps")
      // A bucket that leaves too early in the second step holds the first one's numbers.
      for step in 0..<2 {
        exchange.begin()
        for (shard, plan) in plans.enumerated() {
          let ports = task.ports(in: plan)
          for row in 0..<2 {
            let sample = (shards * ranks.rank + shard) * 2 + row
            let key = SampleKey(seed: 1, step: UInt32(step), sample: UInt32(sample))
            task.fill(ports, row: row, example: 8 * step + sample, heldOut: false, key: key, progress: 0.5)
          }
          plan.run(beforeResuming: {}, ends: exchange.ends, passed: exchange.passed)
        }
        try exchange.finish()
      }
      return withExtendedLifetime((plans, sum)) {
        let parts = exchange.stretches.own
        let own = plans.dropFirst().reduce(Array(plans[0].gradients!.values)) { own, plan in
          zip(own, plan.gradients!.values).map { $0 + $1 }
        }
        return (parts: parts, sum: parts.map { Array(sum.values[$0]) }, own: own)
      }
    }.map { try $0.get() }
    let truth = zip(results[0].own, results[1].own).map { $0 + $1 }
    #expect(truth.contains { $0 != 0 } && results[0].own != results[1].own)
    for result in results { #expect(result.sum == result.parts.map { Array(truth[$0]) }) }
    let covered = results.flatMap(\.parts).flatMap(Array.init).sorted()
    #expect(covered == Array(truth.indices), "every gradient is somebody's")
  }
}
