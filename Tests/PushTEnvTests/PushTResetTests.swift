import Environments
import PushTEnv
import TestSupport
import Testing

/// Starts drawn by the reference environments, by seed.
private struct Starts: Decodable {
  let diffusion_policy_legacy: [String: [Double]]
  let gym_pusht: [String: [Double]]
}

struct PushTResetTests {
  @Test func seedsDrawTheStartsOfTheReferenceEnvironments() throws {
    try check(fixture("pusht_resets.json", as: Starts.self), count: 40)
  }

  @Test(.enabled(if: SharedData.has("pusht/eval_inits_100000_100499.json"), "needs the shared Push-T data"))
  func all500EvaluationSeedsDrawTheStartsOfTheReferenceEnvironments() throws {
    try check(SharedData.json("pusht/eval_inits_100000_100499.json"), count: 500)
  }

  @Test func legacySeedsEndAt32Bits() throws {
    _ = try PushTState.drawn(seed: 0xffff_ffff, generator: .legacy)
    _ = try PushTState.drawn(seed: .max, generator: .gymnasium)
    #expect(
      throws: EnvironmentError.seedOutOfRange(seed: 1 << 32, generator: .legacy, limit: 0xffff_ffff)
    ) { try PushTState.drawn(seed: 1 << 32, generator: .legacy) }
  }

  private func check(_ starts: Starts, count: Int) throws {
    let protocols = [
      (ResetGenerator.legacy, starts.diffusion_policy_legacy), (.gymnasium, starts.gym_pusht),
    ]
    for (generator, rows) in protocols {
      #expect(rows.count == count)
      for (seed, values) in rows {
        let drawn = try PushTState.drawn(seed: #require(UInt64(seed)), generator: generator)
        #expect(drawn.values == values, "seed \(seed), \(generator)")
      }
    }
  }
}
