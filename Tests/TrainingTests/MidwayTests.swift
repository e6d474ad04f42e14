import Autograd
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// Losses with inputs that follow from the network's own values, and networks of which a part is trained.
struct MidwayTests {
  /// loss = (w x − late)² + (frozen · 0)²; late is filled half-way with w x + 1, so that the loss is always 1.
  private struct ChasingTask: TrainingTask {
    let layout: ParameterLayout
    let weight: Parameter
    let frozen: Parameter

    init() {
      var layout = ParameterLayout()
      frozen = layout.add("frozen", [1, 1, 3], kind: .vector, .ones)
      weight = layout.add("weight", [1, 1, 1], kind: .vector, .ones)
      self.layout = layout
    }

    var exampleCount: Int { 8 }
    var heldOutCount: Int { 4 }
    var usesTeacher: Bool { false }
    var trainedParameters: Range<Int> { weight.range }

    func record(batch: Int, training: Bool) -> RecordedLoss {
      let graph = Graph()
      let product = graph.input("x", [batch, 1, 1]) * graph.parameter(weight)
      let error = product - graph.input("late", [batch, 1, 1])
      let unused = (graph.parameter(frozen) * 0).total()
      return RecordedLoss(graph, loss: error.squared().mean() + unused, midway: ["product": product])
    }

    struct Ports: @unchecked Sendable {
      let x: UnsafeMutableBufferPointer<Float>
      let late: UnsafeMutableBufferPointer<Float>
      let product: UnsafeBufferPointer<Float>
    }

    func ports(in plan: Plan) -> Ports {
      Ports(x: plan.input("x"), late: plan.input("late"), product: plan.output("product"))
    }

    func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
      ports.x[row] = Float(example + 1)
    }

    func fillMidway(_ ports: Ports) {
      for row in ports.late.indices { ports.late[row] = ports.product[row] + 1 }
    }
  }

  @Test func aTargetMayFollowFromTheNetworksOwnOutput() throws {
    try withTemporaryFolder { folder in
      var configuration = TrainingConfiguration()
      configuration.steps = 30
      configuration.batchSize = 4
      configuration.warmupSteps = 0
      configuration.learningRate = 0.01
      configuration.weightDecay = 0.1
      configuration.logEvery = 10
      configuration.evaluateEvery = 10
      let trainer = try Trainer(
        ChasingTask(), configuration, directory: folder, metadata: [:], threads: 2, resume: false)
      var losses: [Double?] = []
      _ = try trainer.run(report: { losses += [$0.loss, $0.heldOutLoss] })
      #expect(losses.count == 6)
      for loss in losses { #expect(abs((loss ?? .nan) - 1) < 1e-4) }
      // The gradient is −2 x whatever w is: w only ever grows.
      #expect(trainer.optimizer.weights[3] > 1.1)
    }
  }

  @Test func whatIsNotTrainedKeepsItsValues() throws {
    try withTemporaryFolder { folder in
      var configuration = TrainingConfiguration()
      configuration.steps = 20
      configuration.batchSize = 4
      configuration.weightDecay = 0.5
      let trainer = try Trainer(
        ChasingTask(), configuration, directory: folder, metadata: [:], threads: 1, resume: false)
      _ = try trainer.run()
      #expect((0..<3).allSatisfy { trainer.optimizer.weights[$0] == 1 && trainer.optimizer.ema[$0] == 1 })
      #expect(trainer.optimizer.weights[3] != 1)
    }
  }
}
