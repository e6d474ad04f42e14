import Autograd
import Backbone
import Consistency

/// A batch with chosen data, noise and draws, whose loss and gradient are computed in double precision.
struct LossBatch<N: Network> {
  let graph = Graph()
  let recording: LossRecording<N>
  let loss: Tensor
  private var inputs: [String: [Double]] = [:]

  /// - Parameters:
  ///   - shape: `[T, C]` of a sample.
  ///   - rows: of every sample, its draw, x0 and z.
  ///   - conditions: the global condition of every sample, one number; nil for none.
  ///   - validity: `[T]`, the same for every sample.
  ///   - learned: the loss's own parameters.
  init(
    _ objective: any Objective, _ network: N, sigmaData: Double, shape: [Int] = [1, 1],
    rows: [(draw: Draw, x0: [Double], z: [Double])], conditions: [Double]? = nil, validity: [Double]? = nil,
    learned: [String: Parameter] = [:]
  ) {
    let batch = rows.count
    let student = Self.parameterisation(
      sigmaData, boundary: objective.boundarySigma, frame: type(of: objective).frame)
    let teacher = Self.parameterisation(sigmaData, boundary: 0)
    recording = LossRecording(
      graph: graph, student: Denoiser(network, student),
      teacher: objective.needsTeacher ? Denoiser(network, teacher) : nil,
      data: graph.input("data", [batch] + shape),
      conditioning: Conditioning(global: conditions == nil ? nil : graph.input("conditions", [batch, 1, 1])),
      validity: validity == nil ? nil : graph.input("validity", [batch, shape[0], 1]), learned: learned)
    loss = objective.loss(recording)
    inputs = ["data": rows.flatMap(\.x0), LossInput.noise: rows.flatMap(\.z)]
    if let conditions { inputs["conditions"] = conditions }
    if let validity { inputs["validity"] = rows.flatMap { _ in validity } }
    for (i, name) in objective.levelNames.enumerated() {
      let sigmas = rows.map(\.draw.sigmas[i])
      inputs.merge(NoiseLevel.inputs(name, sigmas.map(student.values))) { $1 }
      inputs.merge(NoiseLevel.inputs(LossInput.teacherLevel(name), sigmas.map(teacher.values))) { $1 }
    }
    for (i, name) in objective.scalarNames.enumerated() {
      inputs[LossInput.scalar(name)] = rows.map(\.draw.scalars[i])
    }
  }

  static func parameterisation(
    _ sigmaData: Double, boundary: Double, frame: Preconditioning.Frame = .edm
  ) -> Parameterisation {
    Parameterisation(Preconditioning(sigmaData: sigmaData, boundarySigma: boundary, frame: frame))
  }

  func evaluate(_ outputs: [Tensor], _ parameters: [Bank: [Double]]) -> [[Double]] {
    ReferenceInterpreter(graph, parameters: parameters, inputs: inputs).evaluate(outputs)
  }

  /// The loss of every sample.
  func losses(_ parameters: [Bank: [Double]]) -> [Double] { evaluate([loss], parameters)[0] }

  /// The mean loss's gradient with respect to the online parameters, in layout order.
  func gradient(_ parameters: [Bank: [Double]]) -> [Double] {
    evaluate(graph.gradient(of: loss.mean()).map(\.gradient), parameters).flatMap { $0 }
  }
}
