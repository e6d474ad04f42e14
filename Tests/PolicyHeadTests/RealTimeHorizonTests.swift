import Foundation
import PolicyHead
import Synchronization
import Testing

/// Chunks that are computed while others are executed. Only what holds on a slow and busy machine is expected.
struct RealTimeHorizonTests {
  /// Observations that count the periods, and what was applied.
  private final class World: Sendable {
    private let state = Mutex<(observed: Int, applied: [Double])>((0, []))

    func observe() -> [Double] {
      state.withLock { state in
        defer { state.observed += 1 }
        return [Double(state.observed)]
      }
    }

    func apply(_ action: [Double]) { state.withLock { $0.applied.append(action[0]) } }
    var applied: [Double] { state.withLock(\.applied) }
    var observed: Int { state.withLock(\.observed) }
  }

  /// Rows 0 to 49: the action for period p is p, plus a thousandth per decision.
  private static func answer(_ request: ChunkRequest) -> [[Double]] {
    (0..<50).map { [Double(request.period + $0) + 0.001 * Double(request.call)] }
  }

  @Test(arguments: [RealTimeHorizon.Mode.inline, .deadline])
  func chunksFollowEachOther(_ mode: RealTimeHorizon.Mode) throws {
    let world = World()
    let horizon = RealTimeHorizon(observationSteps: 1, actionSteps: 3, mode: mode, predict: Self.answer)
    let report = try ControlLoop(.init(rate: 4)).run(
      periods: 7, observe: world.observe, horizon: horizon, apply: world.apply)
    let expected = [0, 1, 2, 3.001, 4.001, 5.001, 6.002]
    #expect(world.applied == expected)
    #expect(report.chunks == 3 && report.jumps.border.count == 2 && report.jumps.inside.count == 4)
    let times = try [report.chunkP50, report.chunkP99, report.chunkMax].map { try #require($0) }
    #expect(times[0] >= 0 && times == times.sorted())
  }

  /// A head start wakes what an inline prediction needs before every period, changes no action, and wakes nothing where
  /// another thread predicts.
  @Test(arguments: [RealTimeHorizon.Mode.inline, .deadline])
  func aHeadStartWakesInlineInference(_ mode: RealTimeHorizon.Mode) throws {
    let world = World()
    let wokenBefore = Mutex<[Int]>([])
    let horizon = RealTimeHorizon(
      observationSteps: 1, actionSteps: 1, mode: mode,
      wake: { wokenBefore.withLock { $0.append(world.observed) } }, predict: Self.answer)
    let report = try ControlLoop(.init(rate: 4, headStart: 0.02)).run(
      periods: 5, observe: world.observe, horizon: horizon, apply: world.apply)
    #expect(world.applied.map { Int($0) } == [0, 1, 2, 3, 4] && report.chunks == 5)
    let woken = wokenBefore.withLock { $0 }
    // A period that the machine begins late has no head start.
    if case .inline = mode {
      #expect(!woken.isEmpty && Set(woken).isSubset(of: 0..<5))
    } else {
      #expect(woken.isEmpty)
    }
  }

  /// The second answer is held back for some periods: meanwhile the first chunk goes on, and then the periods fit.
  @Test func theOldChunkIsExecutedUntilTheNextOneIsThere() throws {
    let world = World()
    let horizon = RealTimeHorizon(
      observationSteps: 1, actionSteps: 3, mode: .asynchronous, chunks: .init(lead: 1)
    ) { request in
      if request.call == 1 { while world.applied.count < 12 && world.observed < 30 { usleep(500) } }
      return Self.answer(request)
    }
    let report = try ControlLoop(.init(rate: 20)).run(
      periods: 30, observe: world.observe, horizon: horizon, apply: world.apply)
    let applied = world.applied
    // Before the first chunk nothing is applied; from then on period p gets an action for period p.
    let first = 30 - applied.count
    for (index, action) in applied.enumerated() { #expect(Int(action) == first + index) }
    // Nothing of the second chunk is there before twelve actions have been applied.
    #expect(applied.prefix(12).allSatisfy { $0 == $0.rounded() })
    #expect(applied.contains { $0 != $0.rounded() })
    #expect(report.chunks >= 2)
  }

  /// What was planned, and what is being computed, does not survive a reset.
  @Test func resetForgetsWhatIsBeingComputed() throws {
    let world = World()
    let answered = Mutex<[UInt64]>([])
    let appliedBefore = Atomic(0)
    let horizon = RealTimeHorizon(
      observationSteps: 1, actionSteps: 3, mode: .asynchronous, chunks: .init(lead: 3), seed: 1
    ) { request in
      // An answer of the first episode comes after the second has begun.
      if request.seed == 1 && request.call == 1 { while world.observed < 9 { usleep(500) } }
      answered.withLock { $0.append(request.seed) }
      return (0..<50).map { [Double(request.seed) * 100 + Double(request.period + $0)] }
    }
    _ = try ControlLoop(.init(rate: 20)).run(
      periods: 30,
      observe: {
        let observation = world.observe()
        if observation == [8] {
          appliedBefore.store(world.applied.count, ordering: .relaxed)
          horizon.reset(seed: 2)
        }
        return observation
      }, horizon: horizon, apply: world.apply)
    let second = world.applied.dropFirst(appliedBefore.load(ordering: .relaxed))
    #expect(!second.isEmpty && second.allSatisfy { $0 >= 200 })
    // Periods count from the reset.
    for action in second { #expect(action < 200 + 22) }
    #expect(answered.withLock { $0.contains(1) && $0.contains(2) })
  }

  @Test(arguments: [RealTimeHorizon.Mode.inline, .deadline, .asynchronous])
  func anErrorOfThePolicyEndsTheLoop(_ mode: RealTimeHorizon.Mode) {
    let world = World()
    let horizon = RealTimeHorizon(observationSteps: 1, actionSteps: 1, mode: mode, chunks: .init(lead: 1)) { request in
      if request.call == 2 { throw PolicyError.badSetting("enough") }
      return Self.answer(request)
    }
    #expect(throws: PolicyError.badSetting("enough")) {
      try ControlLoop(.init(rate: 50)).run(
        periods: 1000, observe: world.observe, horizon: horizon, apply: world.apply)
    }
    #expect(world.applied.count < 1000)
  }

  @Test func everyRunBeginsAnEpisode() throws {
    let horizon = RealTimeHorizon(
      observationSteps: 1, actionSteps: 3, mode: .inline, seed: 4,
      predict: { request in [[Double(request.seed)], [Double(request.call)], request.history[0]] })
    for run in 0..<2 {
      let world = World()
      let report = try ControlLoop(.init(rate: 200)).run(
        periods: 5, observe: { [Double(run)] }, horizon: horizon, apply: world.apply)
      #expect(world.applied == [4, 0, Double(run), 4, 1])
      #expect(report.chunks == 2 && report.jumps.border.count == 1)
    }
  }

  @Test(arguments: [RealTimeHorizon.Mode.inline, .deadline])
  func badObservationsAreRefused(_ mode: RealTimeHorizon.Mode) throws {
    let horizon = RealTimeHorizon(
      try ActionPredictor(try TinyPolicy.make(), sampler: .consistency(steps: 1)), mode: mode)
    let world = World()
    #expect(throws: PolicyError.observationNotFinite(index: 1, value: .infinity)) {
      try ControlLoop(.init(rate: 50)).run(
        periods: 100, observe: { [0, .infinity, 200] }, horizon: horizon, apply: world.apply)
    }
    #expect(world.applied.isEmpty)
  }

  /// Also while a chunk is executed that needs none.
  @Test func everyObservationIsChecked() throws {
    let horizon = RealTimeHorizon(
      try ActionPredictor(try TinyPolicy.make(), sampler: .consistency(steps: 1)), mode: .inline)
    let world = World()
    let observed = Atomic(0)
    #expect(throws: PolicyError.observationSize(found: 1, expected: 3)) {
      try ControlLoop(.init(rate: 50)).run(
        periods: 100,
        observe: {
          let period = observed.wrappingAdd(1, ordering: .relaxed).oldValue
          return period == 1 ? [0] : TinyPolicy.observation(period)
        }, horizon: horizon, apply: world.apply)
    }
    #expect(world.applied.count == 1)
  }

