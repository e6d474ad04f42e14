import Autograd
import Backbone
import Consistency
import Foundation
import Testing

/// MeanFlow against the exact flow of N(0.3, 0.5²), in units of sd = 0.5.
@Suite struct MeanFlowTests {
  let truth = GaussianTruth()
  private var mean: Double { truth.mean / truth.deviation }

  /// The flow from t to r: z_r − (1 − r) mean = gain (z_t − (1 − t) mean).
  private func gain(_ t: Double, _ r: Double) -> Double {
    (((1 - r) * (1 - r) + r * r) / ((1 - t) * (1 - t) + t * t)).squareRoot()
  }

  /// u = scale (z_t − z_r)/(t − r) of the exact flow, smooth in both times.
  private struct AverageVelocity: Network {
    let mean: Double
    let layout: ParameterLayout
    private let scale: Parameter
    var embedsTarget: Bool { true }

    init(mean: Double) {
      self.mean = mean
      var layout = ParameterLayout()
      scale = layout.add("scale", [1, 1, 1], kind: .vector, .zeros)
      self.layout = layout
    }

    func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
      let time = Float(1 / Parameterisation.linearScale)
      let (t, r) = (noise * time, target! * time)
      func signal(_ t: Tensor) -> Tensor { t * -1 + 1 }
      func variance(_ t: Tensor) -> Tensor { signal(t).squared() + t.squared() }
      let gain = (variance(r) * variance(t).reciprocal()).squareRoot()
      let end = signal(r) * Float(mean) + gain * (x - signal(t) * Float(mean))
      return (x - end) * (t - r).reciprocal() * x.parameter(scale)
    }
  }

  private let times = [(0.9, 0.1), (0.7, 0.0), (0.5, 0.3), (0.999, 0.5)]

  /// On either side of z_t, so that the mean over a pair is the expectation at the same z_t.
  private func rows(_ objective: MeanFlow) -> [(draw: Draw, x0: [Double], z: [Double])] {
    times.flatMap { t, r in
      let length = ((1 - t) * (1 - t) + t * t).squareRoot()
      return [1.0, -1].flatMap { p in
        [1.0, -1].map { q in
          // In units of sd: z_t = (1 − t) mean + p · length, whatever q.
          let x0 = mean + (p * (1 - t) - q * t) / length
          return (objective.draw(t: t, r: r), [x0 * truth.deviation], [(p * t + q * (1 - t)) / length])
        }
      }
    }
  }

  @Test func theFlowsAverageVelocityIsTheMinimiser() throws {
    let objective = try MeanFlow(sigmaData: truth.deviation)
    let network = AverageVelocity(mean: mean)
    let batch = LossBatch(objective, network, sigmaData: truth.deviation, rows: rows(objective))
    let residual = objective.residual(batch.recording)
    func expected(_ scale: Double) -> [Double] {
      let values = batch.evaluate([residual], [.online: [scale]])[0]
      return stride(from: 0, to: values.count, by: 2).map { (values[$0] + values[$0 + 1]) / 2 }
    }
    #expect(expected(1).allSatisfy { abs($0) < 1e-5 }, "\(expected(1))")
    #expect(expected(1.01).allSatisfy { abs($0) > 1e-4 })
  }

  /// At r = t the velocity itself is learned, and its derivative does not count.
  @Test func withoutAnIntervalTheTargetIsTheSamplesVelocity() throws {
    let objective = try MeanFlow(sigmaData: truth.deviation)
    let network = LookupNetwork([objective.sigma(of: 0.4)])
    let batch = LossBatch(
      objective, network, sigmaData: truth.deviation, rows: [(objective.draw(t: 0.4, r: 0.4), [0.7], [-1.2])])
    let found = batch.evaluate(
      [objective.residual(batch.recording)], [.online: [Double](repeating: 0, count: network.layout.count)])[0]
    #expect(abs(found[0] - -(-1.2 - 0.7 / 0.5)) < 1e-6)
  }

  /// What the embedding is told is 4 t, so that MeanFlow's derivative by the time is of the size of the one by x.
  @Test func whatTheEmbeddingIsToldChangesSlowly() {
    let parameterisation = Parameterisation(Preconditioning(sigmaData: 0.5, frame: .linear))
    func told(_ logSigma: Double) -> Double { parameterisation.values(at: exp(logSigma)).u }
    #expect(parameterisation.values(at: 0).u == 0 && abs(told(log(0.5)) - 2) < 1e-12)
    for logSigma in stride(from: -6.0, through: 6, by: 0.25) {
      let slope = (told(logSigma + 1e-4) - told(logSigma - 1e-4)) / 2e-4
      #expect(slope > 0 && slope < 1 + 1e-6, "\(logSigma): \(slope)")
    }
  }

  /// A model whose embedding was told 1000 t would be asked what it does not understand.
  @Test func modelsOfAnotherEmbeddingAreRefused() throws {
    let linear = Parameterisation(Preconditioning(sigmaData: 0.5, frame: .linear))
    let data = try JSONEncoder().encode(linear)
    #expect(try JSONDecoder().decode(Parameterisation.self, from: data) == linear)
    let text = String(decoding: data, as: UTF8.self)
    for other in [
      text.replacingOccurrences(of: "\"linearScale\":4", with: "\"linearScale\":1000"),
      text.replacingOccurrences(of: "linearScale", with: "older"),
    ] {
      #expect(other != text)
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Parameterisation.self, from: Data(other.utf8)) }
    }
    let edm = try JSONEncoder().encode(Parameterisation(Preconditioning(sigmaData: 0.5)))
    #expect(!String(decoding: edm, as: UTF8.self).contains("linearScale"))
    #expect(throws: Never.self) { try JSONDecoder().decode(Parameterisation.self, from: edm) }
  }

  /// A jump in terms of sigma is the same jump in terms of t.
  @Test func jumpsAreThoseOfTheLine() {
    let (sd, t, r, x, u) = (0.5, 0.8, 0.3, 1.7, -0.6)
    let preconditioning = Preconditioning(sigmaData: sd, frame: .linear)
    let (sigma, s) = (sd * t / (1 - t), sd * r / (1 - r))
    #expect(abs(preconditioning.time(of: sigma) - t) < 1e-12)
    let c = preconditioning.coefficients(sigma)
    #expect(abs(c.input * x - (1 - t) * x / sd) < 1e-12)
    let denoised = c.skip * x + c.out * u
    let jump = s / sigma * x + (1 - s / sigma) * denoised
    // z_r = z_t − (t − r) u, in units of sd.
    let end = (1 - t) * x / sd - (t - r) * u
    #expect(abs(jump - end * sd / (1 - r)) < 1e-12)
    let identity = preconditioning.coefficients(0)
    #expect(identity.skip == 1 && identity.out == 0)
  }
}
