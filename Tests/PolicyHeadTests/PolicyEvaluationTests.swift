import Environments
import PolicyHead
import Testing

/// Many episodes at once.
struct PolicyEvaluationTests {
  private func episodes(
    _ policy: TrainedPolicy, threads: Int, batch: Int, breaksAt: Int = .max,
    chunks: ChunkSchedule.Configuration = .init(), delay: Int = 0
  ) throws -> [PolicyEvaluation.Episode] {
    try PolicyEvaluation(
      policy, sampler: .consistency(steps: 2), threads: threads, batch: batch, chunks: chunks, delay: delay
    ).run(
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

  /// Chunks of three actions, with nothing that simulates time: what an evaluation without delay must be.
  @Test func withoutDelayChunksAreExecutedOneAfterTheOther() throws {
    let policy = try TinyPolicy.make()
    let world = CountingWorld(index: 3)
    var history = Array(repeating: try world.reset(seed: 3, generator: .legacy), count: 2)
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 2))
    var call: UInt32 = 0
    while !world.episode.isOver {
      let plan = predictor.predict([history], seeds: [43], call: call)[0]
      call += 1
      for action in plan[1..<4] where !world.episode.isOver { history.append(try world.step(action).observation) }
      history.removeFirst(history.count - 2)
    }
    #expect(try episodes(policy, threads: 1, batch: 13)[3].score == world.episode.maximumReward)
  }

  /// By hand: two periods of delay, asked for two periods early, joined in at the third action.
  @Test func aDelayIsSimulated() throws {
    let policy = try TinyPolicy.make()
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 2))
    for isCompensated in [true, false] {
      let world = CountingWorld(index: 3)
      var observations = Array(repeating: try world.reset(seed: 3, generator: .legacy), count: 2)
      // The first chunk is there at once. The next ones are made in periods 1, 4, 7 … and there in 3, 6, 9 …
      var chunk = predictor.predict([observations], seeds: [43], call: 0)[0]
      var next: [[Double]] = []
      var first = 1
      for period in 0..<13 {
        if period % 3 == 1 {
          next = predictor.predict([observations.suffix(2)], seeds: [43], call: UInt32(period / 3 + 1))[0]
        }
        if period > 0 && period % 3 == 0 {
          chunk = next
          // Row 1 belongs to the observation that it was made for, row 3 to now.
          first = isCompensated ? 3 : 1
        }
        observations.append(try world.step(chunk[first + period % 3]).observation)
      }
      let chunks = ChunkSchedule.Configuration(lead: 2, compensatesDelay: isCompensated)
      for (threads, batch) in [(1, 13), (2, 4)] {
        let episode = try episodes(policy, threads: threads, batch: batch, chunks: chunks, delay: 2)[3]
        #expect(episode.score == world.episode.maximumReward && episode.steps == 13)
        #expect(episode.networkCalls == 2 * 5)
        #expect(episode.jumps.border.count == 4 && episode.jumps.inside.count == 8)
      }
    }
  }

  /// Seven actions follow a chunk's observation: with more delay all but the first chunk's are overtaken.
  @Test func whereNothingIsPlannedTheLastActionIsHeld() throws {
    let policy = try TinyPolicy.make()
    let world = CountingWorld(index: 3)
    let observation = try world.reset(seed: 3, generator: .legacy)
    let chunk = try ActionPredictor(policy, sampler: .consistency(steps: 2))
      .predict([[observation, observation]], seeds: [43])[0]
    for period in 0..<13 { _ = try world.step(chunk[1 + min(period, 6)]) }
    let episode = try episodes(policy, threads: 1, batch: 13, chunks: .init(lead: 3), delay: 7)[3]
    #expect(episode.score == world.episode.maximumReward)
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
