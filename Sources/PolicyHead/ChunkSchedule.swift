/// A question to the policy.
public struct ChunkRequest: Sendable, Equatable {
  /// The control period of the newest observation, counted from 0 in every episode: the chunk's birth.
  public var period: Int
  /// Which decision of the episode this is, and the episode's seed: together they decide the noise.
  public var call: UInt32
  public var seed: UInt64
  /// `[observationSteps][observation]`, oldest first.
  public var history: [[Double]]
  /// `[at most observationSteps − 1][action]`: what was executed in the periods just before `period`, the newest last.
  public var executed: [[Double]]
  /// `[at most lead][action]`: what is planned from `period` on and will have been executed when the chunk is expected.
  /// A predictor that stitches continues from it (see `ChunkStitching`); one that does not ignores it.
  public var committed: [[Double]]
  /// `[periods][action]`: what is planned behind the committed actions, and may still be changed.
  public var planned: [[Double]]

  public init(
    period: Int, call: UInt32, seed: UInt64, history: [[Double]], executed: [[Double]] = [], committed: [[Double]] = [],
    planned: [[Double]] = []
  ) {
    self.period = period
    self.call = call
    self.seed = seed
    self.history = history
    self.executed = executed
    self.committed = committed
    self.planned = planned
  }
}

/// When a policy is asked, and which of its actions is executed in which period: the part of a receding horizon that knows
/// neither clocks nor threads. In every period: `observe`, `receive` what has arrived, send `nextRequest`, `act`.
public struct ChunkSchedule: Sendable {
  public struct Configuration: Sendable, Equatable {
    /// Periods before a chunk has been executed as long as planned at which the next one is asked for: about as many as
    /// inference takes. 0: when it is needed. The executed number of actions or more: always.
    public var lead: Int
    public var merge: MergeRule
    /// Whether a late chunk is joined in where it belongs; if not, it is executed from its first action on, as if the
    /// observation were new. That is only good for comparison.
    public var compensatesDelay: Bool

    public init(lead: Int = 0, merge: MergeRule = .replace, compensatesDelay: Bool = true) {
      self.lead = lead
      self.merge = merge
      self.compensatesDelay = compensatesDelay
    }

    /// What makes no sense, or nil.
    public var problem: String? {
      lead < 0 ? "a lead of \(lead) periods: 0 or more is needed" : merge.problem
    }
  }

  private let configuration: Configuration
  private let observationSteps: Int
  private let actionSteps: Int
  private let seed: UInt64
  private var history: [[Double]] = []
  private var timeline: ActionTimeline
  private var outstanding: ChunkRequest?
  /// The last actions, at most `observationSteps` − 1; none older than a period for which nothing was planned.
  private var executed: [[Double]] = []
  private var calls: UInt32 = 0
  /// The period in which the newest chunk was joined in.
  private var joint: Int?

  /// The current period; −1 before the first observation.
  public private(set) var period = -1

  /// - Parameters:
  ///   - observationSteps: observations of a request; the first observation stands for those before it, as in training.
  ///   - actionSteps: periods for which a chunk is executed; its further actions are used while the next one is late.
  ///   - seed: passed on in requests.
  /// - Precondition: the configuration has no `problem`.
  public init(
    observationSteps: Int, actionSteps: Int, _ configuration: Configuration = Configuration(), seed: UInt64 = 0
  ) {
    precondition(observationSteps > 0 && actionSteps > 0, "\(observationSteps) observations, \(actionSteps) actions")
    precondition(configuration.problem == nil, configuration.problem ?? "")
    self.configuration = configuration
    self.observationSteps = observationSteps
    self.actionSteps = actionSteps
    self.seed = seed
    timeline = ActionTimeline(configuration.merge)
  }

  /// Of the executed actions.
  public var jumps: ActionJumps { timeline.jumps }
  /// Whether anything is planned for the current period.
  public var hasAction: Bool { timeline.planned(period) != nil }
  /// Whether the newest chunk has been executed as long as planned, so that another one ought to be there.
  public var isDue: Bool { isDue(in: 0) }

  private func isDue(in periods: Int) -> Bool {
    guard let joint, timeline.planned(period + periods) != nil else { return true }
    return period + periods >= joint + actionSteps
  }

  /// Begins the next period.
  public mutating func observe(_ observation: [Double]) {
    period += 1
    if history.isEmpty { history = Array(repeating: observation, count: observationSteps) }
    history.append(observation)
    history.removeFirst(history.count - observationSteps)
  }

  /// Begins the next period without an observation that could be used. What is planned for it lapses: the period after it
  /// gets what belongs to that.
  public mutating func skip() {
    period += 1
    executed = []
  }

  /// What to ask the policy now; nil if it is too early, or the last question has not been answered.
  public mutating func nextRequest() -> ChunkRequest? {
    guard outstanding == nil, isDue(in: configuration.lead) else { return nil }
    let plan = timeline.plan(from: period)
    outstanding = ChunkRequest(
      period: period, call: calls, seed: seed, history: history, executed: executed,
      committed: Array(plan.prefix(configuration.lead)), planned: Array(plan.dropFirst(configuration.lead)))
    calls += 1
    return outstanding
  }

  /// The answer to the outstanding request, in the period in which it is there.
  ///
  /// - Parameter prediction: `[horizon][action]`; row 0 belongs to the oldest observation.
  /// - Returns: whether any of its actions is still to come.
  @discardableResult
  public mutating func receive(_ prediction: [[Double]]) -> Bool {
    guard let request = outstanding else { preconditionFailure("nothing was asked") }
    precondition(
      prediction.count >= observationSteps,
      "\(prediction.count) rows after \(observationSteps) observations: the newest one's action is missing")
    outstanding = nil
    let birth = configuration.compensatesDelay ? request.period : period
    let isUseful =
      timeline.insert(Array(prediction.dropFirst(observationSteps - 1)), birth: birth, at: period) > 0
    if isUseful { joint = period }
    return isUseful
  }

  /// The action of the current period, once per period; nil if none is planned.
  public mutating func act() -> [Double]? {
    let action = timeline.take(period)
    if let action, observationSteps > 1 {
      executed.append(action)
      if executed.count == observationSteps { executed.removeFirst() }
    } else {
      executed = []
    }
    return action
  }
}
