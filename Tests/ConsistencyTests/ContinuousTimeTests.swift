import Autograd
import Consistency
import Foundation
import Testing

/// sCM against closed forms on N(0.3, 0.5²), in TrigFlow's terms.
@Suite struct ContinuousTimeTests {
  let truth = GaussianTruth()
  let sigmas = [30, 2, 0.6, 0.2, 0.03]

  private func objective(
    _ variant: ContinuousTimeConsistency.Variant,
    _ normalization: ContinuousTimeConsistency.Normalization = .norm
  ) throws -> ContinuousTimeConsistency {
    var configuration = ContinuousTimeConsistency.Configuration()
    configuration.variant = variant
    configuration.normalization = normalization
    return try ContinuousTimeConsistency(configuration, sigmaData: truth.deviation)
  }

  /// Four points of x0 and z for every noise level, along and across x_t, as in ObjectiveMinimiserTests.
  private func rows(_ objective: ContinuousTimeConsistency, progress: Double = 1) -> [(
    draw: Draw, x0: [Double], z: [Double]
  )] {
    let s = truth.deviation
    return sigmas.flatMap { t in
      let length = (s * s + t * t).squareRoot()
      return [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)].map { p, q in
        (
          objective.draw(sigma: t, progress: progress), [truth.mean + s * (p * s - q * t) / length],
          [(p * t + q * s) / length]
        )
      }
    }
  }

  /// −g of one element by finite differences of F along the path, from the paper's equation 8.
  private func expectedTangent(x0: Double, z: Double, sigma: Double, scale: Double, warmup: Double) -> Double {
    let (network, sd) = (FlowNetwork(truth), truth.deviation)
    func trigF(_ xt: Double, _ angle: Double) -> Double { -scale * network.output(xt / sd, sigma: sd * tan(angle)) }
    let t = atan2(sigma, sd)
    let xt = cos(t) * x0 + sin(t) * sd * z
    let velocity = cos(t) * sd * z - sin(t) * x0
    let h = 1e-5 * min(t, 1)
    let slope = (trigF(xt + h * velocity, t + h) - trigF(xt - h * velocity, t - h)) / (2 * h)
    return cos(t) * cos(t) * (sd * trigF(xt, t) - velocity) + warmup * cos(t) * sin(t) * (xt + sd * slope)
  }

  @Test(arguments: [0, 0.8, 1], [0.03, 1])
  func theTangentIsThePapers(scale: Double, progress: Double) throws {
    let objective = try objective(.training)
    let network = FlowNetwork(truth, learned: objective.learned)
    let rows = rows(objective, progress: progress)
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: rows, learned: network.learned)
    let tangent = objective.outputAndTangent(batch.recording).tangent
    let found = batch.evaluate([tangent], [.online: network.parameters(flow: scale)])[0]
    for (a, row) in zip(found, rows) {
      let b = expectedTangent(
        x0: row.x0[0], z: row.z[0], sigma: row.draw.sigmas[0], scale: scale, warmup: min(1, progress / 0.1))
      #expect(abs(a - b) < 1e-5 * max(1, abs(b)))
    }
  }

  /// Along the teacher's flow the true function does not change, so there is nothing left to learn at any point.
  @Test func theTrueFunctionHasNoTangentAlongTheTeachersFlow() throws {
    let objective = try objective(.distillation)
    let network = FlowNetwork(truth, learned: objective.learned)
    let batch = LossBatch(
      objective, network, sigmaData: truth.deviation, rows: rows(objective), learned: network.learned)
    let tangent = objective.outputAndTangent(batch.recording).tangent
    func tangents(flow: Double) -> [Double] {
      batch.evaluate(
        [tangent], [.online: network.parameters(flow: flow), .teacher: network.parameters(denoiser: 1)])[0]
    }
    #expect(tangents(flow: 1).allSatisfy { abs($0) < 1e-5 })
    #expect(tangents(flow: 1.01).contains { abs($0) > 1e-3 })
  }

  @Test(
    arguments: ContinuousTimeConsistency.Variant.allCases, ContinuousTimeConsistency.Normalization.allCases)
  func theTrueFunctionIsTheMinimiser(
    variant: ContinuousTimeConsistency.Variant, normalization: ContinuousTimeConsistency.Normalization
  ) throws {
    let objective = try objective(variant, normalization)
    let network = FlowNetwork(truth, learned: objective.learned)
    let batch = LossBatch(
      objective, network, sigmaData: truth.deviation, rows: rows(objective), learned: network.learned)
    func slope(flow: Double) -> Double {
      batch.gradient([
        .online: network.parameters(flow: flow), .teacher: network.parameters(denoiser: 1),
      ])[0]
    }
    #expect(abs(slope(flow: 1)) < 1e-6)
    // Too much of it is pushed back, too little pushed on.
    #expect(slope(flow: 1.01) > 1e-5 && slope(flow: 0.99) < -1e-5)
  }

  /// e^w ℓ − w has its minimum where e^w = 1/ℓ, noise level by noise level.
  @Test func theWeightingLearnsToLevelTheLoss() throws {
    let objective = try objective(.training)
    let network = FlowNetwork(truth, learned: objective.learned)
    let rows = Array(rows(objective).prefix(1))
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: rows, learned: network.learned)
    var parameters = network.parameters(flow: 0.5)
    let loss = batch.losses([.online: parameters])[0]
    // The first of the weighting's parameters is its constant.
    let constant = try #require(network.learned["weighting"]).offset
    parameters[constant] = -log(loss)
    let gradient = batch.gradient([.online: parameters])
    #expect(abs(gradient[constant]) < 1e-6)
    #expect(abs(batch.losses([.online: parameters])[0] - (1 + log(loss))) < 1e-6)
  }

  /// Of examples of several elements: g/(‖g‖ + c) or g/(‖g‖/√D + c/√D) with the norm of the whole example and of no other, D
  /// its valid elements, and the loss e^w/D ‖F − sg[F] − g/(…)‖² − w with its gradient, all by hand from tangents by finite
  /// differences.
  @Test(arguments: ContinuousTimeConsistency.Normalization.allCases, [[1.0, 1, 1], [1, 0, 1]])
  func tangentsOfWholeExamplesAreNormalised(
    normalization: ContinuousTimeConsistency.Normalization, validity: [Double]
  ) throws {
    var configuration = ContinuousTimeConsistency.Configuration()
    configuration.normalization = normalization
    // Of the size of the norms, so that it matters.
    configuration.tangentConstant = 0.6
    let objective = try ContinuousTimeConsistency(configuration, sigmaData: truth.deviation)
    let network = FlowNetwork(truth, learned: objective.learned)
    // Three frames of two channels; the second example's tangents are much larger than the first's.
    let rows: [(draw: Draw, x0: [Double], z: [Double])] = [
      (objective.draw(sigma: 0.4, progress: 1), [0.4, 0.2, 0.9, -0.3, 0.35, 0.1], [0.1, -0.2, 0.7, 0.3, -0.1, 0.2]),
      (objective.draw(sigma: 0.2, progress: 1), [2, -1.5, 0.6, 3, -2, 1], [1.5, -2, 0.4, 2.5, 1, -1.2]),
    ]
    let allValid = !validity.contains(0)
    let batch = LossBatch(
      objective, network, sigmaData: truth.deviation, shape: [3, 2], rows: rows, validity: allValid ? nil : validity,
      learned: network.learned)
    let (scale, w) = (0.8, 0.7)
    var parameters = network.parameters(flow: scale)
    parameters[try #require(network.learned["weighting"]).offset] = w

    let counted = (0..<6).filter { validity[$0 / 2] == 1 }
    var (losses, gradient) = ([Double](), 0.0)
    for row in rows {
      let sigma = row.draw.sigmas[0]
      let tangent = counted.map {
        expectedTangent(x0: row.x0[$0], z: row.z[$0], sigma: sigma, scale: scale, warmup: 1)
      }
      let elements = Double(counted.count)
      var divisor = tangent.reduce(0) { $0 + $1 * $1 }.squareRoot() + 0.6
      if normalization == .rootMeanSquare { divisor /= elements.squareRoot() }
      let normalised = tangent.map { $0 / divisor }
      losses.append(exp(w) / elements * normalised.reduce(0) { $0 + $1 * $1 } - w)
      // d/dscale of ‖output − sg[output] + g/(…)‖², the network's output being −F; `expectedTangent` is −g.
      let outputs = counted.map { i in
        let x = (row.x0[i] + sigma * row.z[i]) / (sigma * sigma + truth.variance).squareRoot()
        return network.output(x, sigma: sigma)
      }
      gradient -= zip(outputs, normalised).reduce(0) { $0 + $1.0 * $1.1 } * 2 * exp(w) / elements / 2
    }
    for (found, expected) in zip(batch.losses([.online: parameters]), losses) {
      #expect(abs(found - expected) < 1e-5, "\(found), \(expected)")
    }
    #expect(abs(batch.gradient([.online: parameters])[0] - gradient) < 1e-5)
  }
}
