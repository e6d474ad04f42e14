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

  /// −g of every row by finite differences of F along the path, from the paper's equation 8.
  private func expectedTangents(
    _ rows: [(draw: Draw, x0: [Double], z: [Double])], scale: Double, warmup: Double
  ) -> [Double] {
    let (network, sd) = (FlowNetwork(truth), truth.deviation)
    func trigF(_ xt: Double, _ angle: Double) -> Double { -scale * network.output(xt / sd, sigma: sd * tan(angle)) }
    return rows.map { row in
      let t = atan2(row.draw.sigmas[0], sd)
      let xt = cos(t) * row.x0[0] + sin(t) * sd * row.z[0]
      let velocity = cos(t) * sd * row.z[0] - sin(t) * row.x0[0]
      let h = 1e-5 * min(t, 1)
      let slope = (trigF(xt + h * velocity, t + h) - trigF(xt - h * velocity, t - h)) / (2 * h)
      let g =
        -cos(t) * cos(t) * (sd * trigF(xt, t) - velocity) - warmup * cos(t) * sin(t) * (xt + sd * slope)
      return -g
    }
  }

  @Test(arguments: [0, 0.8, 1], [0.03, 1])
  func theTangentIsThePapers(scale: Double, progress: Double) throws {
    let objective = try objective(.training)
    let network = FlowNetwork(truth, learned: objective.learned)
    let rows = rows(objective, progress: progress)
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: rows, learned: network.learned)
    let tangent = objective.outputAndTangent(batch.recording).tangent
    let found = batch.evaluate([tangent], [.online: network.parameters(flow: scale)])[0]
    for (a, b) in zip(found, expectedTangents(rows, scale: scale, warmup: min(1, progress / 0.1))) {
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
}
