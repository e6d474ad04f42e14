import Autograd
import Consistency
import Foundation
import Testing

/// Whole losses, weights and scales included, by hand with sigma_data 1 and F(x) = weight · x. A minimiser says nothing of a
/// weight: what is weighted wrongly, or not at all, has the same one.
@Suite struct WeightedLossTests {
  private let network = ProportionalNetwork()

  /// f(x, σ) = (skip + out · input · weight) x.
  private func f(_ x: Double, _ sigma: Double, _ weight: Double, boundary b: Double = 0) -> Double {
    x * (1 / ((sigma - b) * (sigma - b) + 1) + (sigma - b) / (sigma * sigma + 1) * weight)
  }

  private func huber(_ e: Double, _ c: Double) -> Double { (e * e + c * c).squareRoot() - c }

  /// The middle of a Karras mesh of three points from 2 to 1/2.
  private let middle = pow((pow(2, 1 / 7.0) + pow(0.5, 1 / 7.0)) / 2, 7)

  private func loss(_ objective: any Objective, _ draw: Draw, _ banks: [Bank: [Double]]) -> Double {
    LossBatch(objective, network, sigmaData: 1, rows: [(draw, [0.7], [-1.3])]).losses(banks)[0]
  }

  private func noised(_ sigma: Double) -> Double { 0.7 - 1.3 * sigma }

  /// What the interval from t down to r counts.
  private func factor(_ weighting: IntervalWeighting, _ t: Double, _ r: Double) -> Double {
    weighting == .uniform ? 1 : 1 / (t - r)
  }

  /// An Euler step of a teacher of weight 0.2.
  private func step(_ x: Double, _ t: Double, _ r: Double) -> Double { x + (r - t) * (x - f(x, t, 0.2)) / t }

  @Test func consistencyTraining() throws {
    var configuration = ConsistencyTraining.Configuration()
    (configuration.units, configuration.sigmaMin, configuration.sigmaMax) = (.data, 0.5, 2)
    let objective = try ConsistencyTraining(configuration, sigmaData: 1)
    let found = loss(objective, objective.draw(interval: 0, of: 3), [.online: [0.4], .target: [0.3]])
    let e = f(noised(2), 2, 0.4, boundary: 0.5) - f(noised(middle), middle, 0.3, boundary: 0.5)
    #expect(abs(found - e * e) < 1e-6)
  }

  @Test func improvedTrainingWeighsByTheInterval() throws {
    var configuration = ImprovedConsistencyTraining.Configuration()
    (configuration.units, configuration.sigmaMin, configuration.sigmaMax) = (.data, 0.5, 2)
    (configuration.initialIntervals, configuration.finalIntervals, configuration.huberConstant) = (2, 2, 0.3)
    let objective = try ImprovedConsistencyTraining(configuration, sigmaData: 1)
    for (interval, (t, r)) in [(2, middle), (middle, 0.5)].enumerated() {
      let found = loss(objective, objective.draw(interval: interval, stage: 0), [.online: [0.4]])
      let e = f(noised(t), t, 0.4, boundary: 0.5) - f(noised(r), r, 0.4, boundary: 0.5)
      #expect(abs(found - huber(e, 0.3) / (t - r)) < 1e-6)
    }
  }

  @Test func distillationMayWeighByTheInterval() throws {
    var configuration = ConsistencyDistillation.Configuration()
    (configuration.units, configuration.meshCount) = (.data, 2)
    (configuration.sigmaMin, configuration.sigmaMax) = (0.5, 0.9)
    (configuration.solver, configuration.weighting) = (.euler, .inverseInterval)
    let objective = try ConsistencyDistillation(configuration, sigmaData: 1)
    let found = loss(objective, objective.draw(interval: 0), [.online: [0.4], .teacher: [0.2]])
    let x = noised(0.9)
    // The target is at the boundary, where f is the identity.
    let e = f(x, 0.9, 0.4, boundary: 0.5) - (x + (0.5 - 0.9) * (x - f(x, 0.9, 0.2)) / 0.9)
    #expect(abs(found - e * e / 0.4) < 1e-6)
  }

