/// A policy in a control loop: remembers observations, predicts a chunk, hands out its actions one by one, predicts again.
public final class RecedingHorizon {
  private let predictor: ActionPredictor
  private let limits: ActionLimits
  /// Seconds after which an observation is too old to act on.
  private let maximumAge: Double?
  private var history: [[Double]] = []
  private var queue: ArraySlice<[Double]> = []
  private var lastAction: [Double]?
  private var lastTime: Double?
  private var calls: UInt32 = 0
  private var seed: UInt64

  /// The whole horizon of the newest prediction, and the row that belongs to the observation it was made for.
  public private(set) var plan: (actions: [[Double]], current: Int)?

  /// - Parameters:
  ///   - seed: decides all noise until `reset`.
  ///   - limits: on positions and velocities of the actions.
  ///   - maximumAge: seconds; older observations are refused where times are given.
  public init(
    _ predictor: ActionPredictor, seed: UInt64 = 0, limits: ActionLimits = ActionLimits(), maximumAge: Double? = nil
  ) {
    precondition(predictor.batch == 1, "a control loop needs a predictor for one history")
    self.predictor = predictor
    self.seed = seed
    self.limits = limits
    self.maximumAge = maximumAge
  }

  /// Forgets everything: observations, actions that were not executed, the last action, the count of decisions.
  public func reset(seed: UInt64) {
    history = []
    queue = []
    lastAction = nil
    lastTime = nil
    plan = nil
    calls = 0
    self.seed = seed
  }

  /// The action for the newest observation.
  ///
  /// - Parameters:
  ///   - observation: in the data set's units and order.
  ///   - time: when it was taken, and now: monotonic seconds. Given, it must be newer than the last one.
  /// - Returns: `[action]`, in the data set's units.
  /// - Throws: `PolicyError` for an observation of the wrong size, with NaN or infinity, or a stale one; the state is
  ///   then as before.
  public func act(_ observation: [Double], time: (taken: Double, now: Double)? = nil) throws(PolicyError) -> [Double] {
    try predictor.description.check(observation)
    if let time { try checkAge(time) }
    let steps = predictor.description.observationSteps
    // At the start of an episode the first observation stands for the ones before it, as in training.
    if history.isEmpty { history = Array(repeating: observation, count: steps) }
    history.append(observation)
    history.removeFirst(history.count - steps)
    if queue.isEmpty {
      let actions = predictor.predict([history], seeds: [seed], call: calls)[0]
      calls += 1
      plan = (actions, steps - 1)
      queue = actions[(steps - 1)..<(steps - 1 + predictor.description.actionSteps)]
    }
    let action = limits.apply(queue.removeFirst(), after: lastAction)
    lastAction = action
    if let time { lastTime = time.taken }
    return action
  }

  private func checkAge(_ time: (taken: Double, now: Double)) throws(PolicyError) {
    if let lastTime, time.taken <= lastTime {
      throw .staleObservation("it was taken at \(time.taken) s, the one before at \(lastTime) s")
    }
    if let maximumAge, time.now - time.taken > maximumAge {
      throw .staleObservation("it is \(time.now - time.taken) s old; at most \(maximumAge) s are allowed")
    }
  }
}

extension PolicyDescription {
  /// Refuses observations of the wrong size or with values that are not finite.
  public func check(_ observation: [Double]) throws(PolicyError) {
    guard observation.count == observationSize else {
      throw .observationSize(found: observation.count, expected: observationSize)
    }
    // The network computes in single precision, where 1e39 is infinite.
    if let index = observation.firstIndex(where: { !Float($0).isFinite }) {
      throw .observationNotFinite(index: index, value: observation[index])
    }
  }
}
