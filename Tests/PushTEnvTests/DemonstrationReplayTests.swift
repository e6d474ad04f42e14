import Datasets
import Environments
import Foundation
import PushTEnv
import TestSupport
import Testing

/// All 206 human demonstrations of Push-T, replayed open loop.
@Suite("Replayed demonstrations")
struct DemonstrationReplayTests {
  private static let file = "pusht/pusht_cchi_v7_replay.zarr"

  @Test(.enabled(if: SharedData.has(file), "needs the Push-T demonstrations below SALTUS_DATA"))
  func endWithinAHundredthOfAPixelAndScoreAsRecorded() throws {
    let episodes = try DatasetFile(SharedData.folder.appendingPathComponent(Self.file)).episodes(columns: [
      "state", "action",
    ])
    #expect(episodes.count == 206 && episodes.stepCount == 25_650)
    let states = try episodes.column("state").values
    let actions = try episodes.column("action").values
    var worst = 0.0
    var scores: [Double] = []
    var successes = 0
    for episode in 0..<episodes.count {
      let steps = episodes.steps(of: episode)
      func recorded(_ step: Int) -> [Double] { states[step * 5..<step * 5 + 5].map(Double.init) }
      let simulation = PushTSimulation()
      try simulation.reset(to: PushTState(recorded(steps.lowerBound)), order: .angleThenPosition)
      var coverage = 0.0
      for step in steps {
        if step == steps.upperBound - 1 {
          // The last recorded state is the one before the last action.
          let (end, found) = (recorded(step), simulation.state.values)
          for i in 0..<4 { worst = max(worst, abs(end[i] - found[i])) }
        }
        simulation.advance(toward: Point(x: Double(actions[step * 2]), y: Double(actions[step * 2 + 1])))
        coverage = max(coverage, simulation.state.block.coverage)
      }
      scores.append(PushT.reward(coverage: coverage))
      if coverage > 0.95 { successes += 1 }
    }
    #expect(worst < 0.01)
    #expect(abs(scores.reduce(0, +) / 206 - 0.947) < 0.0005)
    #expect(successes == 7)
  }
}
