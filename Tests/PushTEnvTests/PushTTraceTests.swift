import Environments
import Foundation
import PushTEnv
import TestSupport
import Testing

/// Episodes recorded from gym-pusht 0.1.8 on pymunk 6.11.
struct Traces: Decodable {
  struct Episode: Decodable {
    let reset: [Double]
    let reset_order: PushTSimulation.ResetOrder
    let actions: [[Double]]
    /// One more than actions; the first is after the reset.
    let states: [[Double]]
    let coverage: [Double]
  }

  let episodes: [Episode]
}

struct PushTTraceTests {
  @Test func shortEpisodesEqualTheReferenceBitForBit() throws {
    let traces = try fixture("pusht_traces.json", as: Traces.self)
    #expect(traces.episodes.count == 2)
    for episode in traces.episodes { try check(episode) }
  }

  @Test(.enabled(if: SharedData.has("pusht/gym_pusht_traces.json"), "needs the shared Push-T data"))
  func allEpisodesEqualTheReferenceBitForBit() throws {
    let traces: Traces = try SharedData.json("pusht/gym_pusht_traces.json")
    #expect(traces.episodes.count == 23)
    for episode in traces.episodes { try check(episode) }
  }

  private func check(_ episode: Traces.Episode) throws {
    let environment = PushT(observation: .state)
    try environment.reset(to: PushTState(episode.reset), order: episode.reset_order)
    #expect(environment.state.values == episode.states[0])
    for (step, action) in episode.actions.enumerated() {
      let result = try environment.step(action)
      try #require(result.info.state.values == episode.states[step + 1], "state after step \(step)")
      #expect(abs(result.info.coverage - episode.coverage[step]) <= 1e-9, "coverage after step \(step)")
    }
    let best = episode.coverage.max() ?? 0
    #expect(abs(environment.episode.maximumReward - PushT.reward(coverage: best)) <= 1e-8)
  }
}
