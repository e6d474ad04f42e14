import Environments
import Testing
import TwoWayEnv

struct TwoWayDemonstratorTests {
  @Test func everyDemonstrationReachesTheGoalOnItsSide() throws {
    for seed in UInt64(0)..<2000 {
      let world = TwoWay()
      _ = try world.reset(seed: seed, generator: .gymnasium)
      let player = TwoWayDemonstrator(start: world.position, seed: UInt32(seed))
      while !world.episode.isOver {
        let target = player.action(step: world.episode.stepCount)
        let reached = try world.step(target).observation
        // No step is longer than the agent can go.
        #expect(reached == target, "seed \(seed)")
      }
      #expect(world.episode.isSuccess && !world.hasCollided && world.side == player.side, "seed \(seed)")
    }
  }

  /// The seeds are fixed, so this holds or it does not: 4 standard deviations of a binomial count.
  @Test(arguments: [0.5, 0.7, 0.0, 1.0])
  func theShareOfLeftIsTheOneAskedFor(share: Double) throws {
    let count = 4000.0
    let left = try (0..<4000).count { try TwoWayDemonstration(seed: $0, leftShare: share).side == .left }
    #expect(abs(Double(left) - share * count) <= 4 * (count * share * (1 - share)).squareRoot())
  }

  /// The side must not follow from the start, or the share at the ambiguous start would be another.
  @Test func theSideDoesNotDependOnTheStart() throws {
    let demonstrations = try (0..<4000).map { try TwoWayDemonstration(seed: $0) }
    let (starts, sides) = (
      demonstrations.map { Double($0.values["position"]?[0] ?? .nan) },
      demonstrations.map { $0.side == .left ? 1.0 : -1 }
    )
    let covariance = zip(starts, sides).map(*).reduce(0, +) / 4000
    // Of independent x, uniform in ±spread, and sign: standard deviation spread / √3 / √4000.
    #expect(abs(covariance) < 4 * TwoWayGeometry.startSpread.x / (3 * 4000).squareRoot())
  }

  @Test func demonstrationsOfOneSideDifferAndWithoutNoiseDoNot() throws {
    func ways(noise: Double) -> [[Double]] {
      (0..<40).map { TwoWayDemonstrator(start: [0, -0.8], seed: $0, noise: noise) }
        .filter { $0.side == .left }.map { $0.action(step: 12) }
    }
    #expect(Set(ways(noise: 1).map { $0[0] }).count == ways(noise: 1).count)
    let x = ways(noise: 1).map { $0[0] }
    #expect((x.max() ?? 0) - (x.min() ?? 0) > 0.1)
    #expect(Set(ways(noise: 0)).count == 1)
  }

  @Test func bothWaysWithoutNoiseAreMirrorImages() throws {
    let start = TwoWayGeometry.ambiguousStart
    let left = TwoWayDemonstrator(start: start, seed: 0, leftShare: 1, noise: 0)
    let right = TwoWayDemonstrator(start: start, seed: 0, leftShare: 0, noise: 0)
    for step in 0..<30 {
      #expect(TwoWayMirror.symmetry.action(left.action(step: step)) == right.action(step: step))
    }
  }

  @Test func aRecordedDemonstrationReplays() throws {
    let demonstration = try TwoWayDemonstration(seed: 11)
    let again = try TwoWayDemonstration(seed: 11)
    #expect(demonstration.values == again.values)
    #expect(try TwoWayDemonstration(seed: 12).values != demonstration.values)
    #expect(Set(demonstration.values.keys) == Set(TwoWayDemonstration.columns.map(\.name)))
    let actions = try #require(demonstration.values["action"])
    let positions = try #require(demonstration.values["position"])
    #expect(actions.count == positions.count && demonstration.score == 1)
    // The action of a step is the next step's position.
    #expect(actions.dropLast(2) == positions.dropFirst(2))
    let world = TwoWay()
    try world.reset(to: [Double(positions[0]), Double(positions[1])])
    for step in 0..<actions.count / 2 {
      _ = try world.step([Double(actions[2 * step]), Double(actions[2 * step + 1])])
    }
    #expect(world.episode.isSuccess && world.side == demonstration.side)
  }
}
