/// A change of point of view under which a world is the same: its dynamics, its goal and so every good behaviour in it
/// change along. A demonstration seen through it is one more demonstration.
public struct Symmetry: Sendable {
  /// Length of the observations and actions that it takes.
  public let observationCount: Int
  public let actionCount: Int
  /// An observation, and an action, of the changed world.
  public let observation: @Sendable ([Double]) -> [Double]
  public let action: @Sendable ([Double]) -> [Double]

  /// - Parameters:
  ///   - observation: [observationCount] → [observationCount]
  ///   - action: [actionCount] → [actionCount]
  public init(
    observationCount: Int, actionCount: Int, observation: @escaping @Sendable ([Double]) -> [Double],
    action: @escaping @Sendable ([Double]) -> [Double]
  ) {
    self.observationCount = observationCount
    self.actionCount = actionCount
    self.observation = observation
    self.action = action
  }
}
