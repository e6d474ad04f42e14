import Environments
import Foundation
import PushTEnv
import TestSupport
import Testing

struct PushTTests {
  @Test func resetForgetsTheEpisodeBefore() throws {
    let environment = PushT()
    let first = try environment.reset(seed: 5, generator: .gymnasium)
    var trace: [[Double]] = []
    for step in 0..<40 { trace.append(try environment.step([Double(step * 12), 256]).observation) }
    #expect(try environment.reset(seed: 5, generator: .gymnasium) == first)
    #expect(environment.episode == EpisodeRecord())
    for step in 0..<40 { #expect(try environment.step([Double(step * 12), 256]).observation == trace[step]) }
  }

  @Test func blockOnTheGoalSolvesTheTask() throws {
    let environment = PushT()
    let state = PushTState(agent: Point(450, 60), block: PushTGeometry.goal)
    try environment.reset(to: state, order: .angleThenPosition)
    let result = try environment.step([450, 60])
    #expect(result.terminated && !result.truncated)
    #expect(abs(result.info.coverage - 1) < 1e-9)
    #expect(result.reward == 1)
    #expect(environment.episode.isSuccess && environment.episode.maximumReward == 1)
    #expect(throws: EnvironmentError.stepAfterEnd(steps: 1)) { try environment.step([0, 0]) }
  }

  @Test func coverageEqualsAreaCountedOnAGrid() {
    for index in 0..<6 {
      let pose = PushTPose(
        position: Point(236 + 9 * Double(index), 270 - 6 * Double(index)), angle: 0.3 + 0.4 * Double(index))
      let points = (0..<600 * 600).map { index -> Point in
        let column = Double(index % 600)
        let row = Double(index / 600)
        return Point(column / 4 - 74.875, row / 4 - 14.875)
      }
      let inside = points.filter(isInT)
      let shared = pose.toWorld(inside).count { isInT(PushTGeometry.goal.toLocal($0)) }
      #expect(abs(pose.coverage - Double(shared) / Double(inside.count)) < 2e-3)
    }
    #expect(PushTGeometry.goal.coverage.isApproximately(1))
    #expect(PushTPose(position: Point(50, 50), angle: 0).coverage == 0)
  }

  @Test func episodesAreTruncatedAtTheStepLimit() throws {
    let environment = PushT(maxSteps: 3)
    _ = try environment.reset(seed: 1, generator: .legacy)
    let results = try (0..<3).map { _ in try environment.step([10, 10]) }
    #expect(results.map(\.truncated) == [false, false, true])
    #expect(results.allSatisfy { !$0.terminated })
    #expect(throws: EnvironmentError.stepAfterEnd(steps: 3)) { try environment.step([0, 0]) }
  }

  @Test func unusableInputIsRefusedAndChangesNothing() throws {
    let environment = PushT()
    #expect(throws: EnvironmentError.stepBeforeReset) { try environment.step([1, 1]) }
    #expect(throws: RenderingError.nothingToDraw) { try environment.render(size: 64) }
    _ = try environment.reset(seed: 1, generator: .legacy)
    let state = environment.state
    #expect(throws: EnvironmentError.nonFiniteAction(index: 1, value: "nan")) { try environment.step([1, .nan]) }
    #expect(throws: EnvironmentError.nonFiniteAction(index: 0, value: "inf")) { try environment.step([.infinity, 1]) }
    #expect(throws: EnvironmentError.wrongActionCount(expected: 2, found: 3)) { try environment.step([1, 2, 3]) }
    #expect(throws: EnvironmentError.self) {
      try environment.reset(to: PushTState([256, 256, .nan, 256, 0]), order: .positionThenAngle)
    }
    #expect(throws: EnvironmentError.wrongStateCount(expected: 5, found: 4)) { try PushTState([1, 2, 3, 4]) }
    #expect(environment.state == state)
    #expect(environment.episode.stepCount == 0)
  }

  @Test func hugeFiniteActionsAreClampedToTheWorld() throws {
    let environment = PushT()
    _ = try environment.reset(seed: 1, generator: .legacy)
    for _ in 0..<30 { _ = try environment.step([1e300, -1e300]) }
    #expect(abs(environment.state.agent.x - 512) < 1 && abs(environment.state.agent.y) < 1)
  }