  /// In period 2 the sensor repeats itself, in period 4 it is far behind: the fallback is applied, and the plan goes on in time.
  @Test func staleObservationsAreNotActedOn() throws {
    let world = World()
    let horizon = RealTimeHorizon(observationSteps: 1, actionSteps: 4, mode: .inline, predict: Self.answer)
    let last = Mutex(0.0)
    let report = try ControlLoop(.init(rate: 20, maximumAge: 0.5)).run(
      periods: 7,
      observe: {
        let period = world.observe()
        let now = MonotonicClock.now()
        let taken = period[0] == 2 ? last.withLock(\.self) : period[0] == 4 ? now - 0.6 : now
        last.withLock { $0 = taken }
        return ControlLoop.Observation(period, taken: taken)
      }, horizon: horizon, apply: world.apply)
    #expect(report.staleObservations == 2 && report.missedDeadlines >= 2)
    #expect(world.applied == [0, 1, 1, 3, 3, 5.001, 6.001])
  }

  /// A horizon in real time and one whose time is counted in calls are the same policy.
  @Test func itIsARecedingHorizon() throws {
    let policy = try TinyPolicy.make()
    let expected = RecedingHorizon(try ActionPredictor(policy, sampler: .consistency(steps: 1)), seed: 9)
    let applied = Mutex<[[Double]]>([])
    let observed = Atomic(0)
    // Two threads share a network call.
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 1), threads: 2)
    _ = try ControlLoop(.init(rate: 100)).run(
      periods: 7,
      observe: { TinyPolicy.observation(observed.wrappingAdd(1, ordering: .relaxed).oldValue) },
      horizon: RealTimeHorizon(predictor, mode: .inline, seed: 9),
      apply: { action in applied.withLock { $0.append(action) } })
    #expect(try applied.withLock(\.self) == (0..<7).map { try expected.act(TinyPolicy.observation($0)) })
  }
}
