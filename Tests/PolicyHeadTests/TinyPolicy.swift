import Autograd
import Backbone
import Checkpoints
import Consistency
import Environments
import Foundation
import PolicyHead

/// An untrained policy: three observed values, two actions, two observations, chunks of three of a horizon of eight.
enum TinyPolicy {
  static let observationSteps = 2
  static let actionSteps = 3
  static let horizon = 8
  /// Minimum and maximum of every dimension.
  static let observationRange: [ClosedRange<Float>] = [-1...1, 0...10, 100...300]
  static let actionRange: [ClosedRange<Float>] = [0...512, -2...2]

  static func make(seed: UInt64 = 1, weightScale: Float = 1) throws -> TrainedPolicy {
    let description = description
    var layout = ParameterLayout()
    _ = TemporalUNet(description.network, in: &layout)
    let weights = layout.initialize(seed: seed)
    for i in 0..<weights.count { weights[i] *= weightScale }
    return try TrainedPolicy(description, weights: weights)
  }

  static var description: PolicyDescription {
    var sampling = SamplingSchedule()
    sampling.middle = [[0.5]]
    return PolicyDescription(
      observationSteps: observationSteps, horizon: horizon, actionSteps: actionSteps,
      observationColumns: ["seen"], actionColumns: ["done"], observationNormalizer: normalizer(observationRange),
      actionNormalizer: normalizer(actionRange),
      network: .init(
        channels: 2, widths: [8, 16], kernel: 3, groups: 4, embedding: 8, globalCondition: observationSteps * 3),
      parameterisation: Parameterisation(Preconditioning(sigmaData: 0.4)), objective: ObjectiveConfiguration(.ect),
      sampling: sampling)
  }

  private static func normalizer(_ ranges: [ClosedRange<Float>]) -> Normalizer {
    Normalizer(fitting: ranges.map(\.lowerBound) + ranges.map(\.upperBound), dimensions: ranges.count)
  }

  /// Some observation of the right size.
  static func observation(_ index: Int) -> [Double] {
    [sin(Double(index)), 5 + 4 * cos(Double(index)), 200 + Double(index)]
  }

  static func history(_ index: Int) -> [[Double]] { [observation(index), observation(index + 1)] }
}

/// A world in which every observation is a function of the actions so far; it ends after ten to fourteen steps.
final class CountingWorld: Environment {
  struct Broken: Error, Equatable {}

  let observationCount = 3
  let actionLow = [0.0, -2.0]
  let actionHigh = [512.0, 2.0]
  let maxSteps: Int
  let controlRate = 10.0
  private(set) var episode = EpisodeRecord()
  private let breaksAt: Int
  private var sum = 0.0

  init(index: Int, breaksAt: Int = .max) {
    maxSteps = 10 + index % 5
    self.breaksAt = breaksAt
  }

  func reset(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> [Double] {
    sum = Double(seed)
    return observation
  }

  private var observation: [Double] { [sin(sum), 5 + 4 * cos(sum), 200 + 50 * sin(2 * sum)] }

  func step(_ action: [Double]) throws(EnvironmentError) -> StepResult<Void> {
    let action = try validated(action)
    if episode.stepCount == breaksAt { throw .stepAfterEnd(steps: breaksAt) }
    sum += 0.001 * action[0] + action[1]
    let isLast = episode.stepCount + 1 == maxSteps
    let reward = 0.5 + 0.5 * sin(sum)
    episode.add(reward: reward, isSuccess: false, isLast: isLast)
    return StepResult(observation: observation, reward: reward, terminated: false, truncated: isLast, info: ())
  }

  func render(size: Int, plan: [[Double]]) throws(RenderingError) -> Frame {
    Frame(width: size, height: size, pixels: [UInt32](repeating: 0, count: size * size))
  }
}
