import Consistency
import Foundation
import PolicyHead
import Testing

/// Horizons of which something is known.
struct ChunkStitchingTests {
  private let policy: TrainedPolicy

  init() throws { policy = try TinyPolicy.make() }

  private func action(_ index: Int) -> [Double] { [100.1 + 7 * Double(index), sin(Double(index)) / 3] }

  private func inRange(_ action: [Double]) -> Bool { (0...512).contains(action[0]) && (-2...2).contains(action[1]) }

  /// Prefix, suffix, waypoint, goal, and none, in one batch; by chains and by a solver.
  @Test(arguments: [SamplingMethod.consistency(steps: 1), .solver(.heun, intervals: 4)])
  func knownRowsAreReturnedAsTheyAre(sampler: SamplingMethod) throws {
    let known: [[Int: [Double]]] = [
      [0: action(0), 1: action(1)], [5: action(5), 6: action(6), 7: action(7)], [4: action(4)], [7: [1e6, -1e6]], [:],
    ]
    let predictor = try ActionPredictor(policy, sampler: sampler, batch: 6)
    let histories = known.indices.map(TinyPolicy.history)
    let seeds = known.indices.map { UInt64(20 + $0) }
    let found = try predictor.predict(histories, seeds: seeds, call: 3, known: known)
    for (index, rows) in known.enumerated() {
      for row in 0..<TinyPolicy.horizon {
        if let action = rows[row] {
          #expect(found[index][row] == action)
        } else {
          #expect(inRange(found[index][row]))
        }
      }
      // Whatever else is in the batch.
      if !rows.isEmpty {
        let alone = try ActionPredictor(policy, sampler: sampler)
          .predict([histories[index]], seeds: [seeds[index]], call: 3, known: [rows])
        #expect(alone[0] == found[index])
      }
    }
    let free = predictor.predict(histories, seeds: seeds, call: 3)
    #expect(try predictor.predict(histories, seeds: seeds, call: 3, known: known.map { _ in [:] }) == free)
  }

