import Autograd
import Consistency
import Foundation
import Training

/// A trained denoiser of points: its function and its weights.
struct Model {
  let objective: any Objective
  let denoiser: Denoiser<PointNetwork>
  let weights: ParameterBuffer

  /// Trains with an objective on the ring's points.
  ///
  /// - Parameter teacher: the weights to start from, and for distillation the model to follow.
  init(training objective: any Objective, teacher: Model? = nil, steps: Int = 6000) throws {
    self.objective = objective
    var layout = ParameterLayout()
    let network = PointNetwork(in: &layout)
    let parameterisation = Parameterisation(
      Preconditioning(sigmaData: Ring.sigmaData, boundarySigma: objective.boundarySigma), noiseScale: .edm)
    let followed = objective.needsTeacher ? teacher : nil
    let method = TrainingMethod(
      objective: objective, student: parameterisation, teacher: followed?.denoiser.parameterisation, in: &layout)
    let task = PointTask(
      layout: layout, network: network, method: method, points: Ring.points(20_000, seed: 1))
    var configuration = TrainingConfiguration()
    configuration.steps = steps
    configuration.batchSize = 256
    configuration.learningRate = 2e-3
    configuration.warmupSteps = 100
    configuration.emaMaximum = 0.995
    configuration.checkpointEvery = steps
    let directory = FileManager.default.temporaryDirectory.appending(path: "saltus-toy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let trainer = try Trainer(
      task, configuration, directory: directory, metadata: [:], start: teacher?.weights, teacher: followed?.weights,
      threads: ProcessInfo.processInfo.activeProcessorCount, resume: false)
    _ = try trainer.run()
    denoiser = Denoiser(network, parameterisation)
    weights = trainer.optimizer.ema
  }

  /// Points by a chain of network calls, one per noise level: what a consistency model is for.
  func sample(_ count: Int, sigmas: [Double]) throws -> [SIMD2<Double>] {
    var sampler = try ConsistencySampler(
      sigmas: sigmas, boundarySigma: denoiser.parameterisation.preconditioning.boundarySigma, elementCount: 2 * count)
    return draw(count) { x, noise, denoise in sampler.sample(x, noise: { noise.fill($0) }, denoise) }
  }

  /// Points by the probability-flow ordinary differential equation with Heun's method: 2 · intervals − 1 calls.
  func solve(_ count: Int, intervals: Int) throws -> [SIMD2<Double>] {
    var solver = try ODESolver(
      .heun, sigmas: SamplingSchedule(of: objective).solverSigmas(intervals: intervals), elementCount: 2 * count)
    return draw(count) { x, noise, denoise in
      noise.fill(x)
      solver.solve(x, denoise)
    }
  }

  private func draw(
    _ count: Int,
    _ sample: (UnsafeMutableBufferPointer<Float>, inout SampleNoise, DenoiseInPlace) -> Void
  ) -> [SIMD2<Double>] {
    let plan = DenoiserPlan(denoiser, shape: [count, 1, 2], weights: PackedWeights([.online: weights]))
    var noise = SampleNoise(seeds: (0..<UInt64(count)).map { $0 })
    var values = [Float](repeating: 0, count: 2 * count)
    values.withUnsafeMutableBufferPointer { sample($0, &noise) { x, sigma in plan(x, sigma) } }
    return (0..<count).map { SIMD2(Double(values[2 * $0]), Double(values[2 * $0 + 1])) }
  }
}
