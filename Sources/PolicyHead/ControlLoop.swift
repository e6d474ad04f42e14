import Foundation

/// Queries a policy at a fixed rate and never waits for it beyond a deadline.
///
/// The loop's own thread begins periods at absolute times t₀ + k·period, takes an observation and asks a `RealTimeHorizon` for the
/// action, which computes on another thread. If there is none by the deadline the loop applies a fallback, so that
/// actuators always get a command on time.
public final class ControlLoop: Sendable {
  /// What to do when an action is late.
  public enum Fallback: Sendable, Equatable {
    /// Repeat the last action.
    case hold
    /// Continue the last motion, slowed down by this factor (0 ..< 1) at every missed period.
    case decelerate(Double)
  }

  public struct Configuration: Sendable {
    /// Control periods per second.
    public var rate: Double
    /// Seconds after the start of a period by which the action must be there; at most the period.
    public var deadline: Double
    public var fallback: Fallback
    /// Seconds; an observation that was taken longer ago is stale.
    public var maximumAge: Double
    /// With inline inference: seconds before the start of a period at which the loop and the threads of a network call wake
    /// up and spin until it starts. Processor time for the tens of microseconds that sleepers take to wake up.
    public var headStart: Double
    /// On everything that is applied, fallbacks included; the velocity is that between applied actions.
    public var limits: ActionLimits

    /// - Parameters:
    ///   - rate: control periods per second, positive.
    ///   - deadline: seconds; by default the period.
    ///   - maximumAge: seconds, positive; by default observations never grow stale.
    ///   - headStart: seconds, 0 to less than a period.
    public init(
      rate: Double, deadline: Double? = nil, fallback: Fallback = .hold, maximumAge: Double = .infinity,
      headStart: Double = 0, limits: ActionLimits = ActionLimits()
    ) {
      precondition(rate > 0 && rate.isFinite, "a rate of \(rate) Hz")
      if case .decelerate(let factor) = fallback { precondition((0..<1).contains(factor), "a factor of \(factor)") }
      self.rate = rate
      self.deadline = min(deadline ?? 1 / rate, 1 / rate)
      precondition(maximumAge > 0, "a maximum age of \(maximumAge) s")
      self.fallback = fallback
      self.maximumAge = maximumAge
      precondition((0..<1 / rate).contains(headStart), "a head start of \(headStart) s at \(rate) Hz")
      self.headStart = headStart
      self.limits = limits
    }
  }

  /// What happened.
  public struct Report: Sendable, Codable, Equatable {
    public var periods: Int
    /// Periods in which no action of the policy was ready to be applied by the deadline.
    public var missedDeadlines: Int
    /// Those of them whose observation was stale: too old, or not newer than the one before.
    public var staleObservations: Int
    /// From the start of a period, at which it should be observed, to its action, milliseconds, over the periods that
    /// were not missed. nil if all were missed.
    public var latencyP50: Double?
    public var latencyP99: Double?
    public var latencyMax: Double?
    /// How late periods began, milliseconds.
    public var wakeupP99: Double
    public var wakeupMax: Double
    /// Chunks that were computed and still wanted, and how long the policy took for one, milliseconds; nil for none.
    public var chunks: Int
    public var chunkP50: Double?
    public var chunkP99: Double?
    public var chunkMax: Double?
    /// Of the policy's actions, before limits.
    public var jumps: ActionJumps
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// What a sensor says, and when.
  public struct Observation: Sendable {
    /// `[observation]`, in the data set's units and order.
    public var values: [Double]
    /// When it was taken, in seconds of `MonotonicClock.now()`.
    public var taken: Double

    public init(_ values: [Double], taken: Double) {
      self.values = values
      self.taken = taken
    }
  }

  /// The same with observations that are fresh whenever they are asked for, `[observation]`.
  public func run(
    periods: Int, observe: @escaping @Sendable () -> [Double], horizon: RealTimeHorizon,
    apply: @escaping @Sendable ([Double]) -> Void
  ) throws -> Report {
    try run(
      periods: periods, observe: { Observation(observe(), taken: MonotonicClock.now()) }, horizon: horizon, apply: apply
    )
  }

