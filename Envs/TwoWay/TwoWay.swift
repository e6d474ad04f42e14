import Environments

/// A world with two ways: a round agent must reach the goal past an obstacle that stands exactly between them, on the
/// left or on the right, within 60 steps of 0.1 s.
///
/// What is asked of a policy is easy; what is measured is whether it keeps both ways. From the start on the axis of
/// symmetry the ways are mirror images, so the share of the samples that go left should be the demonstrations', and a
/// policy that averages them runs into the obstacle.
///
/// Observations are the agent's position, actions target positions, both in [-1, 1]²: see `TwoWayGeometry`. The agent
/// moves straight towards its target at a limited speed. Touching the obstacle ends the episode as failed, the goal
/// ends it as solved.
public final class TwoWay: Environment {
  /// A point or vector of the world, x to the right, y upwards.
  public typealias Point = SIMD2<Double>

  /// On which side of the agent's way the obstacle is passed, as seen from the start.
  public enum Side: String, Sendable, CaseIterable {
    /// The agent goes left of the obstacle: x < 0.
    case left
    /// x > 0.
    case right
  }

  /// What a step tells beyond observation and reward.
  public struct Info: Sendable, Equatable {
    /// The agent's centre after the step.
    public var position: Point
    /// The agent ran into the obstacle in this step and stopped where they touch.
    public var hasCollided: Bool
    /// On which side the obstacle was passed: decided once, when the agent's centre first comes from below to the line
    /// y = 0 through the obstacle's centre. Nil until then, also where a collision comes first.
    public var side: Side?
  }

  public let maxSteps: Int
  public private(set) var episode = EpisodeRecord()
  /// The agent's centre now.
  public private(set) var position = TwoWayGeometry.ambiguousStart
  /// Whether the episode ended in a collision.
  public private(set) var hasCollided = false
  /// See `Info.side`.
  public private(set) var side: Side?

  private var startDistance = 0.0
  private var hasReset = false
  private var renderer: TwoWayRenderer?

  /// - Parameter maxSteps: steps after which an episode is truncated, at least 1.
  public init(maxSteps: Int = 60) {
    precondition(maxSteps > 0, "maxSteps is \(maxSteps), and an episode needs at least one step")
    self.maxSteps = maxSteps
  }

  public var observationCount: Int { 2 }
  public var actionLow: [Double] { [-TwoWayGeometry.bound, -TwoWayGeometry.bound] }
  public var actionHigh: [Double] { [TwoWayGeometry.bound, TwoWayGeometry.bound] }
  public var controlRate: Double { TwoWayGeometry.controlRate }
  public var symmetries: [Symmetry] { [TwoWayMirror.symmetry] }

  public func reset(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> [Double] {
    try reset(to: Self.start(seed: seed, generator: generator))
  }

  /// Starts an episode at a place, by default the one from which both ways are mirror images.
  ///
  /// - Returns: the first observation.
  /// - Throws: `EnvironmentError.stateOutOfRange` outside the world, or where agent and obstacle overlap.
  @discardableResult
  public func reset(to start: Point = TwoWayGeometry.ambiguousStart) throws(EnvironmentError) -> [Double] {
    let bound = TwoWayGeometry.bound
    for (name, value) in [("x", start.x), ("y", start.y)] where !(abs(value) <= bound) {
      throw .stateOutOfRange(name: name, value: "\(value)", low: -bound, high: bound)
    }
    let distance = Self.distance(start, TwoWayGeometry.obstacle)
    guard distance >= TwoWayGeometry.contactDistance else {
      throw .stateOutOfRange(
        name: "the distance from the obstacle's centre", value: "\(distance)", low: TwoWayGeometry.contactDistance,
        high: (2 * bound * bound).squareRoot())
    }
    position = start
    startDistance = Self.distance(start, TwoWayGeometry.goal)
    hasCollided = false
    side = nil
    episode = EpisodeRecord()
    hasReset = true
    return [start.x, start.y]
  }

  /// The reward is 1 for reaching the goal; before, half the share of the start's distance to the goal's centre that is
  /// covered, in [0, 0.5]. So an episode's maximum reward is 1 exactly if it was solved.
  public func step(_ action: [Double]) throws(EnvironmentError) -> StepResult<Info> {
    guard hasReset else { throw .stepBeforeReset }
    guard !episode.isOver else { throw .stepAfterEnd(steps: episode.stepCount) }
    let action = try validated(action)
    let motion = TwoWayMotion(from: position, toward: Point(action[0], action[1]))
    position = motion.end
    hasCollided = motion.isCollision
    if side == nil { side = motion.crossing.map { $0 < TwoWayGeometry.obstacle.x ? .left : .right } }

    let distance = Self.distance(position, TwoWayGeometry.goal)
    let isSolved = !hasCollided && distance <= TwoWayGeometry.goalRadius
    let reward = isSolved ? 1 : 0.5 * max(0, 1 - distance / startDistance)
    let terminated = isSolved || hasCollided
    let truncated = !terminated && episode.stepCount + 1 >= maxSteps
    episode.add(reward: reward, isSuccess: isSolved, isLast: terminated || truncated)
    return StepResult(
      observation: [position.x, position.y], reward: reward, terminated: terminated, truncated: truncated,
      info: Info(position: position, hasCollided: hasCollided, side: side))
  }

  public func render(size: Int, plan: [[Double]] = []) throws(RenderingError) -> Frame {
    guard hasReset else { throw .nothingToDraw }
    if renderer?.size != size { renderer = try TwoWayRenderer(size: size) }
    guard let renderer else { throw .nothingToDraw }
    return try renderer.render(
      position, hasCollided: hasCollided, plan: plan.filter { $0.count == 2 }.map { Point($0[0], $0[1]) })
  }

  private static func distance(_ a: Point, _ b: Point) -> Double {
    let offset = a - b
    return (offset * offset).sum().squareRoot()
  }
}
