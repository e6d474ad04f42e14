import Environments

/// Push-T: push a T-shaped block onto its goal pose with a round agent, within 300 steps of 0.1 s.
///
/// Actions are target positions of the agent in [0, 512]². The reward is `clip(coverage / 0.95, 0, 1)`, an episode's
/// score its maximum, and coverage above 0.95 solves the task and terminates the episode.
/// Source: Florence et al., "Implicit Behavioral Cloning" (2021); Chi et al., "Diffusion Policy" (2023); gym-pusht.
public final class PushT: Environment {
  /// What an observation holds.
  public enum ObservationKind: String, Sendable, CaseIterable {
    /// `[kp0x, kp0y, …, kp8x, kp8y, agentX, agentY]`, 20 numbers.
    case keypoints
    /// Agent x, agent y, block x, block y, block angle in [0, 2π): 5 numbers.
    case state
  }

  /// What a step tells beyond observation and reward.
  public struct Info: Sendable, Equatable {
    /// Agent and block after the step.
    public var state: PushTState
    /// Part of the goal that the block covers, in [0, 1].
    public var coverage: Double
    /// Where the agent first touched the block in this episode.
    public var firstContact: PushTFirstContact?
  }

  /// What the observations hold.
  public let observationKind: ObservationKind
  public let maxSteps: Int
  public private(set) var episode = EpisodeRecord()
  /// The last action after clamping, for the picture; nil before the first step of an episode.
  public private(set) var lastAction: Point?

  private let simulation = PushTSimulation()
  private var hasReset = false
  private var renderer: PushTRenderer?

  /// - Parameter maxSteps: steps after which an episode is truncated, at least 1.
  public init(observation: ObservationKind = .keypoints, maxSteps: Int = 300) {
    precondition(maxSteps > 0, "maxSteps is \(maxSteps), and an episode needs at least one step")
    observationKind = observation
    self.maxSteps = maxSteps
  }

  public var observationCount: Int { observationKind == .keypoints ? 20 : 5 }
  public var actionLow: [Double] { [0, 0] }
  public var actionHigh: [Double] { [PushTGeometry.worldSize, PushTGeometry.worldSize] }
  public var controlRate: Double { 10 }
  public var symmetries: [Symmetry] { [PushTMirror.symmetry(of: observationKind)] }

  /// Agent and block now.
  public var state: PushTState { simulation.state }
  /// Where the agent first touched the block in this episode.
  public var firstContact: PushTFirstContact? { simulation.firstContact }

  /// The reward for covering a part of the goal: `clip(coverage / 0.95, 0, 1)`.
  public static func reward(coverage: Double) -> Double {
    min(max(coverage / PushTGeometry.successCoverage, 0), 1)
  }

  public func reset(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> [Double] {
    try reset(to: .drawn(seed: seed, generator: generator), order: .positionThenAngle)
  }

  /// Starts an episode from a given state.
  ///
  /// - Parameter order: `.angleThenPosition` for recorded states, `.positionThenAngle` for drawn ones.
  /// - Returns: the first observation.
  /// - Throws: `EnvironmentError.stateOutOfRange`.
  @discardableResult
  public func reset(to state: PushTState, order: PushTSimulation.ResetOrder) throws(EnvironmentError) -> [Double] {
    try simulation.reset(to: state, order: order)
    episode = EpisodeRecord()
    lastAction = nil
    hasReset = true
    return observation(of: simulation.state)
  }

  public func step(_ action: [Double]) throws(EnvironmentError) -> StepResult<Info> {
    guard hasReset else { throw .stepBeforeReset }
    guard !episode.isOver else { throw .stepAfterEnd(steps: episode.stepCount) }
    let action = try validated(action)
    let target = Point(action[0], action[1])
    simulation.advance(toward: target)
    lastAction = target

    let state = simulation.state
    let coverage = state.block.coverage
    let reward = Self.reward(coverage: coverage)
    let terminated = coverage > PushTGeometry.successCoverage
    let truncated = !terminated && episode.stepCount + 1 >= maxSteps
    episode.add(reward: reward, isSuccess: terminated, isLast: terminated || truncated)
    return StepResult(
      observation: observation(of: state), reward: reward, terminated: terminated, truncated: truncated,
      info: Info(state: state, coverage: coverage, firstContact: simulation.firstContact))
  }

  public func render(size: Int, plan: [[Double]] = []) throws(RenderingError) -> Frame {
    guard hasReset else { throw .nothingToDraw }
    if renderer?.size != size { renderer = try PushTRenderer(size: size) }
    guard let renderer else { throw .nothingToDraw }
    return try renderer.render(
      state, target: lastAction, plan: plan.filter { $0.count == 2 }.map { Point($0[0], $0[1]) },
      score: episode.maximumReward)
  }

  private func observation(of state: PushTState) -> [Double] {
    switch observationKind {
    case .keypoints: state.keypointObservation
    case .state: state.stateObservation
    }
  }
}
