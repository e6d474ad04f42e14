import Autograd
import Backbone
import Consistency
import Foundation
import Testing

/// CTM and its sampler against closed forms on N(0.3, 0.5²).
@Suite struct TrajectoryModelTests {
  let truth = GaussianTruth()

  /// Affine in x, with its own slope and shift for every pair of noise level and target.
  private struct LookupJumps: Network {
    let sigmas: [Double]
    let layout: ParameterLayout
    private let slope: Parameter
    private let shift: Parameter
    var embedsTarget: Bool { true }

    init(_ sigmas: [Double]) {
      var layout = ParameterLayout()
      self.sigmas = sigmas
      slope = layout.add("slope", [1, 1, sigmas.count * sigmas.count], kind: .vector, .zeros)
      shift = layout.add("shift", [1, 1, sigmas.count * sigmas.count], kind: .vector, .zeros)
      self.layout = layout
    }

    func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
      let count = sigmas.count * sigmas.count
      let u = sigmas.map { Float(-NoiseScale.consistency($0)) }
      let rows = noise.constant((0..<count).map { u[$0 / sigmas.count] }, [1, 1, count])
      let columns = noise.constant((0..<count).map { u[$0 % sigmas.count] }, [1, 1, count])
      let distance = (noise + rows).squared() + (target! + columns).squared()
      let selected = (distance * -1).apply(.exp)
      func look(_ parameter: Parameter) -> Tensor {
        (selected * x.parameter(parameter)).sum(to: [x.shape[0], 1, 1])
      }
      return x * look(slope) + look(shift)
    }

