import Autograd
import Backbone
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// Training on the mixture's points, with the exact denoiser or a trained model as the teacher.
struct MixtureTask: TrainingTask {
  let layout: ParameterLayout
  let network: MixtureNetwork
  let method: TrainingMethod
  let teacher: MixtureNetwork?
  let points = MixtureTruth.points(4096)

  var exampleCount: Int { points.count }
  var heldOutCount: Int { 0 }
  var usesTeacher: Bool { method.objective.needsTeacher }
  var usesTarget: Bool { method.objective.usesTarget }
  func targetDecay(progress: Double) -> Double { method.objective.targetDecay(progress: progress) }

  func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let data = graph.input("points", [batch, 1, 1])
    let parameters = Dictionary(uniqueKeysWithValues: layout.entries.map { ($0.name, $0.parameter) })
    let learned = method.objective.learned.map { ($0.name, parameters["objective.\($0.name)"]!) }
    // As `TrainingMethod.loss` does, but that the teacher may be another kind of network.
    let recording = LossRecording(
      graph: graph, student: Denoiser(network, method.student),
      teacher: method.teacher.map { Denoiser(teacher!, $0) }, data: data,
      // Of guided students' data, which are all of one condition, 1.
      conditioning: Conditioning(global: method.objective.guidance == nil ? nil : graph.constant([1], [1, 1, 1])),
      learned: Dictionary(uniqueKeysWithValues: learned))
    return RecordedLoss(graph, loss: method.objective.loss(recording).mean())
  }

  struct Ports: @unchecked Sendable {
    let points: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  func ports(in plan: Plan) -> Ports { Ports(points: plan.input("points"), method: method.ports(in: plan)) }

  func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    ports.points[row] = points[example]
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}

/// A model of the mixture.
struct MixtureModel: Sendable {
  let objective: any Objective
  let layout: ParameterLayout
  let denoiser: Denoiser<MixtureNetwork>
  let weights: ParameterBuffer

  /// - Parameters:
  ///   - start: whose weights are the starting point; nil: from scratch.
  ///   - teacher: the frozen model; nil: the exact denoiser, where a teacher is needed.
  init(
    _ configuration: ObjectiveConfiguration, start: MixtureModel? = nil, teacher: MixtureModel? = nil, steps: Int,
    learningRate: Double = 2e-3
  ) throws {
    let objective = try configuration.objective(sigmaData: MixtureTruth.sigmaData)
    var layout = ParameterLayout()
    let network = MixtureNetwork(second: type(of: objective).secondEmbedding, in: &layout)
    let plain = Parameterisation(Preconditioning(sigmaData: MixtureTruth.sigmaData), noiseScale: .edm)
    let parameterisation = Parameterisation(
      Preconditioning(
        sigmaData: MixtureTruth.sigmaData, boundarySigma: objective.boundarySigma, frame: type(of: objective).frame),
      noiseScale: .edm)
    let method = TrainingMethod(
      objective: objective, student: parameterisation,
      teacher: objective.needsTeacher ? teacher?.denoiser.parameterisation ?? plain : nil, in: &layout)
    let task = MixtureTask(
      layout: layout, network: network, method: method,
      teacher: objective.needsTeacher ? teacher?.denoiser.network ?? .exact : nil)
    var training = TrainingConfiguration()
    training.steps = steps
    (training.batchSize, training.shards) = (256, 1)
    training.learningRate = learningRate
    training.warmupSteps = 50
    training.emaMaximum = 0.99
    (training.checkpointEvery, training.logEvery, training.evaluateEvery) = (steps, steps, 0)
    func adopted(_ model: MixtureModel) -> ParameterBuffer {
      layout.initialize(seed: training.seed, adopting: model.weights, of: model.layout)
    }
    let initial = start.map(adopted) ?? layout.initialize(seed: training.seed)
    weights = try withTemporaryFolder { folder in
      let trainer = try Trainer(
        task, training, directory: folder, metadata: [:], start: initial,
        teacher: objective.needsTeacher ? teacher.map(adopted) ?? initial : nil, threads: 1, resume: false)
      #expect(try trainer.run() == .finished)
      return ParameterBuffer(copying: trainer.optimizer.ema)
    }
    self.objective = objective
    self.layout = layout
    denoiser = Denoiser(network, parameterisation)
  }

