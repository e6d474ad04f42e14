import Foundation

/// A policy for a `ControlLoop`: chunks are computed on a thread of their own, from the newest observations, and joined
/// into the actions that are being executed. What is decided is `ChunkSchedule`'s; this is threads and waiting only.
///
/// Hand-overs between threads sleep and do not spin. Inference that shares a network call among all cores needs the core on which a loop
/// would spin, and waking up costs tens of microseconds; a loop that cannot spare them computes inline.
public final class RealTimeHorizon: @unchecked Sendable {
  public enum Mode: Sendable {
    /// The loop's thread computes the chunk itself: the least latency, and nothing to fall back on when it is late.
    case inline
    /// The loop waits for a chunk that is due, but not beyond the deadline.
    case deadline
    /// The loop waits only when nothing at all is planned, as at the beginning of an episode. It needs a lead of at least
    /// one period.
    case asynchronous
  }

  /// What the two threads share, guarded by `condition`.
  private struct Mailbox {
    var request: (ChunkRequest, episode: Int)?
    var answer: (Result<[[Double]], any Error>, episode: Int, seconds: Double)?
    var isStopped = false
    /// The first error of the policy, whether its answer was still wanted or not.
    var error: (any Error)?
  }

  private let condition = TimedCondition()
  private var mailbox = Mailbox()

  private let mode: Mode
  private let check: @Sendable ([Double]) throws -> Void
  private let predict: (ChunkRequest) throws -> [[Double]]
  private let wakeThreads: @Sendable () -> Void
  private let makeSchedule: @Sendable (UInt64) -> ChunkSchedule
  private let served = DispatchSemaphore(value: 0)

  // The loop thread's alone.
  private var schedule: ChunkSchedule
  private var seed: UInt64
  private var finishedJumps = ActionJumps()
  /// Counts resets.
  private(set) var episode = 0
  /// Seconds from a request to its chunk.
  private(set) var latencies: [Double] = []

  /// - Parameters:
  ///   - check: refuses observations, every one of them, by an error.
  ///   - predict: answers a request with `[horizon][action]`, row 0 for the oldest observation; called on the inference
  ///     thread, or inline.
  ///   - wake: makes an inline `predict` that will be called in some tens of microseconds faster.
  public init(
    observationSteps: Int, actionSteps: Int, mode: Mode,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), seed: UInt64 = 0,
    check: @escaping @Sendable ([Double]) throws -> Void = { _ in }, wake: @escaping @Sendable () -> Void = {},
    predict: sending @escaping (ChunkRequest) throws -> [[Double]]
  ) {
    if case .asynchronous = mode { precondition(chunks.lead >= 1, "an asynchronous horizon needs a lead") }
    self.mode = mode
    self.check = check
    self.predict = predict
    wakeThreads = wake
    makeSchedule = { seed in
      ChunkSchedule(observationSteps: observationSteps, actionSteps: actionSteps, chunks, seed: seed)
    }
    schedule = makeSchedule(seed)
    self.seed = seed
  }

  /// A horizon that refuses observations of the wrong size or with values that are not finite: an error of the policy.
  ///
  /// - Parameter predictor: for one history; belongs to the horizon from now on.
  public convenience init(
    _ predictor: sending ActionPredictor, mode: Mode,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), seed: UInt64 = 0
  ) {
    precondition(predictor.batch == 1, "a control loop needs a predictor for one history")
    let description = predictor.description
    self.init(
      observationSteps: description.observationSteps, actionSteps: description.actionSteps, mode: mode, chunks: chunks,
      seed: seed, check: description.check, wake: predictor.wake,
      predict: { request in predictor.predict([request])[0] })
  }

  /// Begins an episode: forgets observations, everything planned, and the answer that is still being computed.
  /// May be called from the loop's `observe`.
  public func reset(seed: UInt64) {
    finishedJumps.add(schedule.jumps)
    schedule = makeSchedule(seed)
    self.seed = seed
    episode += 1
  }

  /// Of all executed actions.
  var jumps: ActionJumps {
    var jumps = finishedJumps
    jumps.add(schedule.jumps)
    return jumps
  }

  var isInline: Bool {
    if case .inline = mode { true } else { false }
  }

  /// Before a period with inline inference begins: what that needs is awake when it does.
  func wake() { wakeThreads() }

  /// Begins a period without an observation that could be used, and without an action.
  func skip() { schedule.skip() }

  /// The action of the next period; nil if none is there by the deadline (monotonic seconds).
  ///
  /// - Throws: an error of the policy, or what it has against the observation.
  func action(for observation: [Double], by deadline: Double) throws -> [Double]? {
    try check(observation)
    schedule.observe(observation)
    try collect()
    ask()
    while isWaiting {
      if case .inline = mode {
        try collect()
      } else {
        let isThere = condition.locked {
          condition.wait(until: deadline) { mailbox.answer?.episode == episode || mailbox.error != nil }
        }
        guard isThere else { break }
        try collect()
      }
      // The chunk may have come so late that nothing of it is left.
      ask()
    }
    return schedule.act()
  }

  private var isWaiting: Bool {
    if case .asynchronous = mode { !schedule.hasAction } else { schedule.isDue }
  }

  private func ask() {
    guard let request = schedule.nextRequest() else { return }
    if case .inline = mode {
      mailbox.answer = answer(request, episode)
    } else {
      condition.locked {
        mailbox.request = (request, episode)
        condition.signalAll()
      }
    }
  }

  /// Joins in what has arrived.
  private func collect() throws {
    let (answer, error) = condition.locked {
      defer { mailbox.answer = nil }
      return (mailbox.answer, mailbox.error)
    }
    if let error { throw error }
    guard let answer, answer.episode == episode else { return }
    latencies.append(answer.seconds)
    schedule.receive(try answer.0.get())
  }

  private func answer(
    _ request: ChunkRequest, _ episode: Int
  ) -> (Result<[[Double]], any Error>, episode: Int, seconds: Double) {
    let start = MonotonicClock.now()
    let result = Result { try predict(request) }
    return (result, episode, MonotonicClock.now() - start)
  }

  /// Begins an episode and starts the inference thread.
  func start() {
    mailbox = Mailbox()
    reset(seed: seed)
    finishedJumps = ActionJumps()
    latencies = []
    if case .inline = mode { return }
    let thread = Thread { [self] in
      serve()
      served.signal()
    }
    thread.name = "saltus-inference"
    thread.start()
  }

  private func serve() {
    while true {
      let job: (ChunkRequest, episode: Int)? = condition.locked {
        _ = condition.wait { mailbox.request != nil || mailbox.isStopped }
        defer { mailbox.request = nil }
        return mailbox.isStopped ? nil : mailbox.request
      }
      guard let (request, episode) = job else { return }
      let answer = answer(request, episode)
      condition.locked {
        mailbox.answer = answer
        if case .failure(let error) = answer.0, mailbox.error == nil { mailbox.error = error }
        condition.signalAll()
      }
    }
  }

  /// Waits until the policy's last call has returned: before that it is not the caller's again.
  ///
  /// - Throws: an error of the policy, also one that came too late for `action`.
  func finish() throws {
    if case .inline = mode { return }
    condition.locked {
      mailbox.isStopped = true
      condition.signalAll()
    }
    served.wait()
    if let error = mailbox.error { throw error }
  }
}
