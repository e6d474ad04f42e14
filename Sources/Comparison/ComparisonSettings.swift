/// What is the same for every row of one table.
public struct ComparisonSettings: Sendable, Codable, Equatable {
  /// The simulated world.
  public var world: String
  /// Forward passes of the network on a batch that each method may spend; see `Objective.evaluationsPerStep`.
  public var budget: Int
  public var batchSize: Int
  /// Of every training.
  public var seed: UInt64
  public var episodes: Int
  /// Seed of the first episode's start.
  public var firstSeed: UInt64
  /// How seeds become starts.
  public var reset: String

  public init(
    world: String, budget: Int, batchSize: Int, seed: UInt64, episodes: Int, firstSeed: UInt64, reset: String
  ) {
    self.world = world
    self.budget = budget
    self.batchSize = batchSize
    self.seed = seed
    self.episodes = episodes
    self.firstSeed = firstSeed
    self.reset = reset
  }

  /// Training steps that a share of the budget pays for; 0 if it pays for none.
  ///
  /// - Parameters:
  ///   - share: in (0, 1].
  ///   - evaluations: forward passes that a step costs, positive.
  public func steps(share: Double, evaluationsPerStep evaluations: Int) -> Int {
    // A third of 60 is 20, not 19.99…
    Int((Double(budget) * share + 1e-6) / Double(evaluations))
  }

  /// One line for a person.
  public var summary: String {
    "\(world), \(budget) network evaluations of batch \(batchSize) per method, seed \(seed); \(episodes) episodes from "
      + "start \(firstSeed) on (\(reset))"
  }
}
