/// A policy that is asked for one action at a time: remembers observations, predicts a chunk, hands out its actions one by
/// one, predicts again. Its time is counted in calls of `act`; inference takes none of it, or a simulated delay.
public final class RecedingHorizon {
  private let predictor: ActionPredictor
  private let limits: ActionLimits
  /// Seconds after which an observation is too old to act on.
  private let maximumAge: Double?
  private let chunks: ChunkSchedule.Configuration
  private let delay: Int
  private var horizon: DelayedHorizon
  private var lastAction: [Double]?
  private var lastTime: Double?

  /// The whole horizon of the newest prediction, and the row that belongs to the observation it was made for.
  public private(set) var plan: (actions: [[Double]], current: Int)?

  /// - Parameters:
  ///   - seed: decides all noise until `reset`.
  ///   - limits: on positions and velocities of the actions.
  ///   - maximumAge: seconds; older observations are refused where times are given.
  ///   - chunks: when chunks are asked for, and how they are joined.
  ///   - delay: simulated inference, in calls of `act`; the first chunk is there at once.
  public init(
    _ predictor: ActionPredictor, seed: UInt64 = 0, limits: ActionLimits = ActionLimits(), maximumAge: Double? = nil,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), delay: Int = 0
  ) {
    precondition(predictor.batch == 1, "a control loop needs a predictor for one history")
    self.predictor = predictor
    self.limits = limits
    self.maximumAge = maximumAge
    self.chunks = chunks
    self.delay = delay
    horizon = DelayedHorizon(predictor.description.schedule(chunks, seed: seed), delay: delay)
  }

  /// Forgets everything: observations, actions that were not executed, the last action, the count of decisions.
  public func reset(seed: UInt64) {
    horizon = DelayedHorizon(predictor.description.schedule(chunks, seed: seed), delay: delay)
    lastAction = nil
    lastTime = nil
    plan = nil
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
    if let request = horizon.observe(observation) {
      let actions = predictor.predict([request])[0]
      plan = (actions, predictor.description.observationSteps - 1)
      horizon.answer(request, with: actions)
    }
    let action = limits.apply(horizon.act(), after: lastAction)
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
  /// The schedule of this policy's chunks in a new episode.
  func schedule(_ configuration: ChunkSchedule.Configuration, seed: UInt64) -> ChunkSchedule {
    ChunkSchedule(observationSteps: observationSteps, actionSteps: actionSteps, configuration, seed: seed)
  }

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
