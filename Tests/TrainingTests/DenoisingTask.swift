import Autograd
import Backbone
import Communication
import Consistency
import Foundation
import Testing
import Training

/// Unconditional training on given examples: the smallest head there can be.
struct DenoisingTask<N: Network>: TrainingTask {
  let layout: ParameterLayout
  let network: N
  let method: TrainingMethod
  /// Of one example, `[T, C]`.
  let shape: [Int]
  /// `[count, T, C]`
  let training: [Float]
  var heldOut: [Float] = []

  private var size: Int { shape[0] * shape[1] }
  var exampleCount: Int { training.count / size }
  var heldOutCount: Int { heldOut.count / size }
  var usesTeacher: Bool { method.objective.needsTeacher }
  var usesTarget: Bool { method.objective.usesTarget }
  func targetDecay(progress: Double) -> Double { method.objective.targetDecay(progress: progress) }

  func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let data = graph.input("data", [batch] + shape)
    let loss = method.loss(of: network, data: data, conditioning: .init(), training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  struct Ports: @unchecked Sendable {
    let data: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  func ports(in plan: Plan) -> Ports { Ports(data: plan.input("data"), method: method.ports(in: plan)) }

  func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let values = heldOut ? self.heldOut : training
    for i in 0..<size { ports.data[row * size + i] = values[example * size + i] }
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}

/// F(x) = slope · x + shift, whatever the noise level: at one noise level it can represent the best denoiser of
/// Gaussian and of constant data exactly.
struct AffineNetwork: Network {
  let slope: Parameter
  let shift: Parameter

  init(in layout: inout ParameterLayout) {
    slope = layout.add("slope", [1, 1, 1], kind: .vector, .zeros)
    shift = layout.add("shift", [1, 1, 1], kind: .vector, .zeros)
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    x * x.parameter(slope) + x.parameter(shift)
  }
}

/// Standard normal numbers that are the same everywhere.
func normalNumbers(_ count: Int, seed: UInt64) -> [Float] {
  var random = Philox(seed: seed, step: 0, sample: 0, stream: .environment)
  return (0..<count).map { _ in Float(random.normal()) }
}

/// A run of an objective as its users see it: a real network with dropout, and for distillation a teacher and a target
/// that is a moving average.
enum RunCase: String, CaseIterable, CustomTestStringConvertible, Sendable {
  case edm, cd, ect
  var testDescription: String { rawValue }

  static let sigmaData = 1.0

  func task() throws -> DenoisingTask<TemporalUNet> {
    var layout = ParameterLayout()
    let network = TemporalUNet(
      .init(channels: 2, widths: [32, 48], groups: 4, embedding: 16, dropout: 0.1), in: &layout)
    let objective = try objective()
    let teacher = objective.needsTeacher ? Parameterisation(Preconditioning(sigmaData: Self.sigmaData)) : nil
    let student = Parameterisation(
      Preconditioning(sigmaData: Self.sigmaData, boundarySigma: objective.boundarySigma))
    let method = TrainingMethod(objective: objective, student: student, teacher: teacher, in: &layout)
    return DenoisingTask(
      layout: layout, network: network, method: method, shape: [4, 2],
      training: normalNumbers(50 * 8, seed: 1), heldOut: normalNumbers(10 * 8, seed: 2))
  }

  private func objective() throws -> any Objective {
    switch self {
    case .edm: return try EDMObjective(sigmaData: Self.sigmaData)
    case .cd:
      var configuration = ConsistencyDistillation.Configuration()
      configuration.targetDecay = 0.95
      return try ConsistencyDistillation(configuration, sigmaData: Self.sigmaData)
    case .ect: return try EasyConsistencyTuning(sigmaData: Self.sigmaData)
    }
  }

  /// 40 steps of 8 examples; reports, evaluations and checkpoints at steps that do not fall together.
  static var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.steps = 40
    configuration.batchSize = 8
    configuration.warmupSteps = 4
    configuration.checkpointEvery = 20
    configuration.logEvery = 7
    configuration.evaluateEvery = 15
    return configuration
  }

  func trainer(
    in directory: URL, _ configuration: TrainingConfiguration = configuration, teacherSeed: UInt64 = 5,
    metadata: [String: String] = ["head": #"{"kind":"test"}"#], communicator: any Communicator = SingleProcess(),
    threads: Int = 1, resume: Bool = false, savingEvery: Duration = .seconds(300)
  ) throws -> Trainer<DenoisingTask<TemporalUNet>> {
    let task = try task()
    let teacher = task.usesTeacher ? task.layout.initialize(seed: teacherSeed) : nil
    return try Trainer(
      task, configuration, directory: directory, metadata: metadata, start: teacher, teacher: teacher,
      communicator: communicator, threads: threads, resume: resume, savingEvery: savingEvery)
  }
}
