/// What is the same for every row of one table.
public struct ComparisonSettings: Sendable, Codable, Equatable {
  /// The simulated world; `speech` for voices.
  public var world: String
  /// The recordings' speakers; nil for policies.
  public var speakers: [String]?
  /// Forward passes of the network on a batch that each method may spend; see `Objective.evaluationsPerStep`.
  public var budget: Int
  public var batchSize: Int
  /// Of every training.
  public var seed: UInt64
  /// Of each evaluation: episodes, or held-out sentences at most.
  public var episodes: Int
  /// Seed of the first episode's start, or of the spoken sentences' noise.
  public var firstSeed: UInt64
  /// How seeds become starts; nil for voices.
  public var reset: String?
  /// Checksum of the user's pronunciations; nil without any.
  public var lexicon: String?

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

  /// Of a comparison of voices.
  ///
  /// - Parameters:
  ///   - sentences: held-out sentences of the first speaker, at most.
  ///   - lexicon: checksum of the user's pronunciations.
  public init(
    speakers: [String], budget: Int, batchSize: Int, seed: UInt64, sentences: Int, firstSeed: UInt64,
    lexicon: String? = nil
  ) {
    world = "speech"
    self.speakers = speakers
    self.budget = budget
    self.batchSize = batchSize
    self.seed = seed
    episodes = sentences
    self.firstSeed = firstSeed
    self.lexicon = lexicon
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
    "\(world)\(speakers.map { " of \($0.joined(separator: " and "))" } ?? ""), \(budget) network evaluations of batch "
      + "\(batchSize) per method, seed \(seed); \(episodes) "
      + (reset.map { "episodes from start \(firstSeed) on (\($0))" } ?? "held-out sentences, noise of seed \(firstSeed)")
      + (lexicon.map { ", pronunciations \($0)" } ?? "")
  }
}
