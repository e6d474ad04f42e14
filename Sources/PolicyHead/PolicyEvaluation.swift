import Consistency
import Dispatch
import Environments
import Synchronization

/// Rolls a policy out in many episodes of a simulated world.
public struct PolicyEvaluation: Sendable {
  /// One episode's result.
  public struct Episode: Sendable, Codable, Equatable {
    /// The maximum reward.
    public var score: Double
    public var success: Bool
    public var steps: Int
    /// Network calls of the whole episode.
    public var networkCalls: Int
    public var jumps: ActionJumps
  }

  private let policy: TrainedPolicy
  private let sampler: SamplingMethod
  private let stitching: ChunkStitching?
  private let threads: Int
  private let batch: Int
  private let chunks: ChunkSchedule.Configuration
  private let delay: Int

  /// - Parameters:
  ///   - stitching: how chunks go on from those before; nil if they do not.
  ///   - threads: episodes are shared out among them; results do not depend on their number.
  ///   - batch: episodes that are predicted together; results do not depend on it either.
  ///   - chunks: when chunks are asked for, and how they are joined.
  ///   - delay: control periods that inference takes, simulated. The first chunk is there at once: a robot that has
  ///     nothing to do yet stands still.
  public init(
    _ policy: TrainedPolicy, sampler: SamplingMethod, stitching: ChunkStitching? = nil, threads: Int = 1,
    batch: Int = 32,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), delay: Int = 0
  ) {
    self.policy = policy
    self.sampler = sampler
    self.stitching = stitching
    self.threads = threads
    self.batch = batch
    self.chunks = chunks
    self.delay = delay
  }

  /// Runs `count` episodes.
  ///
  /// - Parameters:
  ///   - makeEnvironment: a world that is ready in the first state of episode i, with that first observation.
  ///   - seed: the policy's seed in episode i.
  ///   - progress: called with the number of finished episodes, from any thread.
  public func run<World: Environment>(
    episodes count: Int, makeEnvironment: @Sendable (Int) throws -> (World, [Double]),
    seed: @Sendable (Int) -> UInt64, progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> [Episode] {
    try run(
      episodes: count, makeEnvironment: makeEnvironment, seed: seed, progress: progress,
      measure: { _, episode in episode }
    )
  }

  /// Runs `count` episodes, and asks each world for more than its score.
  ///
  /// - Parameters:
  ///   - makeEnvironment: a world that is ready in the first state of episode i, with that first observation.
  ///   - seed: the policy's seed in episode i.
  ///   - isDecided: whether nothing more is to be learnt from an episode, which is then not played to its end.
  ///   - progress: called with the number of finished episodes, from any thread.
  ///   - measure: what is told of an episode, from its world after the last step.
  public func run<World: Environment, Outcome: Sendable>(
    episodes count: Int, makeEnvironment: @Sendable (Int) throws -> (World, [Double]),
    seed: @Sendable (Int) -> UInt64, until isDecided: @Sendable (World) -> Bool = { _ in false },
    progress: @Sendable (Int) -> Void = { _ in }, measure: @Sendable (World, Episode) -> Outcome
  ) throws -> [Outcome] {
    let groups = (count + batch - 1) / batch
    let next = Atomic(0)
    let finished = Atomic(0)
    let results = Mutex<[Int: Result<[Outcome], any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, groups))) { _ in
      while true {
        let group = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard group < groups else { return }
        let range = group * batch..<min(count, (group + 1) * batch)
        let result = Result { try run(range, makeEnvironment, seed, isDecided, measure) }
        results.withLock { $0[group] = result }
        progress(finished.wrappingAdd(range.count, ordering: .relaxed).newValue)
      }
    }
    return try results.withLock { results in
      try (0..<groups).flatMap { try results[$0]!.get() }
    }
  }

  /// Episodes in lockstep: one prediction for all that ask in this period, then one action of each.
  private func run<World: Environment, Outcome>(
    _ range: Range<Int>, _ makeEnvironment: (Int) throws -> (World, [Double]), _ seed: (Int) -> UInt64,
    _ isDecided: (World) -> Bool, _ measure: (World, Episode) -> Outcome
  ) throws -> [Outcome] {
    func isDone(_ world: World) -> Bool { world.episode.isOver || isDecided(world) }
    let predictor = try ActionPredictor(policy, sampler: sampler, stitching: stitching, batch: range.count)
    let description = policy.description
    var worlds: [World] = []
    var observations: [[Double]] = []
    var horizons: [DelayedHorizon] = []
    for index in range {
      let (world, observation) = try makeEnvironment(index)
      try description.check(observation)
      guard world.actionCount == description.actionSize else {
        throw PolicyError.badSetting(
          "the policy's actions have \(description.actionSize) values, the world's \(world.actionCount)")
      }
      worlds.append(world)
      observations.append(observation)
      horizons.append(DelayedHorizon(description.schedule(chunks, seed: seed(index)), delay: delay))
    }
    var calls = [Int](repeating: 0, count: range.count)
    var running = Array(worlds.indices)
    while !running.isEmpty {
      let requests = running.compactMap { index in
        horizons[index].observe(observations[index]).map { (index: index, request: $0) }
      }
      // A schedule depends on periods alone, so all of them ask at once, and for the same decision.
      if !requests.isEmpty {
        let plans = predictor.predict(requests.map(\.request))
        for (plan, (index, request)) in zip(plans, requests) {
          calls[index] += predictor.networkCalls(for: request)
          horizons[index].answer(request, with: plan)
        }
      }
      for index in running { observations[index] = try worlds[index].step(horizons[index].act()).observation }
      running.removeAll { isDone(worlds[$0]) }
    }
    return worlds.indices.map { index in
      let episode = worlds[index].episode
      let result = Episode(
        score: episode.maximumReward, success: episode.isSuccess, steps: episode.stepCount, networkCalls: calls[index],
        jumps: horizons[index].jumps)
      return measure(worlds[index], result)
    }
  }
}