  @Test func truncatedModelsWeighPairsAndTheirBoundary() throws {
    var configuration = TruncatedConsistencyModel.Configuration()
    (configuration.units, configuration.transition) = (.data, 0.8)
    (configuration.boundaryShare, configuration.boundaryWeight) = (0.4, 1.7)
    (configuration.initialGap, configuration.finalGap, configuration.huberConstant) = (0.4, 0.1, 0.3)
    let objective = try TruncatedConsistencyModel(configuration, sigmaData: 1)
    let banks: [Bank: [Double]] = [.online: [0.4], .teacher: [0.2]]
    func pair(_ t: Double, _ r: Double, target: Double) -> Double {
      huber(f(noised(t), t, 0.4) - f(noised(r), r, target), 0.3) / (t - r)
    }
    // Halfway the gap is 0.2. Below t′ the target is the first stage's, at r itself.
    for (t, r, target) in [(2, 1.6, 0.4), (0.9, 0.72, 0.2)] {
      let found = loss(objective, objective.draw(t: t, progress: 0.5), banks)
      #expect(abs(found - pair(t, r, target: target)) < 1e-6)
    }
    // 1.7 times the mean over the boundary's draws, 0.4 of all, beside the mean over the others, 0.6 of all.
    let found = loss(objective, objective.boundaryDraw(progress: 0.5), banks)
    #expect(abs(0.4 * found - 0.6 * 1.7 * pair(0.8, 0.64, target: 0.2)) < 1e-6)
  }

  @Test func progressiveDistillationWeighsAsDenoisingDoes() throws {
    var configuration = ProgressiveDistillation.Configuration()
    (configuration.units, configuration.steps, configuration.firstTeacherSteps) = (.data, 1, 2)
    (configuration.sigmaMin, configuration.sigmaMax) = (0.5, 2)
    let objective = try ProgressiveDistillation(configuration, sigmaData: 1)
    let found = loss(objective, objective.draw(step: 0), [.online: [0.4], .teacher: [0.2]])
    let end = step(step(noised(2), 2, middle), middle, 0.5)
    let e = f(noised(2), 2, 0.4) - (noised(2) - 2 * (end - noised(2)) / (0.5 - 2))
    #expect(abs(found - 5 / 4.0 * e * e) < 1e-6)
  }

  @Test(arguments: IntervalWeighting.allCases)
  func phasesCompareJumpsToTheirEdge(weighting: IntervalWeighting) throws {
    var configuration = PhasedConsistencyModel.Configuration()
    (configuration.units, configuration.phaseCount, configuration.meshCount) = (.data, 1, 3)
    (configuration.sigmaMin, configuration.sigmaMax, configuration.solver) = (0.5, 2, .euler)
    (configuration.metric, configuration.weighting) = (.meanSquare, weighting)
    let objective = try PhasedConsistencyModel(configuration, sigmaData: 1)
    func jump(_ x: Double, _ t: Double) -> Double { 0.5 / t * x + (1 - 0.5 / t) * f(x, t, 0.4) }
    for (interval, (t, r)) in [(2, middle), (middle, 0.5)].enumerated() {
      let found = loss(objective, objective.draw(interval: interval), [.online: [0.4], .teacher: [0.2]])
      let e = jump(noised(t), t) - jump(step(noised(t), t, r), r)
      #expect(abs(found - e * e * factor(weighting, t, r)) < 1e-6)
    }
  }

