import Autograd
import Consistency
import Training

/// What a trainer needs to know: one loss for a batch of points, and how its inputs are filled.
struct PointTask: TrainingTask {
  let layout: ParameterLayout
  let network: PointNetwork
  let method: TrainingMethod
  let points: [SIMD2<Double>]

  var exampleCount: Int { points.count }
  var heldOutCount: Int { 0 }
  var usesTeacher: Bool { method.objective.needsTeacher }
  var usesTarget: Bool { method.objective.usesTarget }
  func targetDecay(progress: Double) -> Double { method.objective.targetDecay(progress: progress) }

  func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let data = graph.input("points", [batch, 1, 2])
    let loss = method.loss(of: network, data: data, conditioning: .init(), training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  /// Where a plan's points lie, and what the method reads.
  struct Ports: @unchecked Sendable {
    let points: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  func ports(in plan: Plan) -> Ports { Ports(points: plan.input("points"), method: method.ports(in: plan)) }

  func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    ports.points[2 * row] = Float(points[example].x)
    ports.points[2 * row + 1] = Float(points[example].y)
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}
