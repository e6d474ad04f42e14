import Environments
import TestSupport
import Testing
import TwoWayEnv

struct TwoWayStartTests {
  /// Starts that numpy drew (Tests/Fixtures/twoway_resets.py), by seed.
  @Test(arguments: ResetGenerator.allCases)
  func seedsDrawTheStartsThatNumpyDraws(generator: ResetGenerator) throws {
    let starts = try fixture("twoway_resets.json", as: [String: [String: [Double]]].self)
    let rows = try #require(starts[generator.rawValue])
    #expect(rows.count >= 6)
    for (seed, values) in rows {
      #expect(try TwoWay().reset(seed: #require(UInt64(seed)), generator: generator) == values, "seed \(seed)")
    }
  }

  @Test func startsKeepNearTheAmbiguousOne() throws {
    let offsets = try (0..<1000).map {
      try TwoWay.start(seed: $0, generator: .gymnasium) - TwoWayGeometry.ambiguousStart
    }
    let spread = TwoWayGeometry.startSpread
    #expect(offsets.allSatisfy { abs($0.x) <= spread.x && abs($0.y) <= spread.y })
    // Uniform: the mean of 1,000 is within four standard errors of 0, and both ends are visited.
    #expect(abs(offsets.map(\.x).reduce(0, +) / 1000) < 4 * spread.x / (3 * 1000).squareRoot())
    #expect(offsets.contains { $0.x < -0.98 * spread.x } && offsets.contains { $0.x > 0.98 * spread.x })
  }

  @Test func legacySeedsEndAt32Bits() throws {
    #expect(
      throws: EnvironmentError.seedOutOfRange(seed: 1 << 32, generator: .legacy, limit: 0xffff_ffff)
    ) { try TwoWay().reset(seed: 1 << 32, generator: .legacy) }
  }
}
