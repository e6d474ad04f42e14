import Autograd
import Consistency
import Foundation
import Testing

/// Guided distillation in skipping steps, and the teachers that it needs, in closed form: with the condition data are
/// N(0.3, 0.5²), without it N(−0.4, 0.9²), so that all denoisers are affine and so is every step of a guided ODE.
struct LatentConsistencyModelTests {
  private let conditional = GaussianTruth()
  private let unconditional = GaussianTruth(mean: -0.4, deviation: 0.9)

  private func objective(
    _ solver: OneStepMethod, _ metric: Distance = .meanSquare, targetDecay: Double = 0
  ) throws -> LatentConsistencyModel {
    var configuration = LatentConsistencyModel.Configuration()
    configuration.meshCount = 8
    configuration.skip = 3
    configuration.guidanceMin = 0
    configuration.guidanceMax = 3
    configuration.solver = solver
    configuration.metric = metric
    configuration.huberConstant = 0.3
    configuration.targetDecay = targetDecay
    return try LatentConsistencyModel(configuration, sigmaData: conditional.deviation)
  }

  /// D_w at `sigma`.
  private func guided(_ sigma: Double, _ weight: Double) -> Affine {
    .sum((1 + weight, conditional.denoiser(sigma)), (-weight, unconditional.denoiser(sigma)))
  }

  /// One step of dx/dσ = (x − D_w(x, σ))/σ from t to r.
  private func step(_ solver: OneStepMethod, from t: Double, to r: Double, _ weight: Double) -> Affine {
    func slope(_ sigma: Double) -> Affine { .sum((1 / sigma, Affine()), (-1 / sigma, guided(sigma, weight))) }
    let euler = Affine.sum((1, Affine()), (r - t, slope(t)))
    guard solver == .heun else { return euler }
    let half = (r - t) / 2
    return .sum((1, Affine()), (half, slope(t)), (half, slope(r)(euler)))
  }

  /// Each level leads three points down, or to the end, and from there on as the student does: the minimiser is the
  /// product of those steps, for every w by itself.
  @Test(arguments: OneStepMethod.allCases, [Distance.meanSquare, .pseudoHuber])
  func theMinimiserIsTheProductOfGuidedSkippingSteps(solver: OneStepMethod, metric: Distance) throws {
    for targetDecay in [0, 0.95] {
      let objective = try objective(solver, metric, targetDecay: targetDecay)
      let (sigmas, weights) = (objective.mesh.sigmas, [0, 0.5, 3])
      var students: [GuidedNetwork.Case: Affine] = [:]
      for weight in weights {
        var maps = [Affine](repeating: Affine(), count: 8)
        for i in (0..<7).reversed() {
          let end = min(i + 3, 7)
          maps[i] = maps[end](step(solver, from: sigmas[i], to: sigmas[end], weight))
        }
        for (sigma, map) in zip(sigmas, maps) {
          students[.guided(sigma: sigma, condition: 1, weight: weight)] = map
        }
      }
      var teachers: [GuidedNetwork.Case: Affine] = [:]
      for sigma in sigmas {
        teachers[.plain(sigma: sigma, condition: 1)] = conditional.denoiser(sigma)
        teachers[.plain(sigma: sigma, condition: 0)] = unconditional.denoiser(sigma)
      }
      let network = GuidedNetwork(Array(students.keys) + Array(teachers.keys))
      // The target is a function of x_t, which the minimiser meets for any data and noise.
      var rows: [(draw: Draw, x0: [Double], z: [Double])] = []
      for weight in weights {
        for start in 0..<7 {
          let draw = objective.draw(start: start, guidance: weight)
          rows += [(draw, [0.7], [-1.1]), (draw, [-0.6], [0.4])]
        }
      }
      let batch = LossBatch(
        objective, network, sigmaData: conditional.deviation, rows: rows,
        conditions: [Double](repeating: 1, count: rows.count))
      let student = Preconditioning(sigmaData: conditional.deviation, boundarySigma: objective.boundarySigma)
      func banks(scale: Double) -> [Bank: [Double]] {
        let online = network.parameters(students.mapValues { Affine.sum((scale, $0)) }, student)
        return [
          .online: online, .target: online,
          .teacher: network.parameters(teachers, Preconditioning(sigmaData: conditional.deviation)),
        ]
      }
      let gradient = batch.gradient(banks(scale: 1))
      #expect(!gradient.isEmpty && gradient.allSatisfy { abs($0) < 1e-6 }, "\(gradient)")
      // Pseudo-Huber's constant is rounded to single precision.
      #expect(batch.losses(banks(scale: 1)).allSatisfy { abs($0) < 1e-7 })
      #expect(batch.gradient(banks(scale: 1.01)).contains { abs($0) > 1e-4 })
    }
  }

