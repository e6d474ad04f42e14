import Foundation

/// Linear warm-up, then a cosine to 0 at the last step.
package struct LearningRateSchedule: Sendable {
  let peak: Double
  let warmup: Int
  let steps: Int

  package init(_ configuration: TrainingConfiguration) {
    peak = configuration.learningRate
    warmup = configuration.warmupSteps
    steps = configuration.steps
  }

  /// The rate of step `step`, 0 being the first.
  package func callAsFunction(_ step: Int) -> Double {
    if step < warmup { return peak * Double(step) / Double(max(1, warmup)) }
    let progress = Double(step - warmup) / Double(max(1, steps - warmup))
    return peak * max(0, 0.5 * (1 + cos(.pi * progress)))
  }
}

/// The power schedule of diffusion_policy's EMA: 1 − k^−power at the end of step k, at most `maximum`. It is 0 for the
/// first two steps (k = 0 and 1), so that the average starts from trained weights and not from the initial ones.
package struct EMASchedule: Sendable {
  let power: Double
  let maximum: Double

  package init(power: Double, maximum: Double) {
    self.power = power
    self.maximum = maximum
  }

  /// The decay used at the end of step `step`, 0 being the first.
  package func callAsFunction(_ step: Int) -> Double {
    guard step > 1 else { return 0 }
    return min(maximum, 1 - pow(Double(step), -power))
  }
}
