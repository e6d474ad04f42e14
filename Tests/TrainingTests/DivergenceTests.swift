import Autograd
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// A run that goes wrong ends with an error and leaves its last checkpoint as it was.
struct DivergenceTests {
  /// Another task's loss, NaN from a training step on, or on held-out examples.
  private struct FailingTask<Base: TrainingTask>: TrainingTask {
    let base: Base
    var failingStep = UInt32.max - 1
    var failsHeldOut = false

    var layout: ParameterLayout { base.layout }
    var exampleCount: Int { base.exampleCount }
    var heldOutCount: Int { base.heldOutCount }
    var usesTeacher: Bool { base.usesTeacher }
    var usesTarget: Bool { base.usesTarget }
    func targetDecay(progress: Double) -> Double { base.targetDecay(progress: progress) }

    func record(batch: Int, training: Bool) -> RecordedLoss {
      base.record(batch: batch, training: training)
    }

    struct Ports: @unchecked Sendable {
      let data: UnsafeMutableBufferPointer<Float>
      let base: Base.Ports
    }

    func ports(in plan: Plan) -> Ports { Ports(data: plan.input("data"), base: base.ports(in: plan)) }

    func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
      base.fill(ports.base, row: row, example: example, heldOut: heldOut, key: key, progress: progress)
      if heldOut ? failsHeldOut : key.step >= failingStep { ports.data[0] = .nan }
    }
  }

  /// The loss |w d| at w d = 0: 0, with a derivative of 0/0.
  private struct CornerTask: TrainingTask {
    let layout: ParameterLayout
    private let weight: Parameter

    init() {
      var layout = ParameterLayout()
      weight = layout.add("weight", [1, 1, 1], kind: .vector, .ones)
      self.layout = layout
    }

    var exampleCount: Int { 8 }
    var heldOutCount: Int { 0 }
    var usesTeacher: Bool { false }

    func record(batch: Int, training: Bool) -> RecordedLoss {
      let graph = Graph()
      let product = graph.input("data", [batch, 1, 1]) * graph.parameter(weight)
      return RecordedLoss(graph, loss: product.squared().squareRoot().mean())
    }

    struct Ports: @unchecked Sendable {
      let data: UnsafeMutableBufferPointer<Float>
    }

    func ports(in plan: Plan) -> Ports { Ports(data: plan.input("data")) }

    func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
      ports.data[row] = key.step < 3 ? 1 : 0
    }
  }

  /// Runs a task with a checkpoint after every second step.
  private func run(_ task: some TrainingTask, in folder: URL) throws {
    var configuration = RunCase.configuration
    configuration.checkpointEvery = 2
    configuration.evaluateEvery = 3
    _ = try Trainer(task, configuration, directory: folder, metadata: [:], threads: 2, resume: false).run()
  }

  private func expectIntact(_ files: RunFiles, step: Int) throws {
    #expect(try files.step() == step)
    #expect(try files.bytes() == files.bytes("step-\(step).safetensors"))
  }

  @Test func aLossThatIsNoNumberEndsTheRun() throws {
    try withTemporaryFolder { folder in
      let task = FailingTask(base: try RunCase.edm.task(), failingStep: 7)
      let error = try #require(throws: TrainingError.self) { try run(task, in: folder) }
      guard case .diverged(7, .loss, let value) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(value.isNaN)
      #expect(error.description.hasPrefix("the loss became nan at step 7; the last checkpoint is intact: "))
      try expectIntact(RunFiles(folder), step: 6)
      // Without the disturbance the run goes on from there.
      let clean = FailingTask(base: try RunCase.edm.task())
      var configuration = RunCase.configuration
      configuration.checkpointEvery = 2
      let resumed = try Trainer(clean, configuration, directory: folder, metadata: [:], threads: 1, resume: true)
      #expect(try resumed.run() == .finished)
    }
  }

  /// Otherwise the checkpoint of this very step would hold the ruined weights.
  @Test func aGradientThatIsNoNumberEndsTheRunBeforeItIsSaved() throws {
    try withTemporaryFolder { folder in
      let error = try #require(throws: TrainingError.self) { try run(CornerTask(), in: folder) }
      guard case .diverged(3, .gradientNorm, _) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.description.hasPrefix("the gradient's norm became "))
      try expectIntact(RunFiles(folder), step: 2)
    }
  }

  @Test func aHeldOutLossThatIsNoNumberEndsTheRun() throws {
    try withTemporaryFolder { folder in
      let task = FailingTask(base: try RunCase.edm.task(), failsHeldOut: true)
      let error = try #require(throws: TrainingError.self) { try run(task, in: folder) }
      guard case .diverged(2, .heldOutLoss, _) = error else {
        Issue.record("\(error)")
        return
      }
      try expectIntact(RunFiles(folder), step: 2)
    }
  }
}