  /// As the mesh grows finer, the samples' distribution becomes that of the guided ODE, which fine Runge-Kutta steps give.
  @Test func itConvergesToTheGuidedFlow() throws {
    let weight = 1.0
    func end(steps: Int, skip: Int, _ solver: OneStepMethod) throws -> Affine {
      var configuration = LatentConsistencyModel.Configuration()
      configuration.meshCount = steps * skip + 1
      configuration.skip = skip
      configuration.sigmaMin = 0.02
      let objective = try LatentConsistencyModel(configuration, sigmaData: 0.5)
      return (0..<steps).reduce(Affine()) { map, index in
        let levels = objective.draw(start: index * skip, guidance: weight).sigmas
        return step(solver, from: levels[0], to: levels[1], weight)(map)
      }
    }
    let exact = try end(steps: 4000, skip: 1, .heun)
    func error(_ steps: Int, _ solver: OneStepMethod) throws -> Double {
      try abs(end(steps: steps, skip: 5, solver).gain - exact.gain) / exact.gain
    }
    let (coarse, fine) = try (error(50, .euler), error(100, .euler))
    #expect(fine < coarse && abs(log2(coarse / fine) - 1) < 0.2, "\(coarse) → \(fine)")
    #expect(try error(50, .heun) < coarse / 4)
  }

  @Test(arguments: OneStepMethod.allCases)
  func withoutGuidanceAndSkippingItIsConsistencyDistillation(solver: OneStepMethod) throws {
    var plain = ConsistencyDistillation.Configuration()
    plain.meshCount = 8
    plain.solver = solver
    plain.metric = .pseudoHuber
    plain.huberConstant = 0.3
    var skipping = LatentConsistencyModel.Configuration()
    skipping.meshCount = 8
    skipping.skip = 1
    skipping.guidanceMin = 0
    skipping.solver = solver
    skipping.huberConstant = 0.3
    skipping.targetDecay = 0
    let cd = try ConsistencyDistillation(plain, sigmaData: 0.5)
    let lcm = try LatentConsistencyModel(skipping, sigmaData: 0.5)
    func losses(_ objective: any Objective, _ draw: (Int) -> Draw) -> [Double] {
      LossBatch(
        objective, ProportionalNetwork(), sigmaData: 0.5, rows: (0..<7).map { (draw($0), [0.4], [-0.9]) }
      ).losses([.online: [0.3], .teacher: [0.2]])
    }
    let (one, other) = (losses(cd, cd.draw(interval:)), losses(lcm) { lcm.draw(start: $0, guidance: 0) })
    for (a, b) in zip(one, other) { #expect(a > 1e-6 && abs(a - b) < 1e-9) }
  }

  @Test func levelsAreKPointsApartAndWeightsInTheirRange() throws {
    let objective = try objective(.euler)
    let sigmas = objective.mesh.sigmas
    #expect(objective.draw(start: 0, guidance: 0).sigmas == DrawnNumbers([sigmas[0], sigmas[3]]))
    #expect(objective.draw(start: 4, guidance: 0).sigmas == DrawnNumbers([sigmas[4], sigmas[7]]))
    #expect(objective.draw(start: 6, guidance: 0).sigmas == DrawnNumbers([sigmas[6], sigmas[7]]))
    var random = seeded(2)
    let draws = (0..<7000).map { _ in objective.draw(progress: 0, using: &random) }
    let weights = draws.map(\.scalars[0])
    #expect(weights.allSatisfy { (0...3).contains($0) })
    // Four standard errors of a uniform mean, and of a share of one in seven.
    let mean = weights.reduce(0, +) / 7000
    #expect(abs(mean - 1.5) < 0.042)
    for start in 0..<7 {
      let share = Double(draws.count { $0.sigmas[0] == sigmas[start] }) / 7000
      #expect(abs(share - 1.0 / 7) < 0.017, "\(start): \(share)")
    }
  }

  /// A denoiser whose condition is dropped learns all data's where it is, and stays the condition's own where it is not.
  @Test func aDroppedConditionTeachesWhatIsLikelyWithoutIt() throws {
    var configuration = EDMObjective.Configuration()
    configuration.conditionDropout = 0.2
    let objective = try EDMObjective(configuration, sigmaData: 0.5)
    let sigmas = [10, 1, 0.2]
    var rows: [(draw: Draw, x0: [Double], z: [Double])] = []
    for sigma in sigmas {
      for (truth, drops) in [(conditional, false), (unconditional, true)] {
        // Two points along each of x0 and z have a normal distribution's moments up to the third.
        for (p, q) in [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)] {
          rows.append(
            (objective.draw(sigma: sigma, dropsCondition: drops), [truth.mean + p * truth.deviation], [q]))
        }
      }
    }
    // EDM's student is not guided: it is told nothing beside its noise level.
    let cases = sigmas.flatMap { sigma in [1.0, 0].map { GuidedNetwork.Case.plain(sigma: sigma, condition: $0) } }
    let network = GuidedNetwork(cases)
    let batch = LossBatch(
      objective, network, sigmaData: 0.5, rows: rows, conditions: [Double](repeating: 1, count: rows.count))
    func gradient(_ kept: GaussianTruth, _ dropped: GaussianTruth) -> [Double] {
      var maps: [GuidedNetwork.Case: Affine] = [:]
      for sigma in sigmas {
        maps[.plain(sigma: sigma, condition: 1)] = kept.denoiser(sigma)
        maps[.plain(sigma: sigma, condition: 0)] = dropped.denoiser(sigma)
      }
      return batch.gradient([.online: network.parameters(maps, Preconditioning(sigmaData: 0.5))])
    }
    let right = gradient(conditional, unconditional)
    #expect(right.count == 2 * cases.count && right.allSatisfy { abs($0) < 1e-6 }, "\(right)")
    #expect(gradient(conditional, conditional).contains { abs($0) > 1e-3 })
    #expect(gradient(unconditional, unconditional).contains { abs($0) > 1e-3 })
  }

