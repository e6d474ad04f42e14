import Autograd
import Consistency
import Testing

/// Losses of tiny examples, computed by hand with sigma_data 1 and F(x) = weight · x.
@Suite struct LossValueTests {
  let network = ProportionalNetwork()

  /// Mesh {1, 1/2}, so that x_r of a teacher with weight 0, D(x, σ) = x/(1 + σ²), is 0.75 x (Euler) or 0.8 x (Heun).
  private func distillation(
    _ solver: OneStepMethod, _ metric: Distance = .meanSquare, targetDecay: Double = 0
  ) throws -> ConsistencyDistillation {
    var configuration = ConsistencyDistillation.Configuration()
    configuration.units = .data
    configuration.meshCount = 2
    configuration.sigmaMin = 0.5
    configuration.sigmaMax = 1
    configuration.solver = solver
    configuration.metric = metric
    configuration.huberConstant = 0.3
    configuration.targetDecay = targetDecay
    return try ConsistencyDistillation(configuration, sigmaData: 1)
  }

  /// k = 0 and q = 2: r = t/2 at stage 0, 3t/4 at stage 1. c = √2 · 0.3 for two elements.
  private func tuning(k: Double = 0) throws -> EasyConsistencyTuning {
    var configuration = EasyConsistencyTuning.Configuration()
    configuration.units = .data
    configuration.k = k
    configuration.b = 0
    configuration.huberConstant = 0.3
    return try EasyConsistencyTuning(configuration, sigmaData: 1)
  }

  @Test func denoisingLoss() throws {
    // At σ = 1, f(x) = x/2 + (1/√2)² weight x = 0.75 x; x = (2, 2), e = (0.5, 2.5), λ = 2.
    let objective = try EDMObjective(sigmaData: 1)
    let batch = LossBatch(
      objective, network, sigmaData: 1, shape: [2, 1], rows: [(objective.draw(sigma: 1), [1, -1], [1, 3])])
    #expect(abs(batch.losses([.online: [0.5]])[0] - 6.5) < 1e-6)
  }

  @Test func distillationLoss() throws {
    // f(x, 1) = 0.8 x + 0.25 weight x, f(x, 1/2) = x. x_t = 2.
    for (solver, expected) in [(OneStepMethod.euler, 0.15 * 2), (.heun, 0.1 * 2)] {
      let objective = try distillation(solver)
      let batch = LossBatch(objective, network, sigmaData: 1, rows: [(objective.draw(interval: 0), [1], [1])])
      #expect(abs(batch.losses([.online: [0.4], .teacher: [0]])[0] - expected * expected) < 1e-9)
    }
  }

  @Test func tuningLoss() throws {
    // t = √3, r = √3/2; weight 0, so f = skip · x with skip 1/4 and 4/7; x_t = ±2, x_r = ±1.5; e = ±5/14.
    let objective = try tuning()
    let t = 3.0.squareRoot()
    let batch = LossBatch(
      objective, network, sigmaData: 1, shape: [1, 2],
      rows: [(objective.draw(t: t, stage: 0), [1, -1], [1 / t, -1 / t])])
    let square = 2 * (5.0 / 14) * (5.0 / 14)
    let expected = ((square + 0.18).squareRoot() - 0.18.squareRoot()) * 2 / t
    #expect(abs(batch.losses([.online: [0]])[0] - expected) < 1e-6)
  }

  @Test func atZeroTheTargetIsTheExampleItself() throws {
    // k = 2 makes n(t) = 2 and so r = 0 at stage 0, whatever the network says.
    let objective = try tuning(k: 2)
    let draw = objective.draw(t: 1, stage: 0)
    #expect(draw.sigmas == DrawnNumbers([1, 0]) && draw.scalars == DrawnNumbers([1]))
    let batch = LossBatch(
      objective, network, sigmaData: 1, shape: [2, 1], rows: [(draw, [0.7, -0.1], [3, 4])])
    let target = batch.recording.target(batch.recording.noised(at: "r"), at: "r")
    #expect(batch.evaluate([target], [.online: [1e6]])[0] == [0.7, -0.1])
  }

  @Test func paddingDoesNotCount() throws {
    let (edm, cd, ect) = try (EDMObjective(sigmaData: 1), distillation(.heun, .pseudoHuber), tuning())
    let draws: [(any Objective, Draw)] = [
      (edm, edm.draw(sigma: 1)), (cd, cd.draw(interval: 0)), (ect, ect.draw(t: 1, stage: 1)),
    ]
    let banks: [Bank: [Double]] = [.online: [0.4], .teacher: [0.1]]
    for (objective, draw) in draws {
      let short = LossBatch(
        objective, network, sigmaData: 1, shape: [2, 1], rows: [(draw, [1, -1], [0.2, 3])])
      let padded = LossBatch(
        objective, network, sigmaData: 1, shape: [3, 1], rows: [(draw, [1, 55, -1], [0.2, -7, 3])], validity: [1, 0, 1])
      #expect(abs(short.losses(banks)[0] - padded.losses(banks)[0]) < 1e-6)
    }
  }

  @Test func teacherAndTargetReceiveNoGradient() throws {
    for targetDecay in [0, 0.95] {
      let objective = try distillation(.heun, targetDecay: targetDecay)
      let batch = LossBatch(objective, network, sigmaData: 1, rows: [(objective.draw(interval: 0), [1], [1])])
      let loss = batch.loss.mean()
      #expect(batch.graph.gradient(of: loss, in: .teacher).isEmpty)
      #expect(batch.graph.gradient(of: loss, in: .target).isEmpty)
      // Only f(x_t, t) = 0.9 x_t is differentiated: 2 e ∂f/∂weight with e = (0.9 − 0.8) x_t and ∂f/∂weight = 0.25 x_t.
      let gradient = batch.gradient([.online: [0.4], .teacher: [0], .target: [0.4]])
      #expect(abs(gradient[0] - 2 * 0.2 * 0.5) < 1e-9)
    }
  }

  @Test func onlineTargetIsHeldFixed() throws {
    // At stage 1 both sides see the weight; the gradient is that of the noisier side alone.
    let objective = try tuning()
    let batch = LossBatch(
      objective, network, sigmaData: 1, rows: [(objective.draw(t: 1, stage: 1), [1], [1])])
    let step = 1e-5
    func loss(_ online: Double, against fixed: Double) -> Double {
      let (t, r) = (1.0, 0.75)
      func f(_ x: Double, _ sigma: Double, _ weight: Double) -> Double {
        x * (1 + sigma * weight) / (1 + sigma * sigma)
      }
      let e = f(1 + t, t, online) - f(1 + r, r, fixed)
      return ((e * e + 0.09).squareRoot() - 0.3) / (t - r)
    }
    let expected = (loss(0.4 + step, against: 0.4) - loss(0.4 - step, against: 0.4)) / (2 * step)
    #expect(abs(batch.losses([.online: [0.4]])[0] - loss(0.4, against: 0.4)) < 1e-6)
    #expect(abs(batch.gradient([.online: [0.4]])[0] - expected) < 1e-6)
  }
}
