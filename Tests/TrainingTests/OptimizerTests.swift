import Autograd
import Foundation
import TestSupport
import Testing
import Training

/// The numbers of torch.optim.AdamW, torch.nn.utils.clip_grad_norm_ and diffusion_policy's EMA, in float64, written by
/// Tests/Fixtures/reference_torch.py.
struct OptimizerReference: Decodable, Sendable {
  struct Step: Decodable, Sendable {
    let gradient, parameters, first_moment, second_moment, ema: [Double]
    let gradient_norm, learning_rate, ema_decay: Double
  }

  struct Case: Decodable, Sendable {
    let name: String
    let betas: [Double]
    let eps, weight_decay, max_norm, peak_learning_rate: Double
    let warm_up, total_steps: Int
    let initial_parameters: [Double]
    let steps: [Step]
  }

  struct Decays: Decodable, Sendable {
    struct Options: Decodable, Sendable {
      let update_after_step: Int
      let inv_gamma, power, min_value, max_value: Double
    }

    let options: Options
    let updates: [Int]
    let decays: [Double]
  }

  struct Schedule: Decodable, Sendable {
    let warm_up, total_steps: Int
    let index: [Int]
    let factor: [Double]
  }

  let optimiser: [Case]
  let ema_decay: [Decays]
  let schedule: Schedule

  static func read() throws -> Self { try fixture("optimiser_reference.json", as: Self.self) }
}

struct OptimizerTests {
  /// Single precision against double over five steps: a few roundings of numbers near 1 (6e-8 each) for the parameters.
  /// 1 − beta2 is rounded in single precision, at 0.999 by 1.3e-5 of itself, which the second moment inherits and the
  /// parameters see as half of that times the learning rate.
  private func expectClose(
    _ values: UnsafeMutableBufferPointer<Float>, _ reference: [Double], relative: Double, floor: Double,
    _ what: String
  ) {
    for (value, truth) in zip(values, reference) {
      #expect(abs(Double(value) - truth) <= relative * max(abs(truth), floor), "\(what): \(value), not \(truth)")
    }
  }

  /// The gradient arrives whole, or as four shards of which it is the mean.
  @Test(arguments: [1, 4]) func stepsAreThoseOfPyTorch(shards: Int) throws {
    for reference in try OptimizerReference.read().optimiser {
      var configuration = TrainingConfiguration()
      configuration.beta1 = reference.betas[0]
      configuration.beta2 = reference.betas[1]
      configuration.epsilon = reference.eps
      configuration.weightDecay = reference.weight_decay
      configuration.clipNorm = reference.max_norm
      configuration.learningRate = reference.peak_learning_rate
      configuration.warmupSteps = reference.warm_up
      configuration.steps = reference.total_steps
      let schedule = LearningRateSchedule(configuration)
      let optimizer = Optimizer(weights: ParameterBuffer(reference.initial_parameters.map { Float($0) }))
      for (index, step) in reference.steps.enumerated() {
        let rate = schedule(index)
        #expect(abs(rate - step.learning_rate) <= 1e-15 * reference.peak_learning_rate)
        let parts: [Float] = shards == 1 ? [1] : [0.25, 1.75, -1, 3]
        let gradients = parts.map { part in ParameterBuffer(step.gradient.map { part * Float($0) }) }
        let norm = try optimizer.step(
          index, shardGradients: gradients, rate: rate, emaDecay: step.ema_decay, configuration, workers: Workers(1))
        #expect(abs(norm - step.gradient_norm) <= 1e-6 * step.gradient_norm)
        let place = "\(reference.name), step \(index)"
        expectClose(optimizer.weights.values, step.parameters, relative: 5e-7, floor: 1, "\(place), parameters")
        expectClose(optimizer.moment1.values, step.first_moment, relative: 1e-6, floor: 0.05, "\(place), moment 1")
        expectClose(optimizer.moment2.values, step.second_moment, relative: 2e-5, floor: 1e-4, "\(place), moment 2")
        expectClose(optimizer.ema.values, step.ema, relative: 5e-7, floor: 1, "\(place), average")
      }
    }
  }

  @Test func clippingCanBeSwitchedOff() throws {
    func firstMoment(clipNorm: Double) throws -> Float {
      var configuration = TrainingConfiguration()
      configuration.clipNorm = clipNorm
      let optimizer = Optimizer(weights: ParameterBuffer([1, 1]))
      _ = try optimizer.step(
        0, shardGradients: [ParameterBuffer([30, 40])], rate: 0, emaDecay: 0, configuration, workers: Workers(1))
      return optimizer.moment1[0]
    }
    // (1 − 0.95) · 30, and the same over the norm of 50.
    #expect(try abs(firstMoment(clipNorm: 0) - 1.5) < 1e-6)
    #expect(try abs(firstMoment(clipNorm: 1) - 0.03) < 1e-7)
    #expect(try abs(firstMoment(clipNorm: 100) - 1.5) < 1e-6)
  }

  @Test func theTargetIsAnAverageOfItsOwn() throws {
    let optimizer = Optimizer(weights: ParameterBuffer([1, -2]), averagesTarget: true)
    let target = try #require(optimizer.target)
    #expect(Array(target.values) == [1, -2])
    var expected = [1.0, -2.0]
    for step in 0..<3 {
      _ = try optimizer.step(
        step, shardGradients: [ParameterBuffer([1, -1])], rate: 0.1, emaDecay: 0, targetDecay: 0.75,
        TrainingConfiguration(), workers: Workers(1))
      for i in 0..<2 { expected[i] = 0.75 * expected[i] + 0.25 * Double(optimizer.weights[i]) }
      #expect(Array(optimizer.ema.values) == Array(optimizer.weights.values))
    }
    expectClose(target.values, expected, relative: 3e-7, floor: 1, "target")
    #expect(Optimizer(weights: ParameterBuffer([1])).target == nil)
  }

  @Test func learningRatesAreThoseOfPyTorch() throws {
    let reference = try OptimizerReference.read().schedule
    var configuration = TrainingConfiguration()
    configuration.learningRate = 3e-4
    configuration.warmupSteps = reference.warm_up
    configuration.steps = reference.total_steps
    let schedule = LearningRateSchedule(configuration)
    for (index, factor) in zip(reference.index, reference.factor) {
      #expect(abs(schedule(index) - 3e-4 * factor) <= 1e-15 * 3e-4, "step \(index)")
    }
    configuration.warmupSteps = 0
    #expect(LearningRateSchedule(configuration)(0) == 3e-4)
  }

  /// The schedule has update_after_step 0, inv_gamma 1 and min_value 0, as diffusion_policy's presets do.
  @Test func decaysAreThoseOfDiffusionPolicy() throws {
    let all = try OptimizerReference.read().ema_decay
    let known = all.filter {
      $0.options.update_after_step == 0 && $0.options.inv_gamma == 1 && $0.options.min_value == 0
    }
    #expect(known.count == 2)
    for reference in known {
      let schedule = EMASchedule(power: reference.options.power, maximum: reference.options.max_value)
      for (update, decay) in zip(reference.updates, reference.decays) {
        #expect(abs(schedule(update) - decay) <= 1e-15, "step \(update)")
      }
    }
  }
}
