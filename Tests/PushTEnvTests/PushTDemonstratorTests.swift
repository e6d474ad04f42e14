import Environments
import PushTEnv
import Testing

struct PushTDemonstratorTests {
  @Test func demonstratorBeatsDoingNothing() throws {
    var demonstrated = 0.0
    var idle = 0.0
    for seed in 0..<8 {
      let environment = PushT()
      _ = try environment.reset(seed: UInt64(seed), generator: .legacy)
      let rest = environment.state.agent
      idle += try environment.step([rest.x, rest.y]).reward / 8
      _ = try episode(seed: seed, demonstratorSeed: UInt32(seed), environment)
      demonstrated += environment.episode.maximumReward / 8
    }
    #expect(idle < 0.4)
    #expect(demonstrated > 0.9)
  }

  @Test func equalSeedsDemonstrateEquallyAndOthersDiffer() throws {
    let environment = PushT()
    let first = try episode(seed: 3, demonstratorSeed: 1, environment)
    #expect(try episode(seed: 3, demonstratorSeed: 1, environment) == first)
    #expect(try episode(seed: 3, demonstratorSeed: 2, environment) != first)
  }

  @Test func actionsStayInTheWorld() throws {
    let actions = try episode(seed: 11, demonstratorSeed: 5, PushT())
    #expect(actions.allSatisfy { $0.count == 2 && $0.allSatisfy { (0...512).contains($0) } })
  }

  /// The actions of a demonstrated episode.
  private func episode(seed: Int, demonstratorSeed: UInt32, _ environment: PushT) throws -> [[Double]] {
    _ = try environment.reset(seed: UInt64(seed), generator: .legacy)
    let demonstrator = PushTDemonstrator(seed: demonstratorSeed)
    var actions: [[Double]] = []
    while !environment.episode.isOver {
      actions.append(demonstrator.action(for: environment.state))
      _ = try environment.step(actions[actions.count - 1])
    }
    return actions
  }
}
