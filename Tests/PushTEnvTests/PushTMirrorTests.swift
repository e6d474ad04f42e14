import Datasets
import Environments
import Foundation
import PushTEnv
import TestSupport
import Testing

/// The mirror image of Push-T is Push-T.
@Suite("Push-T's mirror")
struct PushTMirrorTests {
  @Test func theGoalIsItsOwnImage() {
    let goal = PushTGeometry.goal
    let image = PushTMirror.image(of: goal)
    #expect(image == goal)
    // The T's outline falls on itself, its two halves exchanged.
    let outline = goal.toWorld(PushTGeometry.outline)
    for point in outline.map(PushTMirror.image(of:)) {
      #expect(outline.contains { abs($0.x - point.x) + abs($0.y - point.y) < 1e-9 })
    }
  }

  @Test(arguments: [PushT.ObservationKind.keypoints, .state])
  func anObservationIsThatOfTheMirroredState(kind: PushT.ObservationKind) throws {
    let symmetry = try #require(PushT(observation: kind).symmetries.first)
    #expect(symmetry.observationCount == PushT(observation: kind).observationCount && symmetry.actionCount == 2)
    for seed in UInt64(0)..<20 {
      let state = try PushTState.drawn(seed: seed, generator: .gymnasium)
      let image = PushTMirror.image(of: state)
      func observation(_ state: PushTState) -> [Double] {
        kind == .keypoints ? state.keypointObservation : state.stateObservation
      }
      let mirrored = symmetry.observation(observation(state))
      #expect(zip(mirrored, observation(image)).allSatisfy { abs($0 - $1) < 1e-5 }, "seed \(seed)")
      let twice = symmetry.observation(mirrored)
      #expect(zip(twice, observation(state)).allSatisfy { abs($0 - $1) < 1e-5 }, "seed \(seed)")
    }
    #expect(symmetry.action([10, 200]) == [312, 502])
  }

  private static let file = "pusht/pusht_cchi_v7_replay.zarr"

  /// The image of every demonstration solves the image of its start as well as it solved its own. Single episodes part
  /// from their images where contacts amplify rounding, and at the walls, which stand one unit off; the mean stays.
  @Test(.enabled(if: SharedData.has(file), "needs the Push-T demonstrations below SALTUS_DATA"))
  func mirroredDemonstrationsScoreAsRecorded() throws {
    let episodes = try DatasetFile(SharedData.folder.appendingPathComponent(Self.file)).episodes(columns: [
      "state", "action",
    ])
    let states = try episodes.column("state").values
    let actions = try episodes.column("action").values
    let symmetry = PushTMirror.symmetry(of: .state)
    var scores: [Double] = []
    for episode in 0..<episodes.count {
      let steps = episodes.steps(of: episode)
      let first = steps.lowerBound
      let start = symmetry.observation(states[first * 5..<first * 5 + 5].map(Double.init))
      let simulation = PushTSimulation()
      try simulation.reset(to: PushTState(start), order: .angleThenPosition)
      var coverage = 0.0
      for step in steps {
        let target = symmetry.action([Double(actions[step * 2]), Double(actions[step * 2 + 1])])
        simulation.advance(toward: Point(target[0], target[1]))
        coverage = max(coverage, simulation.state.block.coverage)
      }
      scores.append(PushT.reward(coverage: coverage))
    }
    // 0.947 as recorded.
    #expect(abs(scores.reduce(0, +) / Double(scores.count) - 0.947) < 0.01)
  }
}