  @Test func keypointObservationFollowsTheBlock() throws {
    let state = PushTState(agent: Point(1, 2), block: PushTPose(position: Point(100, 200), angle: .pi / 2))
    let observation = state.keypointObservation
    #expect(observation.count == 20)
    // A quarter turn takes (x, y) to (-y, x).
    #expect(abs(observation[0] - (100 - 90.04097352)) < 1e-9)
    #expect(abs(observation[1] - (200 + 9.26978671)) < 1e-9)
    #expect(Array(observation.suffix(2)) == [1, 2])
  }

  @Test func stateObservationReducesTheAngle() throws {
    let state = try PushTState([1, 2, 3, 4, -0.5])
    #expect(state.stateObservation == [1, 2, 3, 4, -0.5 + 2 * .pi])
    #expect(try PushTState([1, 2, 3, 4, 7]).stateObservation == [1, 2, 3, 4, 7 - 2 * .pi])
  }

  @Test(arguments: [(-4.0, PushTFirstContact.Side.left), (4, .right)])
  func firstContactTellsTheSide(offset: Double, side: PushTFirstContact.Side) throws {
    let environment = PushT()
    // The T hangs stem down with its centre of gravity at (256, 245); the agent comes down on one end of the bar.
    // Seen from above, facing down the picture, the picture's right is the agent's left.
    let x = 256 - 12 * offset
    let state = PushTState(agent: Point(256, 100), block: PushTPose(position: Point(256, 200), angle: 0))
    try environment.reset(to: state, order: .angleThenPosition)
    #expect(environment.firstContact == nil)
    for _ in 0..<8 { _ = try environment.step([x, 130]) }
    for _ in 0..<8 { _ = try environment.step([x, 210]) }
    let contact = try #require(environment.firstContact)
    #expect(contact.side == side)
    #expect(contact.step >= 8)
    #expect(abs(contact.angleInBlock - atan2(-45, -12 * offset)) < 0.1)
  }

  @Test func pictureShowsGoalBlockAndAgent() throws {
    let environment = PushT()
    let state = PushTState(agent: Point(100, 400), block: PushTPose(position: Point(400, 100), angle: 0))
    try environment.reset(to: state, order: .angleThenPosition)
    let frame = try environment.render(size: 512, plan: [[300, 450], [320, 460]])
    #expect(frame.pixels[400 * 512 + 100] == 0x4169e1)
    let goal = PushTGeometry.goal.toWorld([Point(0, 60)])[0]
    #expect(frame.pixels[Int(goal.y) * 512 + Int(goal.x)] == 0xb4eeb4)
    let block = frame.pixels[(100 + 15) * 512 + 400]
    #expect(block != 0xffffff && block != 0xb4eeb4)
    #expect(frame.pixels[450 * 512 + 300] != 0xffffff)
  }

  @Test func animationOfAWholeEpisodeStaysUnderOneMegabyte() throws {
    let environment = PushT()
    var random = PCG64(seed: 1)
    _ = try environment.reset(seed: 1, generator: .gymnasium)
    var frames: [Frame] = []
    while !environment.episode.isOver {
      _ = try environment.step([random.uniform(in: 0..<512), random.uniform(in: 0..<512)])
      frames.append(try environment.render(size: 192))
    }
    #expect(frames.count == 300)
    #expect(try GIF.encode(frames, framesPerSecond: 10).count < 1_000_000)
  }

  @Test func worldsOnManyThreadsDoNotDisturbEachOther() throws {
    let traces = try fixture("pusht_traces.json", as: Traces.self)
    let episode = traces.episodes[0]
    let start = try PushTState(episode.reset)
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let simulation = PushTSimulation()
      #expect(throws: Never.self) { try simulation.reset(to: start, order: episode.reset_order) }
      for action in episode.actions { simulation.advance(toward: Point(action[0], action[1])) }
      #expect(simulation.state.values == episode.states.last)
    }
  }

  private func isInT(_ point: Point) -> Bool {
    (abs(point.x) < 60 && point.y > 0 && point.y < 30) || (abs(point.x) < 15 && point.y >= 30 && point.y < 120)
  }
}

extension Double {
  fileprivate func isApproximately(_ other: Double) -> Bool { abs(self - other) < 1e-12 }
}
