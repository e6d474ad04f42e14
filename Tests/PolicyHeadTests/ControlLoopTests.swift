import Foundation
import PolicyHead
import Synchronization
import Testing

/// Actions at a fixed rate. Only what holds on a slow and busy machine is expected: which periods were missed is read
/// from what was applied.
struct ControlLoopTests {
  /// What a loop has applied, and observations that count the periods.
  private final class World: Sendable {
    private let state = Mutex<(observed: Int, applied: [[Double]])>((0, []))

    func observe() -> [Double] {
      state.withLock { state in
        defer { state.observed += 1 }
        return [Double(state.observed)]
      }
    }

    func apply(_ action: [Double]) { state.withLock { $0.applied.append(action) } }
    var applied: [[Double]] { state.withLock(\.applied) }
  }

  @Test func aLateActionIsDroppedAndTheLastOneHeld() throws {
    let world = World()
    let report = try ControlLoop(.init(rate: 20)).run(
      periods: 10, observe: world.observe,
      act: { observation in
        // The fifth answer comes only after the loop has gone on without it.
        while observation[0] == 5 && world.applied.count < 6 { usleep(500) }
        return observation
      },
      apply: world.apply)
    let applied = world.applied.map { $0[0] }
    #expect(report.periods == 10 && report.missedDeadlines >= 1)
    #expect(!applied.contains(5))
    // Every period after the first action has applied its own action or the one before.
    let first = 10 - applied.count
    var missed = first
    for (index, value) in applied.enumerated() where value != Double(first + index) {
      #expect(index > 0 && value == applied[index - 1])
      missed += 1
    }
    // An action of its own that was applied late has missed its deadline too.
    #expect(missed <= report.missedDeadlines)
    let latencies = try [report.latencyP50, report.latencyP99, report.latencyMax].map { try #require($0) }
    #expect(latencies[0] >= 0 && latencies == latencies.sorted())
    #expect(report.wakeupP99 >= 0 && report.wakeupMax >= report.wakeupP99)
  }

  @Test func aLateMotionIsSlowedDown() throws {
    let world = World()
    let report = try ControlLoop(.init(rate: 2, fallback: .decelerate(0.5))).run(
      periods: 5, observe: world.observe,
      act: { observation in
        while observation[0] >= 2 && world.applied.count < 5 { usleep(500) }
        return [10 * observation[0], -observation[0]]
      }, apply: world.apply)
    #expect(report.missedDeadlines == 3)
    #expect(world.applied == [[0, 0], [10, -1], [15, -1.5], [17.5, -1.75], [18.75, -1.875]])
  }

  @Test func withoutAFirstActionNothingIsApplied() throws {
    let world = World()
    let isOver = Atomic(false)
    let report = try ControlLoop(.init(rate: 100)).run(
      periods: 4,
      observe: {
        let observation = world.observe()
        if observation == [3] { isOver.store(true, ordering: .relaxed) }
        return observation
      },
      act: { observation in
        while !isOver.load(ordering: .relaxed) { usleep(500) }
        // Longer than the last period.
        usleep(30_000)
        return observation
      }, apply: world.apply)
    #expect(report.missedDeadlines == 4 && world.applied.isEmpty)
    #expect(report.latencyMax == nil)
    #expect(try JSONEncoder().encode(report).count > 0)
  }

  @Test func anErrorOfThePolicyEndsTheLoop() {
    let world = World()
    #expect(throws: PolicyError.badSetting("enough")) {
      try ControlLoop(.init(rate: 50)).run(
        periods: 1000, observe: world.observe,
        act: { observation in
          if observation[0] >= 3 { throw PolicyError.badSetting("enough") }
          return observation
        }, apply: world.apply)
    }
    #expect(world.applied.count < 1000)
  }

  @Test func limitsHoldForFallbacksToo() throws {
    let world = World()
    let limits = ActionLimits(position: [-1...25], velocity: [8])
    let report = try ControlLoop(.init(rate: 2, fallback: .decelerate(0.9), limits: limits)).run(
      periods: 5, observe: world.observe,
      act: { observation in
        while observation[0] >= 2 && world.applied.count < 5 { usleep(500) }
        return [10 + 100 * observation[0]]
      }, apply: world.apply)
    #expect(report.missedDeadlines == 3)
    let expected = [10, 18, 18 + 7.2, 25, 25].map { min($0, 25) }
    for (applied, expected) in zip(world.applied, expected) { #expect(abs(applied[0] - expected) < 1e-9) }
  }

  /// Even when the answer that failed was late, or the last.
  @Test func aLateErrorIsNotLost() {
    let world = World()
    #expect(throws: PolicyError.badSetting("late")) {
      try ControlLoop(.init(rate: 50)).run(
        periods: 3, observe: world.observe,
        act: { observation in
          guard observation[0] == 2 else { return observation }
          usleep(60_000)
          throw PolicyError.badSetting("late")
        }, apply: world.apply)
    }
  }
}