  @Test func knownRowsThatCannotBeAreRefused() throws {
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 1))
    let all = Dictionary(uniqueKeysWithValues: (0..<TinyPolicy.horizon).map { ($0, action($0)) })
    let wrong: [[Int: [Double]]] = [
      [-1: action(0)], [8: action(0)], [0: [1]], [0: [1, 2, 3]], [0: [.nan, 0]], [0: [1e39, 0]], all,
    ]
    for known in wrong {
      let error = #expect(throws: PolicyError.self) {
        try predictor.predict([TinyPolicy.history(0)], seeds: [0], known: [known])
      }
      guard case .badSetting = error else {
        Issue.record("\(known): \(String(describing: error))")
        continue
      }
    }
  }

  @Test func stitchingThatMakesNoChainIsRefused() throws {
    for stitching in [
      ChunkStitching(sigmas: []), .init(sigmas: [0.1, 0.3]), .init(sigmas: [1], softness: 2),
      .init(sigmas: [1], softness: .nan),
      .init(sigmas: [1], temperature: -1),
    ] {
      #expect(throws: PolicyError.self) {
        try ActionPredictor(policy, sampler: .consistency(steps: 1), stitching: stitching)
      }
    }
  }

  private func request(_ call: UInt32, executed: Int = 1, committed: Int = 2, planned: Int = 3) -> ChunkRequest {
    ChunkRequest(
      period: 9, call: call, seed: 4, history: TinyPolicy.history(2), executed: (0..<executed).map { action($0) },
      committed: (executed..<executed + committed).map { action($0) },
      planned: (executed + committed..<executed + committed + planned).map { action($0) })
  }

  /// Row 0 belongs to the period before, row 1 to now.
  @Test func aStitchedChunkBeginsWithWhatIsExecuted() throws {
    let stitching = ChunkStitching(sigmas: [0.8, 0.2])
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 1), stitching: stitching)
    let plain = try ActionPredictor(policy, sampler: .consistency(steps: 1))
    let found = predictor.predict([request(5)])[0]
    #expect(Array(found[..<3]) == (0..<3).map { action($0) })
    #expect(found[3...].allSatisfy { inRange($0) } && found[3] != action(3))
    #expect(predictor.networkCalls(for: request(5)) == 2 && plain.networkCalls(for: request(5)) == 1)
    // Without stitching a request is a history; with it, too, where nothing has been planned yet.
    let free = plain.predict([TinyPolicy.history(2)], seeds: [4], call: 5)
    #expect(plain.predict([request(5)]) == free)
    let first = ChunkRequest(period: 0, call: 5, seed: 4, history: TinyPolicy.history(2))
    #expect(predictor.predict([first]) == free && predictor.networkCalls(for: first) == 1)
  }

  /// Of a plan that reaches far beyond the horizon one row is still drawn.
  @Test func moreThanAHorizonMayBeCommitted() throws {
    let predictor = try ActionPredictor(
      policy, sampler: .consistency(steps: 1), stitching: ChunkStitching(sigmas: [0.8]))
    let found = predictor.predict([request(1, committed: 20)])[0]
    #expect(Array(found[..<7]) == (0..<7).map { action($0) } && inRange(found[7]))
  }

  /// With no noise to speak of the plan stays, the last action being held where it ends; with much it does not.
  @Test func theFirstNoiseDecidesHowMuchOfThePlanIsKept() throws {
    func distance(_ sigma: Double) throws -> Double {
      let predictor = try ActionPredictor(
        policy, sampler: .consistency(steps: 1), stitching: ChunkStitching(sigmas: [sigma]))
      let found = predictor.predict([request(1)])[0]
      return (3..<8).map { abs(found[$0][0] - action(min($0, 5))[0]) }.max()!
    }
    #expect(try distance(1e-4) < 0.5)
    #expect(try distance(5) > 20)
  }

  /// A soft mask draws every planned action towards the plan, the nearest ones most.
  @Test func aSoftMaskKeepsNearToThePlan() throws {
    func distances(_ softness: Double) throws -> [Double] {
      let predictor = try ActionPredictor(
        policy, sampler: .consistency(steps: 1), stitching: ChunkStitching(sigmas: [5], softness: softness))
      let found = predictor.predict([request(1)])[0]
      return (3..<6).map { abs(found[$0][0] - action($0)[0]) }
    }
    let (free, soft) = (try distances(0), try distances(1))
    // Shares of the way to the first action without a plan: 3/4, 2/4, 1/4.
    for (index, share) in [0.75, 0.5, 0.25].enumerated() {
      let weight = share * (exp(share) - 1) / (exp(1) - 1)
      #expect(abs(soft[index] - (1 - weight) * free[index]) < 1e-3 * free[index] + 0.01)
    }
  }

  /// The whole way: what is executed is what every later chunk begins with, whether chunks are late or not.
  @Test(arguments: [0, 2])
  func everyChunkOfALoopBeginsWithTheActionsSinceItsObservations(delay: Int) throws {
    let controller = RecedingHorizon(
      try ActionPredictor(policy, sampler: .consistency(steps: 1), stitching: ChunkStitching(sigmas: [0.8, 0.2])),
      chunks: .init(lead: delay), delay: delay)
    var actions: [[Double]] = []
    var plans: [(period: Int, actions: [[Double]])] = []
    for period in 0..<14 {
      actions.append(try controller.act(TinyPolicy.observation(period)))
      let plan = try #require(controller.plan?.actions)
      if plans.last?.actions != plan { plans.append((period, plan)) }
    }
    #expect(plans.map(\.period) == (delay == 0 ? [0, 3, 6, 9, 12] : [0, 1, 4, 7, 10, 13]))
    for plan in plans.dropFirst() where plan.period + delay <= 13 {
      #expect(Array(plan.actions[..<(1 + delay)]) == Array(actions[plan.period - 1..<plan.period + delay]))
    }
  }
}
