import Autograd
import CAllocationCounter
import Consistency
import Testing

import Training

/// A step takes its memory when the trainer is made.
@Suite("Allocations")
struct AllocationTests {
  /// On one thread; on several each run of the workers keeps what its body captures.
  @Test func aTrainingStepAllocatesNothing() throws {
    let task = try GaussianTask.make(mean: 0.3, logDeviation: 1, count: 64, heldOutCount: 0)
    var configuration = TrainingConfiguration()
    configuration.batchSize = 16
    configuration.shards = 4
    let step = StepBenchmark(task, configuration, threads: 1)
    try step.run()
    let before = allocation_count()
    for _ in 0..<3 { try step.run() }
    #expect(allocation_count() == before)
  }

  /// Every sample of every step has a draw. Those of CD and CTM, through a teacher's steps, still allocate.
  @Test(arguments: ObjectiveConfiguration.Method.allCases.filter { $0 != .cd && $0 != .ctm })
  func aDrawAllocatesNothing(method: ObjectiveConfiguration.Method) throws {
    let objective = try ObjectiveConfiguration(method).objective(sigmaData: 0.5)
    var random = Philox(seed: 1, step: 0, sample: 0, stream: .time)
    // Whatever is made on first use.
    var sum = objective.draw(progress: 0.5, using: &random).sigmas[0]
    let before = allocation_count()
    for i in 0..<100 { sum += objective.draw(progress: Double(i) / 100, using: &random).sigmas[0] }
    #expect(allocation_count() == before && sum > 0)
  }
}