  /// How far samples are from the exact flow's, all from the same evenly spread points of the noisiest level.
  struct Errors: CustomStringConvertible {
    /// The share of samples below 0, less the data's.
    var share: Double
    /// Mean distance of a sample to where the exact flow takes its noise, in standard deviations of the data.
    var map: Double

    /// - Parameter share: the exact one.
    init(_ samples: [Float], _ exact: [Double], share: Double) {
      self.share = Double(samples.count(where: { $0 < 0 })) / Double(samples.count) - share
      map = zip(samples, exact).reduce(0) { $0 + abs(Double($1.0) - $1.1) } / Double(samples.count)
    }

    var description: String { String(format: "share %+.4f, map %.4f", share, map) }
  }

  /// - Parameters:
  ///   - guidance: w, for a model that embeds it; the exact flow is then the guided one.
  ///   - gamma: for a model that jumps. Above 0 a chain's fresh noise takes samples elsewhere than the flow, but leaves their
  ///     distribution as it is: then they are compared in order of size.
  func errors(_ sampling: SamplingMethod, guidance: Double? = nil, gamma: Double? = nil) throws -> Errors {
    let shares = MixtureTruth.levels(512)
    var schedule = SamplingSchedule(of: objective)
    if let gamma { schedule.gamma = gamma }
    let boundary = denoiser.parameterisation.preconditioning.boundarySigma
    let start = shares.map { Float(MixtureTruth.quantile($0, sigma: schedule.sigmaMax) / schedule.sigmaMax) }
    let plan = DenoiserPlan(
      denoiser, shape: [shares.count, 1, 1], weights: PackedWeights([.online: weights])
    ) { graph in Conditioning(guidance: guidance.map { graph.constant([Float($0)], [1, 1, 1]) }) }
    var sampler = try Sampler(
      sampling, schedule, boundary: boundary, jumps: type(of: objective).needsTargetTime, elementCount: shares.count)
    var samples = [Float](repeating: 0, count: shares.count)
    var (random, isFirst) = (Philox(seed: 1, step: 0, sample: 0, stream: .policy), true)
    samples.withUnsafeMutableBufferPointer { samples in
      sampler.sample(
        samples,
        noise: {
          _ = $0.update(fromContentsOf: isFirst ? start : MixtureTruth.noise(shares.count).shuffled(using: &random))
          isFirst = false
        }
      ) { x, sigma, end in plan(x, sigma, to: end) }
    }
    if let gamma, gamma > 0 { samples.sort() }
    guard let guidance else {
      let exact = shares.map { MixtureTruth.quantile($0, sigma: boundary) }
      return Errors(samples, exact, share: MixtureTruth.cumulative(0, sigma: boundary))
    }
    let exact = start.map {
      MixtureTruth.end(of: schedule.sigmaMax * Double($0), from: schedule.sigmaMax, to: boundary, guidance: guidance)
    }
    return Errors(samples, exact, share: Double(exact.count(where: { $0 < 0 })) / Double(exact.count))
  }

  /// Mean distance of jumps to where the exact flow takes the points of their noise level, in standard deviations of the data.
  func jumpError(from sigma: Double, to end: Double) -> Double {
    let shares = MixtureTruth.levels(512)
    let plan = DenoiserPlan(denoiser, shape: [shares.count, 1, 1], weights: PackedWeights([.online: weights]))
    var x = shares.map { Float(MixtureTruth.quantile($0, sigma: sigma)) }
    x.withUnsafeMutableBufferPointer { plan($0, sigma, to: end) }
    return zip(x, shares).reduce(0) { $0 + abs(Double($1.0) - MixtureTruth.quantile($1.1, sigma: end)) } / 512
  }
}