  /// Runs `periods` control periods and returns when they are over. Blocks the calling thread; the loop has its own.
  ///
  /// A stale observation is not shown to the policy: in its period the fallback is applied, and the plan goes on in time.
  ///
  /// - Parameters:
  ///   - observe: the newest observation; called on the loop's thread at the start of every period.
  ///   - horizon: the policy; it begins an episode with the last seed that it got.
  ///   - apply: sends an action, `[action]`, to the world; called on the loop's thread, exactly once per period after the
  ///     first action of an episode has been found.
  /// - Throws: the first error of the policy, or of an observation of the wrong size or with a value that is not finite.
  public func run(
    periods: Int, observe: @escaping @Sendable () -> Observation, horizon: RealTimeHorizon,
    apply: @escaping @Sendable ([Double]) -> Void
  ) throws -> Report {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var outcome: Result<Report, any Error>?
    horizon.start()
    let loop = Thread { [self] in
      ThreadPolicy.becomePunctual()
      outcome = Result { try drive(periods, observe, horizon, apply) }
      done.signal()
    }
    loop.name = "saltus-control"
    loop.start()
    done.wait()
    try horizon.finish()
    return try outcome!.get()
  }

  /// The same with a policy that answers one observation with one action, and is asked in every period.
  ///
  /// - Parameter act: `[observation]` → `[action]`; called on the inference thread. A late action is dropped.
  public func run(
    periods: Int, observe: @escaping @Sendable () -> [Double],
    act: @escaping @Sendable ([Double]) throws -> [Double], apply: @escaping @Sendable ([Double]) -> Void
  ) throws -> Report {
    let horizon = RealTimeHorizon(observationSteps: 1, actionSteps: 1, mode: .deadline) { request in
      [try act(request.history[0])]
    }
    return try run(periods: periods, observe: observe, horizon: horizon, apply: apply)
  }

  private func drive(
    _ periods: Int, _ observe: () -> Observation, _ horizon: RealTimeHorizon, _ apply: ([Double]) -> Void
  ) throws -> Report {
    var latencies: [Double] = []
    var wakeups: [Double] = []
    latencies.reserveCapacity(periods)
    wakeups.reserveCapacity(periods)
    var motion = Motion(configuration)
    var episode = horizon.episode
    var lastTaken = -Double.infinity
    var stale = 0
    let headStart = horizon.isInline ? configuration.headStart : 0
    let start = MonotonicClock.now() + 0.001 + headStart
    for period in 0..<periods {
      let begin = start + Double(period) / configuration.rate
      MonotonicClock.sleep(until: begin - headStart)
      if headStart > 0 { MonotonicClock.spin(until: begin, horizon.wake) }
      wakeups.append(MonotonicClock.now() - begin)
      let observation = observe()
      if horizon.episode != episode {
        // Nothing of an episode may survive it.
        episode = horizon.episode
        motion = Motion(configuration)
      }
      let age = MonotonicClock.now() - observation.taken
      let isFresh = observation.taken > lastTaken && age <= configuration.maximumAge
      lastTaken = max(lastTaken, observation.taken)
      if !isFresh {
        stale += 1
        horizon.skip()
      }
      let action = isFresh ? try horizon.action(for: observation.values, by: begin + configuration.deadline) : nil
      let command = action.map { motion.take($0) } ?? motion.fallback()
      let latency = MonotonicClock.now() - begin
      // An action of this period that is late is still better than a fallback, but it is late.
      if action != nil && latency <= configuration.deadline { latencies.append(latency) }
      if let command { apply(command) }
    }
    let (action, wakeup, chunk) = (Percentiles(latencies), Percentiles(wakeups), Percentiles(horizon.latencies))
    return Report(
      periods: periods, missedDeadlines: periods - latencies.count, staleObservations: stale, latencyP50: action.p50,
      latencyP99: action.p99,
      latencyMax: action.max, wakeupP99: wakeup.p99 ?? 0, wakeupMax: wakeup.max ?? 0, chunks: horizon.latencies.count,
      chunkP50: chunk.p50, chunkP99: chunk.p99, chunkMax: chunk.max, jumps: horizon.jumps)
  }

  /// In milliseconds, of seconds; nil of none.
  private struct Percentiles {
    private let sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    var p50: Double? { share(0.5) }
    var p99: Double? { share(0.99) }
    var max: Double? { share(1) }

    private func share(_ share: Double) -> Double? {
      sorted.isEmpty ? nil : 1000 * sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
  }
}
