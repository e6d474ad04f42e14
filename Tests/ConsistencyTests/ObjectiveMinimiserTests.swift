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
    if objective.usesTarget { banks[.target] = banks[.online] }
    if let teacher {
      let plain = Preconditioning(sigmaData: truth.deviation)
      banks[.teacher] = network.parameters(gains: teacher, mean: truth.mean, plain)
    }
    let gradient = batch.gradient(banks)
    #expect(!gradient.isEmpty && gradient.allSatisfy { abs($0) < 1e-6 }, "\(gradient)")
    let wrong = gains.enumerated().map { $1 * ($0 % 2 == 0 ? 1.01 : 0.99) }
    banks[.online] = network.parameters(gains: wrong, mean: truth.mean, student)
    if objective.usesTarget { banks[.target] = banks[.online] }
    let elsewhere = batch.gradient(banks)
    #expect(elsewhere.contains { abs($0) > 1e-4 }, "\(elsewhere)")
  }

  @Test func denoisingIsMinimisedByTheExactDenoiser() throws {
    let objective = try EDMObjective(sigmaData: truth.deviation)
    let sigmas = [80, 10, 1, 0.3, 0.05]
    expectMinimum(
      objective, draws: sigmas.map { objective.draw(sigma: $0) }, sigmas: sigmas,
      gains: sigmas.map(truth.denoiserGain))
  }

  @Test(arguments: OneStepMethod.allCases, [Distance.meanSquare, .pseudoHuber])
  func distillationIsMinimisedByTheProductOfSolverSteps(
    solver: OneStepMethod, metric: Distance
  ) throws {
    var configuration = ConsistencyDistillation.Configuration()
    configuration.solver = solver
    configuration.metric = metric
    configuration.weighting = solver == .heun ? .uniform : .inverseInterval
    let objective = try ConsistencyDistillation(configuration, sigmaData: truth.deviation)
    let sigmas = objective.mesh.sigmas
    let gains = truth.minimiserGains(sigmas) { t, r in
      solver == .heun ? truth.heunGain(from: t, to: r) : truth.eulerGain(from: t, to: r)
    }
    expectMinimum(
      objective, draws: (0..<objective.mesh.intervalCount).map(objective.draw(interval:)), sigmas: sigmas, gains: gains,
      teacher: sigmas.map(truth.denoiserGain))
  }

  /// Between the points of a coarse mesh the teacher takes three steps of a fine one.
  @Test(arguments: OneStepMethod.allCases)
  func coarseDistillationIsMinimisedByTheProductOfTheTeachersFineSteps(solver: OneStepMethod) throws {
    var configuration = ConsistencyDistillation.Configuration()
    configuration.meshCount = 6
    configuration.teacherSteps = 3
    configuration.solver = solver
    let objective = try ConsistencyDistillation(configuration, sigmaData: truth.deviation)
    let factor = truth.deviation / 0.5
    let fine = KarrasMesh(count: 16, sigmaMin: 0.002 * factor, sigmaMax: 80 * factor).sigmas
    let gains = truth.minimiserGains(fine) { t, r in
      solver == .heun ? truth.heunGain(from: t, to: r) : truth.eulerGain(from: t, to: r)
    }
    expectMinimum(
      objective, draws: (0..<5).map(objective.draw(interval:)), sigmas: fine,
      gains: fine.indices.map { $0 % 3 == 0 ? gains[$0] : 0.5 }, teacher: fine.map(truth.denoiserGain))
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

  @Test(arguments: [Distance.meanSquare, .pseudoHuber], [0.9, 0])
  func consistencyTrainingIsMinimisedByTheProductOfEulerFactors(metric: Distance, initialDecay: Double) throws {
    var configuration = ConsistencyTraining.Configuration()
    configuration.metric = metric
    configuration.initialDecay = initialDecay
    let objective = try ConsistencyTraining(configuration, sigmaData: truth.deviation)
    let count = 18
    let sigmas = objective.mesh(count: count).sigmas
    expectMinimum(
      objective, draws: (0..<count - 1).map { objective.draw(interval: $0, of: count) }, sigmas: sigmas,
      gains: truth.minimiserGains(sigmas, step: truth.eulerGain))
  }

  @Test(arguments: [0, 1])
  func improvedTrainingIsMinimisedByTheProductOfEulerFactors(stage: Int) throws {
    let objective = try ImprovedConsistencyTraining(sigmaData: truth.deviation)
    let mesh = objective.meshes[stage]
    expectMinimum(
      objective, draws: (0..<mesh.intervalCount).map { objective.draw(interval: $0, stage: stage) },
      sigmas: mesh.sigmas, gains: truth.minimiserGains(mesh.sigmas, step: truth.eulerGain))
  }

  /// The jump to each phase's edge is the product of the steps down to it.
  @Test(arguments: OneStepMethod.allCases, [1, 3])
  func phasedModelsAreMinimisedByTheProductWithinEachPhase(solver: OneStepMethod, phaseCount: Int) throws {
    var configuration = PhasedConsistencyModel.Configuration()
    configuration.meshCount = 13
    configuration.phaseCount = phaseCount
    configuration.solver = solver
    let objective = try PhasedConsistencyModel(configuration, sigmaData: truth.deviation)
    let (sigmas, edges) = (objective.mesh.sigmas, objective.phases)
    #expect(edges.count == phaseCount + 1 && edges[0] == sigmas[0] && edges.last == sigmas.last)
    var gains = [Double](repeating: truth.denoiserGain(sigmas[12]), count: 13)
    var jump = 1.0
    for i in (0..<12).reversed() {
      let (t, r) = objective.mesh.interval(i)
      if edges.contains(r) { jump = 1 }
      jump *= solver == .heun ? truth.heunGain(from: t, to: r) : truth.eulerGain(from: t, to: r)
      let edge = edges.filter { $0 <= r }.max()!
      gains[i] = (jump - edge / t) / (1 - edge / t)
    }
    expectMinimum(
      objective, draws: (0..<12).map(objective.draw(interval:)), sigmas: sigmas, gains: gains,
      teacher: sigmas.map(truth.denoiserGain))
  }

  /// One Euler step with the student's denoiser ends where two of the teacher's do.
  @Test func progressiveDistillationIsMinimisedByTwoStepsInOne() throws {
    var configuration = ProgressiveDistillation.Configuration()
    configuration.steps = 4
    configuration.firstTeacherSteps = 16
    let objective = try ProgressiveDistillation(configuration, sigmaData: truth.deviation)
    let sigmas = objective.teacherSigmas
    #expect(sigmas.count == 9 && objective.phases == stride(from: 0, through: 8, by: 2).map { sigmas[$0] })
    let gains = sigmas.indices.map { i in
      guard i % 2 == 0, i + 2 < sigmas.count else { return 0.5 }
      let (t, middle, end) = (sigmas[i], sigmas[i + 1], sigmas[i + 2])
      let twoSteps = truth.eulerGain(from: t, to: middle) * truth.eulerGain(from: middle, to: end)
      return (twoSteps - end / t) / (1 - end / t)
    }
    expectMinimum(
      objective, draws: (0..<4).map(objective.draw(step:)), sigmas: sigmas, gains: gains,
      teacher: sigmas.map(truth.denoiserGain))
  }

  /// From the first stage's gains below t′ upwards: that of the first level there of a chain from the top, and that of
  /// the boundary's r. What the student says below t′ does not matter.
  @Test func truncatedModelsContinueTheirFirstStage() throws {
    let objective = try TruncatedConsistencyModel(sigmaData: truth.deviation)
    var sigmas = [80.0]
    while let last = sigmas.last, last > objective.sigmaMin {
      sigmas.append(objective.draw(t: last, progress: 0).sigmas[1])
    }
    let boundary = objective.boundaryDraw(progress: 0)
    let (t, r) = (boundary.sigmas[0], boundary.sigmas[1])
    let (chain, first) = (sigmas.count - 1, (belowTheChain: 0.4, atR: 0.5))
    #expect(t == objective.sigmaMin && sigmas[chain] < t && r < t)
    let gains = truth.minimiserGains(sigmas, step: truth.eulerGain).map { $0 * first.belowTheChain }
    expectMinimum(
      objective, draws: sigmas[..<chain].map { objective.draw(t: $0, progress: 0) } + [boundary],
      sigmas: sigmas + [t, r],
      gains: Array(gains[..<chain]) + [0.7, truth.eulerGain(from: t, to: r) * first.atR, 0.7],
      teacher: [Double](repeating: 0.9, count: chain) + [first.belowTheChain, 0.9, first.atR])
  }
}
