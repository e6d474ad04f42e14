import Autograd
import Consistency
import Testing

/// On Gaussian data every objective's minimiser is known, and it is not always the true consistency function
/// (methods.md, section 12). There the gradient of the expected loss vanishes. Expectations are exact: two points ±1
/// along each of two orthogonal directions of (x0, z) have a normal distribution's moments up to the third.
@Suite struct ObjectiveMinimiserTests {
  let truth = GaussianTruth()

  /// The four points of the quadrature for one draw, along and across x_t, so that even functions of the error, such as
  /// pseudo-Huber, which is independent of x_t at the minimiser, also have an exactly vanishing gradient.
  private func points(_ draw: Draw) -> [(draw: Draw, x0: [Double], z: [Double])] {
    let (s, t) = (truth.deviation, draw.sigmas[0])
    let length = (s * s + t * t).squareRoot()
    return [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)].map { p, q in
      let x0 = truth.mean + s * (p * s - q * t) / length
      return (draw, [x0], [(p * t + q * s) / length])
    }
  }

  /// Checks that the gradient vanishes at `gains`, and not where they are one per cent too high and too low in turn.
  private func expectMinimum(
    _ objective: any Objective, draws: [Draw], sigmas: [Double], gains: [Double], teacher: [Double]? = nil
  ) {
    let network = LookupNetwork(sigmas)
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: draws.flatMap(points))
    let student = Preconditioning(sigmaData: truth.deviation, boundarySigma: objective.boundarySigma)
    var banks = [Bank.online: network.parameters(gains: gains, mean: truth.mean, student)]
    if let teacher {
      let plain = Preconditioning(sigmaData: truth.deviation)
      banks[.teacher] = network.parameters(gains: teacher, mean: truth.mean, plain)
    }
    let gradient = batch.gradient(banks)
    #expect(!gradient.isEmpty && gradient.allSatisfy { abs($0) < 1e-6 }, "\(gradient)")
    let wrong = gains.enumerated().map { $1 * ($0 % 2 == 0 ? 1.01 : 0.99) }
    banks[.online] = network.parameters(gains: wrong, mean: truth.mean, student)
    let elsewhere = batch.gradient(banks)
    #expect(elsewhere.contains { abs($0) > 1e-4 }, "\(elsewhere)")
  }

  @Test func denoisingIsMinimisedByTheExactDenoiser() throws {
    let objective = try EDMObjective(sigmaData: truth.deviation)
    let sigmas = [80, 10, 1, 0.3, 0.05]
    expectMinimum(
      objective, draws: sigmas.map(objective.draw(sigma:)), sigmas: sigmas, gains: sigmas.map(truth.denoiserGain))
  }

  @Test(arguments: ODEMethod.allCases, [ConsistencyDistillation.Metric.meanSquare, .pseudoHuber])
  func distillationIsMinimisedByTheProductOfSolverSteps(
    solver: ODEMethod, metric: ConsistencyDistillation.Metric
  ) throws {
    var configuration = ConsistencyDistillation.Configuration()
    configuration.solver = solver
    configuration.metric = metric
    let objective = try ConsistencyDistillation(configuration, sigmaData: truth.deviation)
    let sigmas = objective.mesh.sigmas
    let gains = truth.minimiserGains(sigmas) { t, r in
      solver == .heun ? truth.heunGain(from: t, to: r) : truth.eulerGain(from: t, to: r)
    }
    expectMinimum(
      objective, draws: (0..<objective.mesh.intervalCount).map(objective.draw(interval:)), sigmas: sigmas, gains: gains,
      teacher: sigmas.map(truth.denoiserGain))
  }

  @Test(arguments: [0, 1])
  func tuningIsMinimisedByTheProductOfEulerFactors(stage: Int) throws {
    let objective = try EasyConsistencyTuning(sigmaData: truth.deviation)
    var sigmas = [80.0]
    while let last = sigmas.last, last > 0 { sigmas.append(objective.targetSigma(last, stage: stage)) }
    let gains = truth.minimiserGains(sigmas, step: truth.eulerGain)
    expectMinimum(
      objective, draws: sigmas.dropLast().map { objective.draw(t: $0, stage: stage) },
      sigmas: Array(sigmas.dropLast()), gains: Array(gains.dropLast()))
  }
}
