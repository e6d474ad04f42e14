import Autograd
import CAllocationCounter
import Consistency
import Testing

import Training

/// A step takes its memory when the trainer is made.
@Suite("Allocations")
struct AllocationTests {
  /// Of the calling thread; those of all threads are counted by `bench train`, which CI asks.
  @Test(arguments: [1, 2]) func aTrainingStepAllocatesNothing(threads: Int) throws {
    let task = try GaussianTask.make(mean: 0.3, logDeviation: 1, count: 64, heldOutCount: 0)
    var configuration = TrainingConfiguration()
    configuration.batchSize = 16
    configuration.shards = 4
    let step = StepBenchmark(task, configuration, threads: threads)
    try step.run()
    let before = allocation_count()
    for _ in 0..<3 { try step.run() }
    #expect(allocation_count() == before)
  }

  @Test(arguments: ObjectiveConfiguration.Method.allCases)
  func aDrawAllocatesNothing(method: ObjectiveConfiguration.Method) throws {
    try expectNoAllocation(in: try ObjectiveConfiguration(method).objective(sigmaData: 0.5))
  }

  /// These have levels and scalars for each of the teacher's steps.
  @Test func drawsThroughManyStepsAllocateNothing() throws {
    var distillation = ConsistencyDistillation.Configuration()
    distillation.teacherSteps = 20
    try expectNoAllocation(in: ConsistencyDistillation(distillation, sigmaData: 0.5))
    var trajectory = ConsistencyTrajectoryModel.Configuration()
    trajectory.largestStep = 17
    try expectNoAllocation(in: ConsistencyTrajectoryModel(trajectory, sigmaData: 0.5))
  }

  @Test func numbersWithoutRoomInlineAreKept() {
    var numbers = DrawnNumbers()
    for i in 0..<200 { numbers.append(Double(i)) }
    #expect(Array(numbers) == (0..<200).map(Double.init))
    #expect(Array(numbers + numbers) == Array(numbers) + Array(numbers))
  }

  /// Every sample of every step has a draw.
  private func expectNoAllocation(in objective: some Objective) throws {
    var random = Philox(seed: 1, step: 0, sample: 0, stream: .time)
    // Whatever is made on first use.
    var sum = objective.draw(progress: 0.5, using: &random).sigmas[0]
    let before = allocation_count()
    for i in 0..<100 { sum += objective.draw(progress: Double(i) / 100, using: &random).sigmas[0] }
    #expect(allocation_count() == before && sum > 0)
  }
}
