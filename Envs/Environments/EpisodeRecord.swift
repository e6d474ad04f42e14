/// The running score of one episode.
public struct EpisodeRecord: Sendable, Equatable {
  /// Steps taken since the reset.
  public private(set) var stepCount = 0
  /// Largest reward of any step, 0 before the first: the score Push-T and its kin are compared by.
  public private(set) var maximumReward = 0.0
  /// Sum of all rewards.
  public private(set) var totalReward = 0.0
  /// Whether any step solved the task.
  public private(set) var isSuccess = false
  /// Whether the episode terminated or was truncated.
  public private(set) var isOver = false

  public init() {}

  /// Adds one step.
  public mutating func add(reward: Double, isSuccess: Bool, isLast: Bool) {
    stepCount += 1
    maximumReward = max(maximumReward, reward)
    totalReward += reward
    self.isSuccess = self.isSuccess || isSuccess
    isOver = isLast
  }
}