  @Test func theShareOfDroppedConditionsIsTheConfigurations() throws {
    var configuration = EDMObjective.Configuration()
    configuration.conditionDropout = 0.2
    let objective = try EDMObjective(configuration, sigmaData: 0.5)
    var random = seeded(4)
    let draws = (0..<10_000).map { _ in objective.draw(progress: 0, using: &random) }
    let dropped = Double(draws.count { $0.scalars[1] == 0 }) / 10_000
    // Four standard errors.
    #expect(abs(dropped - 0.2) < 0.016)
    #expect(draws.allSatisfy { [0, 1].contains($0.scalars[1]) })
    // Without it the draws are those of before.
    let plain = try EDMObjective(sigmaData: 0.5)
    #expect(plain.scalarNames == ["weight"] && plain.draw(progress: 0, using: &random).scalars.count == 1)
  }

  @Test func settingsWithoutSenseAreRefused() {
    func refused(_ change: (inout LatentConsistencyModel.Configuration) -> Void) -> String {
      var configuration = LatentConsistencyModel.Configuration()
      change(&configuration)
      let error = #expect(throws: ConsistencyError.self) {
        try LatentConsistencyModel(configuration, sigmaData: 0.5)
      }
      return error?.description ?? ""
    }
    #expect(refused { $0.skip = 1000 } == "skip is 1000; give 1 to the mesh's 999 intervals")
    #expect(refused { $0.skip = 0 }.hasPrefix("skip"))
    #expect(refused { $0.guidanceMin = -1 }.hasPrefix("guidanceMin"))
    #expect(refused { $0.guidanceMax = 1 }.hasPrefix("guidanceMax"))
    #expect(refused { $0.guidanceMax = .infinity }.hasPrefix("guidanceMax"))
    for share in [0, 1, -0.1, .nan] {
      var edm = EDMObjective.Configuration()
      edm.conditionDropout = share
      #expect(throws: ConsistencyError.self) { try EDMObjective(edm, sigmaData: 0.5) }
    }
  }

  @Test func aGuidanceIsChosenAmongTheTrainedOnes() throws {
    let objective = try objective(.euler)
    var schedule = SamplingSchedule(of: objective)
    #expect(schedule.guidance == 0)
    try schedule.use(guidance: 2.5, of: objective)
    #expect(schedule.guidance == 2.5)
    #expect(throws: ConsistencyError.self) { try schedule.use(guidance: 3.5, of: objective) }
    #expect(throws: ConsistencyError.self) { try schedule.use(guidance: .nan, of: objective) }
    let cd = try ConsistencyDistillation(sigmaData: 0.5)
    var plain = SamplingSchedule(of: cd)
    #expect(plain.guidance == nil)
    #expect(throws: ConsistencyError.self) { try plain.use(guidance: 0, of: cd) }
    let again = try JSONDecoder().decode(SamplingSchedule.self, from: JSONEncoder().encode(schedule))
    #expect(again == schedule)
  }
}
