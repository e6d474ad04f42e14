import PolicyHead
import Testing

/// A policy that is asked for one action at a time.
struct RecedingHorizonTests {
  private let policy: TrainedPolicy

  init() throws { policy = try TinyPolicy.make() }

  private func controller(
    seed: UInt64 = 9, limits: ActionLimits = ActionLimits(), maximumAge: Double? = nil
  ) throws -> RecedingHorizon {
    RecedingHorizon(
      try ActionPredictor(policy, sampler: .consistency(steps: 1)), seed: seed, limits: limits, maximumAge: maximumAge)
  }

  private func plan(_ history: [[Double]], call: UInt32) throws -> [[Double]] {
    try ActionPredictor(policy, sampler: .consistency(steps: 1)).predict([history], seeds: [9], call: call)[0]
  }

  @Test func chunksAreExecutedFromTheNewestObservationsRowOn() throws {
    let controller = try controller()
    let actions = try (0..<7).map { try controller.act(TinyPolicy.observation($0)) }
    // The first observation stands for the missing one before it.
    let first = try plan([TinyPolicy.observation(0), TinyPolicy.observation(0)], call: 0)
    #expect(Array(actions[0..<3]) == Array(first[1..<4]))
    let second = try plan([TinyPolicy.observation(2), TinyPolicy.observation(3)], call: 1)
    #expect(Array(actions[3..<6]) == Array(second[1..<4]))
    let third = try plan([TinyPolicy.observation(5), TinyPolicy.observation(6)], call: 2)
    #expect(actions[6] == third[1])
    #expect(controller.plan?.actions == third && controller.plan?.current == 1)
  }

  @Test func resetForgetsEverything() throws {
    let limits = ActionLimits(velocity: [1, 0.01])
    let used = try controller(seed: 1, limits: limits, maximumAge: 1)
    for i in 0..<5 { _ = try used.act(TinyPolicy.observation(i), time: (Double(100 + i), Double(100 + i))) }
    used.reset(seed: 9)
    #expect(used.plan == nil)
    let fresh = try controller(limits: limits, maximumAge: 1)
    for i in 20..<28 {
      let time = (taken: Double(i), now: Double(i))
      #expect(try used.act(TinyPolicy.observation(i), time: time) == fresh.act(TinyPolicy.observation(i), time: time))
    }
  }

  @Test func refusedObservationsChangeNothing() throws {
    let disturbed = try controller(maximumAge: 0.5)
    let calm = try controller(maximumAge: 0.5)
    for i in 0..<8 {
      let time = (taken: Double(i), now: Double(i) + 0.1)
      let good = TinyPolicy.observation(i)
      #expect(throws: PolicyError.observationSize(found: 2, expected: 3)) {
        try disturbed.act(Array(good.dropLast()), time: time)
      }
      for (index, value) in [Double.infinity, -.infinity, 1e39].enumerated() {
        var bad = good
        bad[index] = value
        #expect(throws: PolicyError.observationNotFinite(index: index, value: value)) {
          try disturbed.act(bad, time: time)
        }
      }
      let nan = #expect(throws: PolicyError.self) { try disturbed.act([good[0], good[1], .nan], time: time) }
      guard case .observationNotFinite(2, _) = nan else {
        Issue.record("\(String(describing: nan))")
        return
      }
      // Too old, and not newer than the one before.
      #expect(stale { try disturbed.act(good, time: (time.taken, time.taken + 0.6)) })
      if i > 0 { #expect(stale { try disturbed.act(good, time: (Double(i - 1), time.now)) }) }
      #expect(try disturbed.act(good, time: time) == calm.act(good, time: time))
    }
  }

  private func stale(_ body: () throws -> [Double]) -> Bool {
    do {
      _ = try body()
      return false
    } catch PolicyError.staleObservation {
      return true
    } catch {
      return false
    }
  }

  @Test func limitsHoldForTheWholeEpisode() throws {
    let limits = ActionLimits(position: [100...300, -1...1], velocity: [2, 0.05])
    let controller = try controller(limits: limits)
    let actions = try (0..<20).map { try controller.act(TinyPolicy.observation($0)) }
    for action in actions { #expect((100...300).contains(action[0]) && (-1...1).contains(action[1])) }
    for (before, after) in zip(actions, actions.dropFirst()) {
      #expect(abs(after[0] - before[0]) <= 2 + 1e-9 && abs(after[1] - before[1]) <= 0.05 + 1e-9)
    }
    // An untrained policy jumps: without the limit it would have been broken.
    let free = try self.controller()
    let jumps = try (0..<20).map { try free.act(TinyPolicy.observation($0)) }
    #expect(zip(jumps, jumps.dropFirst()).contains { abs($0[0] - $1[0]) > 2 })
  }

  @Test func limitsAreTheNearestAllowedAction() {
    let limits = ActionLimits(position: [0...10], velocity: [2])
    #expect(limits.apply([50], after: nil) == [10])
    #expect(limits.apply([-3], after: nil) == [0])
    #expect(limits.apply([9], after: [5]) == [7])
    #expect(limits.apply([1], after: [5]) == [3])
    #expect(limits.apply([5.5], after: [5]) == [5.5])
    #expect(limits.apply([50], after: [9]) == [10])
    #expect(ActionLimits().apply([1e9, -1e9], after: [0, 0]) == [1e9, -1e9])
  }
}