  @Test(arguments: IntervalWeighting.allCases)
  func skippingStepsMayBeWeighedByTheInterval(weighting: IntervalWeighting) throws {
    var configuration = LatentConsistencyModel.Configuration()
    (configuration.units, configuration.meshCount, configuration.skip) = (.data, 4, 2)
    (configuration.sigmaMin, configuration.sigmaMax, configuration.solver) = (0.1, 2, .euler)
    (configuration.metric, configuration.weighting) = (.meanSquare, weighting)
    let objective = try LatentConsistencyModel(configuration, sigmaData: 1)
    // Without a condition guidance changes nothing.
    let found = loss(
      objective, objective.draw(start: 0, guidance: 3), [.online: [0.4], .target: [0.3], .teacher: [0.2]])
    let (t, r) = (2.0, objective.mesh.sigmas[2])
    let e = f(noised(t), t, 0.4, boundary: 0.1) - f(step(noised(t), t, r), r, 0.3, boundary: 0.1)
    #expect(abs(found - e * e * factor(weighting, t, r)) < 1e-6)
  }

  /// The first term alone is weighed by the interval, the second by 1/c_out² or, as a norm, by 1/c_out.
  @Test(arguments: IntervalWeighting.allCases, [Distance.meanSquare, .pseudoHuber])
  func trajectoriesAddTheWeightedDenoisingTerm(weighting: IntervalWeighting, dsmMetric: Distance) throws {
    for dsmWeight in [0, 0.3] {
      var configuration = ConsistencyTrajectoryModel.Configuration()
      (configuration.units, configuration.meshCount, configuration.sigmaMin) = (.data, 4, 0.1)
      (configuration.sigmaMax, configuration.solver, configuration.dsmWeight) = (2, .euler, dsmWeight)
      (configuration.metric, configuration.dsmMetric, configuration.huberConstant) = (.meanSquare, dsmMetric, 0.3)
      configuration.weighting = weighting
      let objective = try ConsistencyTrajectoryModel(configuration, sigmaData: 1)
      let found = loss(
        objective, objective.draw(t: 0, r: 1, s: 2, denoised: 0.6),
        [.online: [0.4], .target: [0.3], .teacher: [0.2]])
      let (t, r, s) = (2.0, objective.mesh.sigmas[1], objective.mesh.sigmas[2])
      func jump(_ x: Double, _ t: Double, _ s: Double, _ weight: Double) -> Double {
        s / t * x + (1 - s / t) * f(x, t, weight, boundary: 0.1)
      }
      // Outer jumps are the target's, and so is the inner one on the cleaner side.
      let outer = jump(jump(noised(t), t, s, 0.4), s, 0.1, 0.3)
      let e = outer - jump(jump(step(noised(t), t, r), r, s, 0.3), s, 0.1, 0.3)
      let error = f(noised(0.6), 0.6, 0.4, boundary: 0.1) - 0.7
      let out = 0.6 / 1.36.squareRoot()
      let denoising = dsmMetric == .meanSquare ? error * error / (out * out) : huber(error, 0.3) / out
      #expect(abs(found - (e * e * factor(weighting, t, r) + dsmWeight * denoising)) < 1e-6)
    }
  }

  /// (‖e‖²/D + c)^−p of the error's mean square, and no gradient through it.
  @Test(arguments: [0, 0.5, 1]) func meanFlowsWeightIsHeldFixed(power: Double) throws {
    var configuration = MeanFlow.Configuration()
    (configuration.weightPower, configuration.weightConstant) = (power, 0.2)
    let objective = try MeanFlow(configuration, sigmaData: 1)
    let (t, r, weight, x0, noise) = (0.7, 0.4, 0.6, [0.7, -0.2], [-1.3, 0.4])
    let batch = LossBatch(
      objective, network, sigmaData: 1, shape: [2, 1], rows: [(objective.draw(t: t, r: r), x0, noise)])
    var (square, slope) = (0.0, 0.0)
    for (x, z) in zip(x0, noise) {
      // u = weight · z_t, so that du/dt = weight · v.
      let (line, velocity) = ((1 - t) * x + t * z, z - x)
      let residual = weight * line - (velocity - (t - r) * weight * velocity)
      square += residual * residual / 2
      slope += 2 * residual * line / 2
    }
    let factor = pow(square + 0.2, -power)
    #expect(abs(batch.losses([.online: [weight]])[0] - factor * square) < 1e-6)
    #expect(abs(batch.gradient([.online: [weight]])[0] - factor * slope) < 1e-6)
  }
}
