import Checkpoints

/// Training examples cut out of episodes: `observed` past observations and the `horizon` actions from the oldest of
/// them on, both normalised.
///
/// As in diffusion_policy, windows may begin up to observed − 1 steps before an episode and end up to executed − 1
/// steps after it; what lies outside repeats the episode's first or last step. An episode of n steps thus gives n −
/// horizon + observed + executed − 1 windows.
public struct Windows: Sendable {
  /// The lengths of observation history, prediction and execution, in steps.
  public struct Shape: Sendable, Equatable, Codable {
    /// Observations that the policy sees.
    public var observed: Int
    /// Actions that it predicts; the first belongs to the oldest observation.
    public var horizon: Int
    /// Actions that are executed before it is asked again.
    public var executed: Int

    public init(observed: Int = 2, horizon: Int = 16, executed: Int = 8) {
      self.observed = observed
      self.horizon = horizon
      self.executed = executed
    }

    /// What is wrong with the lengths, or nil.
    public var problem: String? {
      if observed < 1 || horizon < 1 || executed < 1 { return "window lengths must be at least 1" }
      if observed - 1 + executed > horizon {
        return "a horizon of \(horizon) steps is too short: \(observed) observed and \(executed) executed steps need "
          + "\(observed - 1 + executed)"
      }
      return nil
    }
  }

  public let shape: Shape
  public let observationSize: Int
  public let actionSize: Int
  /// [steps, observationSize], normalised.
  private let observations: [Float]
  /// [steps, actionSize], normalised.
  private let actions: [Float]
  /// For each window: the step at which it begins, possibly outside its episode, and the episode's first and last step.
  private let places: [(start: Int, first: Int, last: Int)]

  /// Throws if no episode is long enough for a window.
  ///
  /// - Parameter shape: without a `problem`.
  public init(
    _ data: PolicyDataset, shape: Shape = Shape(), observationNormalizer: Normalizer, actionNormalizer: Normalizer
  ) throws(DatasetError) {
    precondition(shape.problem == nil, shape.problem ?? "")
    precondition(
      observationNormalizer.dimensions == data.observationSize && actionNormalizer.dimensions == data.actionSize,
      "normalisers of \(observationNormalizer.dimensions) and \(actionNormalizer.dimensions) dimensions "
        + "for observations of \(data.observationSize) and actions of \(data.actionSize)")
    self.shape = shape
    observationSize = data.observationSize
    actionSize = data.actionSize
    observations = observationNormalizer.normalized(data.observations)
    actions = actionNormalizer.normalized(data.actions)
    var places: [(start: Int, first: Int, last: Int)] = []
    var first = 0
    for end in data.ends {
      let lastStart = end - shape.horizon + shape.executed - 1
      for start in stride(from: first - (shape.observed - 1), through: lastStart, by: 1) {
        places.append((start, first, end - 1))
      }
      first = end
    }
    guard !places.isEmpty else {
      throw DatasetError(
        .inconsistent, path: "windows",
        "none of the \(data.ends.count) episodes has the \(shape.horizon - shape.observed - shape.executed + 2) steps "
          + "that a window needs; use a shorter horizon")
    }
    self.places = places
  }

  /// Number of windows.
  public var count: Int { places.count }

  /// Copies one window into the caller's buffers.
  ///
  /// - Parameters:
  ///   - observations: [observed, observationSize]
  ///   - actions: [horizon, actionSize]
  public func fill(
    _ window: Int, observations: UnsafeMutableBufferPointer<Float>, actions: UnsafeMutableBufferPointer<Float>
  ) {
    fill(window, observations: observations)
    fill(window, actions: actions)
  }

  /// Copies one window's observations, [observed, observationSize].
  public func fill(_ window: Int, observations: UnsafeMutableBufferPointer<Float>) {
    Self.copy(self.observations, width: observationSize, places[window], steps: shape.observed, to: observations)
  }

  /// Copies one window's actions, [horizon, actionSize].
  public func fill(_ window: Int, actions: UnsafeMutableBufferPointer<Float>) {
    Self.copy(self.actions, width: actionSize, places[window], steps: shape.horizon, to: actions)
  }

  private static func copy(
    _ rows: [Float], width: Int, _ place: (start: Int, first: Int, last: Int), steps: Int,
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(target.count == steps * width, "a buffer of \(target.count) numbers for \(steps) steps of \(width)")
    rows.withUnsafeBufferPointer { source in
      for step in 0..<steps {
        let row = min(max(place.start + step, place.first), place.last)
        (target.baseAddress! + step * width).update(from: source.baseAddress! + row * width, count: width)
      }
    }
  }

  /// The standard deviation of all normalised actions of all windows: the method's sigma_data.
  public func actionStandardDeviation() -> Double {
    var sum = 0.0
    var squares = 0.0
    actions.withUnsafeBufferPointer { actions in
      for place in places {
        for step in 0..<shape.horizon {
          let row = min(max(place.start + step, place.first), place.last)
          for index in row * actionSize..<(row + 1) * actionSize {
            let value = Double(actions[index])
            sum += value
            squares += value * value
          }
        }
      }
    }
    let total = Double(count * shape.horizon * actionSize)
    let mean = sum / total
    return max(0, squares / total - mean * mean).squareRoot()
  }
}
