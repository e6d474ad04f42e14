import Environments

/// An episode that the scripted expert has played, as a data set records it.
public struct TwoWayDemonstration: Sendable {
  /// What is recorded at every step, with the shape of one step.
  public static let columns: [(name: String, shape: [Int])] = [("action", [2]), ("position", [2])]

  /// Each column's numbers, step by step; the action is the one that follows the position.
  public let values: [String: [Float]]
  /// The episode's maximum reward: 1, since every demonstration reaches the goal.
  public let score: Double
  /// The side on which it passed the obstacle.
  public let side: TwoWay.Side?

  /// Plays an episode.
  ///
  /// - Parameters:
  ///   - seed: of the start (Gymnasium's generator) and of the expert's choices.
  ///   - leftShare: probability of going left, in 0...1.
  ///   - noise: strength of the spread inside a mode, in 0...1.
  /// - Throws: never, since Gymnasium's generator takes every seed; typed as what it calls.
  public init(seed: UInt64, leftShare: Double = 0.5, noise: Double = 1) throws(EnvironmentError) {
    let world = TwoWay()
    _ = try world.reset(seed: seed, generator: .gymnasium)
    let player = TwoWayDemonstrator(
      start: world.position, seed: UInt32(truncatingIfNeeded: seed), leftShare: leftShare, noise: noise)
    var (actions, positions) = ([Float](), [Float]())
    while !world.episode.isOver {
      let action = player.action(step: world.episode.stepCount)
      actions += action.map(Float.init)
      positions += [Float(world.position.x), Float(world.position.y)]
      _ = try world.step(action)
    }
    values = ["action": actions, "position": positions]
    score = world.episode.maximumReward
    side = world.side
  }
}
