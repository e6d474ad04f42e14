import Environments
import PolicyHead
import PushTEnv
import Reporting
import Synchronization
import TwoWayEnv

/// Roll-outs that tell which of two ways a policy takes: for `saltus modes`, and for the rows of `saltus compare`.
struct ModeRollout {
  let evaluation: PolicyEvaluation
  /// Of the policy's noise in the first roll-out.
  let firstSeed: UInt64

  /// Roll-outs of TwoWay from its one start, to their ends.
  func twoWay(samples: Int) throws -> (counts: ModeCounts, endings: ModeReport.Endings) {
    let starts = EpisodeStarts(count: samples) { _ in
      let world = TwoWay()
      return (world, try world.reset())
    }
    let outcomes = try run(starts) {
      (side: $0.side, hasCollided: $0.hasCollided, isSuccess: $0.episode.isSuccess)
    }
    var counts = ModeCounts()
    for outcome in outcomes { counts.add(isLeft: outcome.side.map { $0 == .left }) }
    let endings = ModeReport.Endings(
      samples: samples, collisions: outcomes.count(where: \.hasCollided), successes: outcomes.count(where: \.isSuccess))
    return (counts, endings)
  }

  /// Roll-outs of Push-T, equally many from the start of each seed, until the agent touches the block: the side.
  func pushT(seeds: [UInt64], samplesPerStart: Int, reset: ResetGenerator = .legacy) throws -> [ModeCounts] {
    let starts = EpisodeStarts(count: seeds.count * samplesPerStart) { index in
      let world = PushT()
      return (world, try world.reset(seed: seeds[index / samplesPerStart], generator: reset))
    }
    let sides = try run(starts, until: { $0.firstContact != nil }, measure: { $0.firstContact?.side })
    return seeds.enumerated().map { start, seed in
      var counts = ModeCounts(seed: seed)
      for side in sides[start * samplesPerStart..<(start + 1) * samplesPerStart] {
        counts.add(isLeft: side.map { $0 == .left })
      }
      return counts
    }
  }

  /// The seeds from the first on whose starts leave a choice: at which agent and block do not touch yet.
  static func pushTSeeds(from first: UInt64, count: Int, reset: ResetGenerator = .legacy) throws -> [UInt64] {
    let world = PushT()
    var seeds: [UInt64] = []
    var seed = first
    while seeds.count < count {
      _ = try world.reset(seed: seed, generator: reset)
      if world.firstContact == nil { seeds.append(seed) }
      seed += 1
    }
    return seeds
  }

  private func run<World: Environment, Outcome: Sendable>(
    _ starts: EpisodeStarts<World>, until isDecided: @Sendable (World) -> Bool = { _ in false },
    measure: @Sendable (World) -> Outcome
  ) throws -> [Outcome] {
    let progress = Mutex(ProgressReporter(label: "roll-outs", total: starts.count))
    return try evaluation.run(
      episodes: starts.count, makeEnvironment: starts.make, seed: { firstSeed + UInt64($0) }, until: isDecided,
      progress: { finished in progress.withLock { $0.update(step: finished) } }, measure: { world, _ in measure(world) }
    )
  }
}
