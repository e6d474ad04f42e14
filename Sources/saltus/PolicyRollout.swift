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
  ///   - makeEnvironment: a world in the first state of episode i, with that first observation.
  ///   - seed: the policy's in episode i.
  static func report<World: Environment>(
    of policy: TrainedPolicy, sampler: SamplingMethod, episodes: Int, threads: Int,
    chunks: ChunkSchedule.Configuration = ChunkSchedule.Configuration(), delay: Int = 0, label: String = "episodes",
    makeEnvironment: @Sendable (Int) throws -> (World, [Double]), seed: @Sendable (Int) -> UInt64
  ) throws -> EvaluationReport {
    let networkCalls = try ActionPredictor(policy, sampler: sampler).networkCalls
    let progress = Mutex(ProgressReporter(label: label, total: episodes))
    let evaluation = PolicyEvaluation(policy, sampler: sampler, threads: threads, chunks: chunks, delay: delay)
    let results = try evaluation.run(
      episodes: episodes, makeEnvironment: makeEnvironment, seed: seed,
      progress: { finished in progress.withLock { $0.update(step: finished) } })
    let latency = try PolicyLatency.measure(policy, sampler: sampler, observation: makeEnvironment(0).1)
    return EvaluationReport(
      scores: results.map(\.score), successes: results.count(where: \.success),
      networkCallsPerChunk: networkCalls, milliseconds: latency,
      jumps: EvaluationReport.Jumps(results.reduce(into: ActionJumps()) { $0.add($1.jumps) }))
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
