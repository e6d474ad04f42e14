import Consistency
import Environments
import PolicyHead
import Reporting
import Synchronization

/// Episodes of a simulated world as a report: what `evaluate` and `compare` measure.
enum PolicyRollout {
  /// Shows its progress on standard error.
  ///
  /// - Parameters:
  ///   - label: of the progress.
  ///   - seed: the policy's in episode i.
  ///   - hasCollided: whether an episode of the world ended in a collision; nil in worlds that know none.
  static func report<World: Environment>(
    of policy: TrainedPolicy, sampler: SamplingMethod, starts: EpisodeStarts<World>, threads: Int,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), delay: Int = 0, label: String = "episodes",
    seed: @escaping @Sendable (Int) -> UInt64, hasCollided: (@Sendable (World) -> Bool)? = nil
  ) throws -> EvaluationReport {
    let networkCalls = try ActionPredictor(policy, sampler: sampler).networkCalls
    let progress = Mutex(ProgressReporter(label: label, total: starts.count))
    let evaluation = PolicyEvaluation(policy, sampler: sampler, threads: threads, chunks: chunks, delay: delay)
    let results = try evaluation.run(
      episodes: starts.count, makeEnvironment: { try starts.make($0) }, seed: seed,
      progress: { finished in progress.withLock { $0.update(step: finished) } },
      measure: { (episode: $1, hasCollided: hasCollided?($0) ?? false) })
    let latency = try PolicyLatency.measure(policy, sampler: sampler, observation: starts.make(0).1)
    return EvaluationReport(
      scores: results.map(\.episode.score), successes: results.count(where: \.episode.success),
      collisions: hasCollided == nil ? nil : results.count(where: \.hasCollided), networkCallsPerChunk: networkCalls,
      milliseconds: latency,
      jumps: EvaluationReport.Jumps(results.reduce(into: ActionJumps()) { $0.add($1.episode.jumps) }))
  }
}

/// Milliseconds from an observation to a chunk of actions, one history at a time.
enum PolicyLatency {
  static func measure(_ policy: TrainedPolicy, sampler: SamplingMethod, observation: [Double]) throws -> [Double] {
    let predictor = try ActionPredictor(policy, sampler: sampler)
    let history = [[Double]](repeating: observation, count: policy.description.observationSteps)
    let clock = ContinuousClock()
    // The first calls touch cold memory.
    for call in 0..<5 { _ = predictor.predict([history], seeds: [0], call: UInt32(call)) }
    return (0..<200).map { call in
      let time = clock.measure { _ = predictor.predict([history], seeds: [0], call: UInt32(call)) }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    }
  }
}
