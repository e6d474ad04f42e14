import Environments
import PolicyHead
import Testing

/// Many episodes at once.
struct PolicyEvaluationTests {
  private func episodes(
    _ policy: TrainedPolicy, threads: Int, batch: Int, breaksAt: Int = .max
  ) throws -> [PolicyEvaluation.Episode] {
    try PolicyEvaluation(policy, sampler: .consistency(steps: 2), threads: threads, batch: batch).run(
      episodes: 13,
      makeEnvironment: { index in
        let world = CountingWorld(index: index, breaksAt: index == 6 ? breaksAt : .max)
        return (world, try world.reset(seed: UInt64(index), generator: .legacy))
      }, seed: { 40 + UInt64($0) })
  }

  @Test func resultsDependOnNeitherThreadsNorBatches() throws {
    let policy = try TinyPolicy.make()
    let expected = try episodes(policy, threads: 1, batch: 1)
    #expect(Set(expected.map(\.score)).count > 1)
    for (threads, batch) in [(1, 13), (2, 4), (3, 5), (8, 1)] {
      #expect(try episodes(policy, threads: threads, batch: batch) == expected, "\(threads) threads, batch \(batch)")
    }
  }

  /// The same as one loop that queries one policy.
  @Test func anEpisodeIsARecedingHorizon() throws {
    let policy = try TinyPolicy.make()
    let world = CountingWorld(index: 3)
    var observation = try world.reset(seed: 3, generator: .legacy)
    let controller = RecedingHorizon(try ActionPredictor(policy, sampler: .consistency(steps: 2)), seed: 43)
    while !world.episode.isOver { observation = try world.step(controller.act(observation)).observation }
    let episode = try episodes(policy, threads: 1, batch: 13)[3]
    #expect(episode.score == world.episode.maximumReward && episode.steps == 13)
    // Five chunks of three actions cover thirteen steps, at two calls each.
    #expect(episode.networkCalls == 10)
  }

  /// An episode that is decided takes no further step, and what is measured comes from its own world.
  @Test func episodesEndWhereTheyAreDecided() throws {
    let policy = try TinyPolicy.make()
    let steps = try PolicyEvaluation(policy, sampler: .consistency(steps: 1), threads: 2, batch: 4).run(
      episodes: 9,
      makeEnvironment: { index in
        let world = CountingWorld(index: index)
        return (world, try world.reset(seed: UInt64(index), generator: .legacy))
      }, seed: { UInt64($0) }, until: { $0.episode.stepCount == $0.maxSteps - 6 },
      measure: { world, episode in [world.maxSteps, episode.steps, episode.networkCalls] })
    // Chunks of three actions, one call each.
    #expect(steps == (0..<9).map { [10 + $0 % 5, 4 + $0 % 5, ($0 % 5 + 6) / 3] })
  }

  @Test func anErrorOfTheWorldIsReported() throws {
    let policy = try TinyPolicy.make()
    #expect(throws: EnvironmentError.stepAfterEnd(steps: 5)) { try episodes(policy, threads: 2, batch: 4, breaksAt: 5) }
  }
}
