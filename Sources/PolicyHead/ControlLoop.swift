import Foundation

/// Queries a policy at a fixed rate and never waits for it beyond a deadline.
///
/// Two threads: the loop's own wakes at absolute times t₀ + k·period, hands the newest observation to the inference
/// thread and waits for the action until the deadline. If it comes too late the loop applies a fallback and drops the
/// late action, so that actuators always get a command on time.
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
    /// On everything that is applied, fallbacks included; the velocity is that between applied actions.
    public var limits: ActionLimits

    /// - Parameters:
    ///   - rate: control periods per second, positive.
    ///   - deadline: seconds; by default the period.
    public init(
      rate: Double, deadline: Double? = nil, fallback: Fallback = .hold, limits: ActionLimits = ActionLimits()
    ) {
      precondition(rate > 0 && rate.isFinite, "a rate of \(rate) Hz")
      if case .decelerate(let factor) = fallback { precondition((0..<1).contains(factor), "a factor of \(factor)") }
      self.rate = rate
      self.deadline = min(deadline ?? 1 / rate, 1 / rate)
      self.fallback = fallback
      self.limits = limits
    }
  }

  /// What happened.
  public struct Report: Sendable, Codable, Equatable {
    public var periods: Int
    public var missedDeadlines: Int
    /// Observation to action, milliseconds, over the periods that were not missed.
    /// nil if all were missed.
    public var latencyP50: Double?
    public var latencyP99: Double?
    public var latencyMax: Double?
    /// How late the loop woke up, milliseconds.
    public var wakeupP99: Double
    public var wakeupMax: Double
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// What the two threads share, guarded by `condition`.
  private final class Mailbox: @unchecked Sendable {
    let condition = TimedCondition()
    var observation: (period: Int, values: [Double])?
    var action: (period: Int, result: Result<[Double], any Error>)?
    var firstError: (any Error)?
    var stopped = false
  }

  /// Runs `periods` control periods and returns when they are over. Blocks the calling thread; the loop has its own.
  ///
  /// - Parameters:
  ///   - observe: the newest observation, `[observation]`; called on the loop's thread at the start of every period.
  ///   - act: the policy, `[observation]` → `[action]`; called on the inference thread.
  ///   - apply: sends an action, `[action]`, to the world; called on the loop's thread, exactly once per period after the
  ///     first action has been found.
  /// - Throws: the first error of `act`.
  public func run(
    periods: Int, observe: @escaping @Sendable () -> [Double],
    act: @escaping @Sendable ([Double]) throws -> [Double], apply: @escaping @Sendable ([Double]) -> Void
  ) throws -> Report {
    let mailbox = Mailbox()
    let served = DispatchSemaphore(value: 0)
    let inference = Thread {
      Self.serve(mailbox, act)
      served.signal()
    }
    inference.name = "saltus-inference"
    inference.start()
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var outcome: Result<Report, any Error>?
    let configuration = self.configuration
    let loop = Thread {
      outcome = Result { try Self.drive(configuration, periods, mailbox, observe, apply) }
      mailbox.condition.locked {
        mailbox.stopped = true
        mailbox.condition.signalAll()
      }
      done.signal()
    }
    loop.name = "saltus-control"
    loop.start()
    done.wait()
    // Until the policy's last call has returned, it is not the caller's again.
    served.wait()
    let report = try outcome!.get()
    if let error = mailbox.firstError { throw error }
    return report
  }

  private static func serve(_ mailbox: Mailbox, _ act: ([Double]) throws -> [Double]) {
    while true {
      let job: (period: Int, values: [Double])? = mailbox.condition.locked {
        _ = mailbox.condition.wait { mailbox.observation != nil || mailbox.stopped }
        guard !mailbox.stopped else { return nil }
        defer { mailbox.observation = nil }
        return mailbox.observation
      }
      guard let job else { return }
      let result = Result { try act(job.values) }
      mailbox.condition.locked {
        mailbox.action = (job.period, result)
        if case .failure(let error) = result, mailbox.firstError == nil { mailbox.firstError = error }
        mailbox.condition.signalAll()
      }
    }
  }

  private static func drive(
    _ configuration: Configuration, _ periods: Int, _ mailbox: Mailbox, _ observe: () -> [Double],
    _ apply: ([Double]) -> Void
  ) throws -> Report {
    var latencies: [Double] = []
    var wakeups: [Double] = []
    latencies.reserveCapacity(periods)
    wakeups.reserveCapacity(periods)
    var missed = 0
    var motion = Motion(configuration)
    let start = MonotonicClock.now() + 0.001
    for period in 0..<periods {
      let begin = start + Double(period) / configuration.rate
      MonotonicClock.sleep(until: begin)
      wakeups.append(MonotonicClock.now() - begin)
      let observation = observe()
      let action: (period: Int, result: Result<[Double], any Error>)? = mailbox.condition.locked {
        // A policy that still works on an older observation cannot be in time for this one.
        mailbox.observation = (period, observation)
        mailbox.condition.signalAll()
        let inTime = mailbox.condition.wait(until: begin + configuration.deadline) { mailbox.action?.period == period }
        guard inTime else {
          mailbox.observation = nil
          return nil
        }
        defer { mailbox.action = nil }
        return mailbox.action
      }
      if let action {
        let values = motion.take(try action.result.get())
        latencies.append(MonotonicClock.now() - begin)
        apply(values)
      } else {
        missed += 1
        if let error = mailbox.condition.locked({ mailbox.firstError }) { throw error }
        if let values = motion.fallback() { apply(values) }
      }
    }
    func percentile(_ values: [Double], _ share: Double) -> Double? {
      guard !values.isEmpty else { return nil }
      return values.sorted()[min(values.count - 1, Int(Double(values.count) * share))] * 1000
    }
    return Report(
      periods: periods, missedDeadlines: missed, latencyP50: percentile(latencies, 0.5),
      latencyP99: percentile(latencies, 0.99), latencyMax: percentile(latencies, 1),
      wakeupP99: percentile(wakeups, 0.99) ?? 0, wakeupMax: percentile(wakeups, 1) ?? 0)
  }
}

/// The last command and how it was moving, from which a late period's command is made.
struct Motion {
  private let rule: ControlLoop.Fallback
  private let limits: ActionLimits
  private var last: [Double]?
  /// Change per period.
  private var velocity: [Double] = []

  init(_ configuration: ControlLoop.Configuration) {
    rule = configuration.fallback
    limits = configuration.limits
  }

  /// The command for an action that was in time.
  mutating func take(_ action: [Double]) -> [Double] {
    let command = limits.apply(action, after: last)
    velocity = last.map { zip(command, $0).map(-) } ?? command.map { _ in 0 }
    last = command
    return command
  }

  /// The command of a missed period; nil if there has been no action yet.
  mutating func fallback() -> [Double]? {
    guard let command = last else { return nil }
    if case .decelerate(let factor) = rule {
      velocity = velocity.map { $0 * factor }
      last = limits.apply(zip(command, velocity).map(+), after: command)
    }
    return last
  }
}
