import Communication
import Consistency
import Environments
import PolicyHead
import Reporting
import Synchronization

/// Episodes of a simulated world as a report: what `evaluate` and `compare` measure.
enum PolicyRollout {
  private struct Outcome: Sendable, Codable {
    var episode: PolicyEvaluation.Episode
    var hasCollided: Bool
  }

  /// Shows its progress on standard error. Ranks share the episodes out.
  ///
  /// - Returns: the report, on rank 0.
  /// - Parameters:
  ///   - label: of the progress.
  ///   - seed: the policy's in episode i.
  ///   - hasCollided: whether an episode of the world ended in a collision; nil in worlds that know none.
  static func report<World: Environment>(
    of policy: TrainedPolicy, sampler: SamplingMethod, stitching: ChunkStitching? = nil, starts: EpisodeStarts<World>,
    threads: Int,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), delay: Int = 0, label: String = "episodes",
    seed: @escaping @Sendable (Int) -> UInt64, hasCollided: (@Sendable (World) -> Bool)? = nil
  ) throws -> EvaluationReport? {
    let ranks = Ranks.communicator
    let mine = ranks.share(of: starts.count)
    let progress = Mutex(Ranks.progress(label, total: mine.count))
    let evaluation = PolicyEvaluation(
      policy, sampler: sampler, stitching: stitching, threads: threads, chunks: chunks, delay: delay)
    let outcomes = try evaluation.run(
      episodes: mine.count, makeEnvironment: { try starts.make(mine.lowerBound + $0) },
      seed: { seed(mine.lowerBound + $0) },
      progress: { finished in progress.withLock { $0.update(step: finished) } },
      measure: { Outcome(episode: $1, hasCollided: hasCollided?($0) ?? false) })
    let results = try ranks.gather(outcomes).flatMap(\.self)
    guard Ranks.isFirst else { return nil }
    let (latency, networkCalls) = try PolicyLatency.measure(
      policy, sampler: sampler, stitching: stitching, lead: chunks.lead, observation: starts.make(0).1)
    return EvaluationReport(
      scores: results.map(\.episode.score), successes: results.count(where: \.episode.success),
      collisions: hasCollided == nil ? nil : results.count(where: \.hasCollided), networkCallsPerChunk: networkCalls,
      milliseconds: latency,
      jumps: EvaluationReport.Jumps(results.reduce(into: ActionJumps()) { $0.add($1.episode.jumps) }))
  }
}

/// Milliseconds from an observation to a chunk of actions, one history at a time.
enum PolicyLatency {
  /// - Parameters:
  ///   - stitching: of chunks that go on from another one.
  ///   - lead: how many of its actions are committed.
  /// - Returns: the durations, and the network calls of each.
  static func measure(
    _ policy: TrainedPolicy, sampler: SamplingMethod, stitching: ChunkStitching? = nil, lead: Int = 0,
    observation: [Double]
  ) throws -> (milliseconds: [Double], networkCalls: Int) {
    let predictor = try ActionPredictor(policy, sampler: sampler, stitching: stitching)
    let past = policy.description.observationSteps - 1
    let history = [[Double]](repeating: observation, count: past + 1)
    let plan = predictor.predict([history], seeds: [0])[0]
    let lead = min(lead, plan.count - past)
    var request = ChunkRequest(
      period: 0, call: 0, seed: 0, history: history, executed: Array(plan[..<past]),
      committed: Array(plan[past..<past + lead]), planned: Array(plan[(past + lead)...]))
    let clock = ContinuousClock()
    // The first calls touch cold memory.
    let times = (0..<205).map { call in
      request.call = UInt32(call)
      let time = clock.measure { _ = predictor.predict([request]) }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    }
    return (Array(times.dropFirst(5)), predictor.networkCalls(for: request))
  }
}