    /// Parameters with which g at level i towards level j is `mean + gain(i, j) (x − mean)`.
    func parameters(mean: Double, _ preconditioning: Preconditioning, gain: (Int, Int) -> Double) -> [Double] {
      var values = [Double](repeating: 0, count: layout.count)
      for i in sigmas.indices {
        let c = preconditioning.coefficients(sigmas[i])
        guard c.out > 0 else { continue }
        for j in sigmas.indices {
          values[slope.offset + i * sigmas.count + j] = (gain(i, j) - c.skip) / (c.out * c.input)
          values[shift.offset + i * sigmas.count + j] = mean * (1 - gain(i, j)) / c.out
        }
      }
      return values
    }
  }

  @Test(arguments: [Distance.meanSquare, .pseudoHuber], [Distance.meanSquare, .pseudoHuber])
  func trajectoriesAreMinimisedByTheProductsOfTheSolversSteps(metric: Distance, dsmMetric: Distance) throws {
    try checkMinimiser(metric, dsmMetric, largestStep: 1)
  }

  /// However far r is from t, the teacher's way there is the same product: one long step would be another map for every r,
  /// and they would have no common minimiser.
  @Test func longStepsOfTheTeacherWalkTheMesh() throws { try checkMinimiser(.meanSquare, .meanSquare, largestStep: 3) }

  private func checkMinimiser(_ metric: Distance, _ dsmMetric: Distance, largestStep: Int) throws {
    var configuration = ConsistencyTrajectoryModel.Configuration()
    configuration.meshCount = 6
    configuration.largestStep = largestStep
    configuration.metric = metric
    configuration.dsmMetric = dsmMetric
    let objective = try ConsistencyTrajectoryModel(configuration, sigmaData: truth.deviation)
    let sigmas = objective.mesh.sigmas
    let network = LookupJumps(sigmas)
    // x0 and z along and across x_t; the denoising term's noise is the same, at a level of its own.
    func points(_ draw: Draw, at sigma: Double) -> [(draw: Draw, x0: [Double], z: [Double])] {
      let (s, length) = (truth.deviation, (truth.variance + sigma * sigma).squareRoot())
      return [(1.0, 1.0), (1, -1), (-1, 1), (-1, -1)].map { p, q in
        (draw, [truth.mean + s * (p * s - q * sigma) / length], [(p * sigma + q * s) / length])
      }
    }
    var rows: [(draw: Draw, x0: [Double], z: [Double])] = []
    for t in 0..<5 {
      // With t as the denoising level too, the four points are along and across both.
      for s in t + 1..<6 {
        for r in t + 1...min(t + largestStep, s) {
          rows += points(objective.draw(t: t, r: r, s: s, denoised: sigmas[t]), at: sigmas[t])
        }
      }
    }
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: rows)
    let student = Preconditioning(sigmaData: truth.deviation, boundarySigma: objective.boundarySigma)
    let plain = Preconditioning(sigmaData: truth.deviation)
    func minimiser(_ i: Int, _ j: Int) -> Double {
      guard j > i else { return truth.denoiserGain(sigmas[i]) }
      let jump = (i..<j).reduce(1.0) { $0 * truth.heunGain(from: sigmas[$1], to: sigmas[$1 + 1]) }
      return (jump - sigmas[j] / sigmas[i]) / (1 - sigmas[j] / sigmas[i])
    }
    func banks(_ factor: (Int, Int) -> Double) -> [Bank: [Double]] {
      let online = network.parameters(mean: truth.mean, student) { minimiser($0, $1) * factor($0, $1) }
      return [
        .online: online, .target: online,
        .teacher: network.parameters(mean: truth.mean, plain) { i, _ in truth.denoiserGain(sigmas[i]) },
      ]
    }
    let gradient = batch.gradient(banks { _, _ in 1 })
    #expect(gradient.allSatisfy { abs($0) < 1e-6 }, "\(gradient)")
    let elsewhere = batch.gradient(banks { i, j in (i + j) % 2 == 0 ? 1.01 : 0.99 })
    #expect(elsewhere.contains { abs($0) > 1e-4 })
    // The gradient reaches jumps (i, j) with j > i, and the denoiser (i, i), and nothing else.
    for i in 0..<5 {
      for j in 0..<6 { #expect((elsewhere[i * 6 + j] != 0) == (j >= i), "\(i) → \(j)") }
    }
  }

  private func moments(
    _ sigmas: [Double], boundary: Double, gamma: Double
  ) throws -> (mean: Double, variance: Double, jumps: [[Double]]) {
    let count = 1 << sigmas.count
    var sampler = try TrajectorySampler(
      sigmas: sigmas, boundarySigma: boundary, gamma: gamma, elementCount: count)
    var x = [Float](repeating: .nan, count: count)
    var step = 0
    var jumps: [[Double]] = []
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x) { noise in
        for i in noise.indices { noise[i] = i >> step & 1 == 0 ? 1 : -1 }
        step += 1
      } _: { x, t, s in
        jumps.append([t, s])
        let gain = truth.flowGain(from: t, to: s)
        for i in x.indices { x[i] = Float(truth.mean + gain * (Double(x[i]) - truth.mean)) }
      }
    }
    let mean = x.reduce(0) { $0 + Double($1) } / Double(count)
    return (mean, x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count), jumps)
  }

  @Test func withoutGammaTheJumpsFollowTheFlow() throws {
    let sigmas = [80, 3, 0.8]
    let found = try moments(sigmas, boundary: 0.02, gamma: 0)
    #expect(found.jumps == [[80, 3], [3, 0.8], [0.8, 0.02]])
    let gain = truth.flowGain(from: 80, to: 0.02)
    #expect(abs(found.variance - gain * gain * 6400) < 1e-5)
    #expect(abs(found.mean - truth.mean * (1 - gain)) < 1e-5)
  }

  /// Whatever γ, exact jumps keep x at level sigma distributed as data and noise of that level are.
  @Test(arguments: [0.2, 0.7, 1])
  func everyGammaKeepsTheDistribution(gamma: Double) throws {
    let found = try moments([80, 3, 0.8], boundary: 0.02, gamma: gamma)
    #expect(abs(found.variance - (truth.variance + 0.02 * 0.02)) < 2e-5)
    #expect(found.jumps.allSatisfy { $0[1] < $0[0] && $0[1] >= 0.02 })
    if gamma == 1 { #expect(found.jumps.map { $0[1] } == [0.02, 0.02, 0.02]) }
  }
}
