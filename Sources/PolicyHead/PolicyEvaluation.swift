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
  }

  private let policy: TrainedPolicy
  private let sampler: SamplingMethod
  private let threads: Int
  private let batch: Int

  /// - Parameters:
  ///   - threads: episodes are shared out among them; results do not depend on their number.
  ///   - batch: episodes that are predicted together; results do not depend on it either.
  public init(_ policy: TrainedPolicy, sampler: SamplingMethod, threads: Int = 1, batch: Int = 32) {
    self.policy = policy
    self.sampler = sampler
    self.threads = threads
    self.batch = batch
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

  /// Episodes in lockstep: one prediction for all that still run, then their chunks.
  private func run<World: Environment, Outcome>(
    _ range: Range<Int>, _ makeEnvironment: (Int) throws -> (World, [Double]), _ seed: (Int) -> UInt64,
    _ isDecided: (World) -> Bool, _ measure: (World, Episode) -> Outcome
  ) throws -> [Outcome] {
    func isDone(_ world: World) -> Bool { world.episode.isOver || isDecided(world) }
    let predictor = try ActionPredictor(policy, sampler: sampler, batch: range.count)
    let description = policy.description
    let first = description.observationSteps - 1
    var worlds: [World] = []
    var histories: [[[Double]]] = []
    for index in range {
      let (world, observation) = try makeEnvironment(index)
      try description.check(observation)
      guard world.actionCount == description.actionSize else {
        throw PolicyError.badSetting(
          "the policy's actions have \(description.actionSize) values, the world's \(world.actionCount)")
      }
      worlds.append(world)
      histories.append(Array(repeating: observation, count: description.observationSteps))
    }
    var calls = [Int](repeating: 0, count: range.count)
    var running = Array(worlds.indices)
    var call: UInt32 = 0
    while !running.isEmpty {
      let plans = predictor.predict(
        running.map { histories[$0] }, seeds: running.map { seed(range.lowerBound + $0) }, call: call)
      call += 1
      for (plan, index) in zip(plans, running) {
        calls[index] += predictor.networkCalls
        for action in plan[first..<first + description.actionSteps] where !isDone(worlds[index]) {
          let result = try worlds[index].step(action)
          histories[index].append(result.observation)
        }
        histories[index].removeFirst(histories[index].count - description.observationSteps)
      }
      running.removeAll { isDone(worlds[$0]) }
    }
    return zip(worlds, calls).map { world, calls in
      let episode = Episode(
        score: world.episode.maximumReward, success: world.episode.isSuccess, steps: world.episode.stepCount,
        networkCalls: calls)
      return measure(world, episode)
    }
  }
}
