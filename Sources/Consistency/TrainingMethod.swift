import Autograd
import Backbone

/// An objective with the parameterisations of the denoisers it compares: everything about training that does not depend
/// on the head. A head records its own data and conditioning, and fills them; this does the rest on both sides.
public struct TrainingMethod: Sendable {
  /// Draws noise levels and records the loss.
  public let objective: any Objective
  /// Of the denoiser being trained.
  public let student: Parameterisation
  /// Of the frozen one; given if and only if the objective needs a teacher.
  public let teacher: Parameterisation?

  private let learned: [String: Parameter]

  package static var dropoutInput: String { "dropout.keys" }

  /// - Parameter layout: of the trained network; gets the loss's own parameters, `objective.NAME`, behind it.
  /// - Precondition: a teacher is given if and only if the objective needs one, and the student's boundary is the
  ///   objective's.
  public init(
    objective: any Objective, student: Parameterisation, teacher: Parameterisation? = nil,
    in layout: inout ParameterLayout
  ) {
    precondition(
      objective.needsTeacher == (teacher != nil), "\(objective.name): a teacher is given if and only if one is needed")
    precondition(
      student.preconditioning.boundarySigma == objective.boundarySigma,
      "\(objective.name) has its boundary at \(objective.boundarySigma), "
        + "the student at \(student.preconditioning.boundarySigma)")
    self.objective = objective
    self.student = student
    self.teacher = teacher
    learned = layout.scope("objective") { layout in
      Dictionary(
        uniqueKeysWithValues: objective.learned.map {
          ($0.name, layout.add($0.name, [1, 1, $0.count], kind: .vector, .zeros))
        })
    }
  }

  /// Records the loss of a batch: the mean over its samples, `[1, 1, 1]`.
  ///
  /// - Parameters:
  ///   - network: the trained one; the teacher has the same shape, and its weights in the bank `.teacher`.
  ///   - data: x0, `[B, T, C]`.
  ///   - conditioning: without dropout keys, which are added here when `training`.
  ///   - validity: `[B, T, 1]`, 1 for the frames that count; nil: all.
  ///   - training: with dropout, for a network that has a rate; else without.
  ///   - graph: to which data and conditioning belong.
  public func loss(
    of network: some Network, data: Tensor, conditioning: Conditioning, validity: Tensor? = nil, training: Bool,
    in graph: Graph
  ) -> Tensor {
    var conditioning = conditioning
    if training { conditioning.dropoutKeys = graph.input(Self.dropoutInput, [data.shape[0], 1, 4]) }
    let recording = LossRecording(
      graph: graph, student: Denoiser(network, student), teacher: teacher.map { Denoiser(network, $0) }, data: data,
      conditioning: conditioning, validity: validity, learned: learned)
    return objective.loss(recording).mean()
  }

  /// Looks up what `fill` writes to, in a plan compiled from `loss`. The plan must outlive the ports.
  public func ports(in plan: Plan) -> TrainingPorts {
    func buffer(_ name: String) -> UnsafeMutableBufferPointer<Float>? { plan.reads(name) ? plan.input(name) : nil }
    return TrainingPorts(
      noise: plan.input(LossInput.noise), dropoutKeys: buffer(Self.dropoutInput),
      levels: objective.levelNames.map { NoiseLevelPort($0, in: plan) },
      teacherLevels: objective.levelNames.map { NoiseLevelPort(LossInput.teacherLevel($0), in: plan) },
      scalars: objective.scalarNames.map { buffer(LossInput.scalar($0)) })
  }

  /// Fills what `loss` reads besides data and conditioning, for one sample of the batch.
  ///
  /// - Parameters:
  ///   - row: the sample's place in the plan's batch.
  ///   - key: what all of the sample's random numbers follow from.
  ///   - progress: how much of the training has been done, 0 … 1.
  public func fill(_ ports: TrainingPorts, row: Int, key: SampleKey, progress: Double) {
    ports.fillNoise(row, key)
    ports.fillDropoutKeys(row, key)
    var time = key.random(.time)
    let draw = objective.draw(progress: progress, using: &time)
    for (index, sigma) in draw.sigmas.enumerated() {
      ports.levels[index].set(row: row, to: student.values(at: sigma))
      if let teacher { ports.teacherLevels[index].set(row: row, to: teacher.values(at: sigma)) }
    }
    for (buffer, value) in zip(ports.scalars, draw.scalars) { buffer?[row] = Float(value) }
  }
}

/// Where the inputs of a training plan lie.
public struct TrainingPorts: @unchecked Sendable {
  let noise: UnsafeMutableBufferPointer<Float>
  let dropoutKeys: UnsafeMutableBufferPointer<Float>?
  /// In the order of the objective's level names.
  let levels: [NoiseLevelPort]
  let teacherLevels: [NoiseLevelPort]
  /// In the order of the objective's scalar names; nil where the loss reads none.
  let scalars: [UnsafeMutableBufferPointer<Float>?]

  func fillNoise(_ row: Int, _ key: SampleKey) {
    let count = noise.count / levels[0].batch
    var random = key.random(.noise)
    for i in row * count..<(row + 1) * count { noise[i] = Float(random.normal()) }
  }

  func fillDropoutKeys(_ row: Int, _ key: SampleKey) {
    guard let dropoutKeys else { return }
    key.fillDropoutKeys(UnsafeMutableBufferPointer(rebasing: dropoutKeys[row * 4..<row * 4 + 4]))
  }
}
