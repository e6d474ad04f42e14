/// A simulated world with real-valued observations and actions, under Gymnasium's contract: `reset`, then `step`
/// until the result says `terminated` or `truncated`, then `reset` again.
///
/// An environment belongs to one thread at a time; run many of them for many episodes at once.
/// Its type may be named on any thread (`SendableMetatype`).
/// Contract: Towers et al., "Gymnasium: A Standard Interface for Reinforcement Learning Environments" (2024).
public protocol Environment: AnyObject, SendableMetatype {
  /// What a step tells beyond the observation and the reward.
  associatedtype Info: Sendable

  /// Length of every observation.
  var observationCount: Int { get }
  /// Smallest value of each component of an action, in the world's own units; its length is the action's.
  var actionLow: [Double] { get }
  /// Largest value of each component of an action, in the world's own units.
  var actionHigh: [Double] { get }
  /// Steps after which an episode is truncated.
  var maxSteps: Int { get }
  /// Steps per second of simulated time, in Hz.
  var controlRate: Double { get }
  /// The score of the episode in progress, or of the one that just ended.
  var episode: EpisodeRecord { get }
  /// Changes of observation and action under which this world is the same; none unless a world says so.
  var symmetries: [Symmetry] { get }

  /// Starts an episode from the state that `seed` draws.
  ///
  /// - Returns: the first observation, [observationCount].
  /// - Throws: `EnvironmentError.seedOutOfRange` if the generator cannot take the seed.
  func reset(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> [Double]

  /// Applies one action for one control period of `1 / controlRate` seconds.
  ///
  /// - Parameter action: [actionCount]; finite values outside the limits are clamped to them.
  /// - Throws: `wrongActionCount`, `nonFiniteAction`, `stepBeforeReset`, `stepAfterEnd`. After an error the world is
  ///   as it was before the call.
  func step(_ action: [Double]) throws(EnvironmentError) -> StepResult<Info>

  /// Draws the world as it is now.
  ///
  /// - Parameters:
  ///   - size: width and height of the picture in pixels, in 16...4096.
  ///   - plan: actions the policy intends, oldest first, [count][actionCount]; drawn as markers, may be empty.
  func render(size: Int, plan: [[Double]]) throws(RenderingError) -> Frame
}

extension Environment {
  /// Length of every action.
  public var actionCount: Int { actionLow.count }

  public var symmetries: [Symmetry] { [] }

  /// The action clamped to the limits, [actionCount].
  ///
  /// - Throws: `wrongActionCount`, `nonFiniteAction`.
  public func validated(_ action: [Double]) throws(EnvironmentError) -> [Double] {
    let low = actionLow
    let high = actionHigh
    guard action.count == low.count else {
      throw .wrongActionCount(expected: low.count, found: action.count)
    }
    var result = action
    for index in action.indices {
      guard action[index].isFinite else { throw .nonFiniteAction(index: index, value: "\(action[index])") }
      result[index] = min(max(action[index], low[index]), high[index])
    }
    return result
  }
}

/// Which numpy generator draws the start of an episode, so that a seed means what it means elsewhere.
public enum ResetGenerator: String, Sendable, CaseIterable {
  /// `numpy.random.RandomState(seed)` (MT19937), as diffusion_policy seeds its worlds; seeds below 2³².
  case legacy
  /// `numpy.random.default_rng(seed)` (PCG64 with SeedSequence), as Gymnasium's `np_random`; any seed.
  case gymnasium
}

/// What one step returns.
public struct StepResult<Info: Sendable>: Sendable {
  /// The world after the step, [observationCount].
  public var observation: [Double]
  /// Reward of this step, in the environment's own range.
  public var reward: Double
  /// The task ended by itself (solved, or failed for good).
  public var terminated: Bool
  /// The episode was cut at `maxSteps`.
  public var truncated: Bool
  /// What the environment tells beyond that.
  public var info: Info

  public init(observation: [Double], reward: Double, terminated: Bool, truncated: Bool, info: Info) {
    self.observation = observation
    self.reward = reward
    self.terminated = terminated
    self.truncated = truncated
    self.info = info
  }

  /// Whether the episode is over, for either reason.
  public var isLast: Bool { terminated || truncated }
}
