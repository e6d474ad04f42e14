import Environments
import Foundation
import Testing
import TwoWayEnv

/// The world with two ways.
struct TwoWayTests {
  /// The largest distance of one control step.
  private let reach = TwoWayGeometry.maxSpeed / TwoWayGeometry.controlRate

  private func world(at start: TwoWay.Point, maxSteps: Int = 60) throws -> TwoWay {
    let world = TwoWay(maxSteps: maxSteps)
    try world.reset(to: start)
    return world
  }

  @Test func aTargetInReachIsReachedExactly() throws {
    let world = try world(at: [-0.5, -0.5])
    let result = try world.step([-0.6, -0.4])
    #expect(result.observation == [-0.6, -0.4])
    #expect(result.info.position == [-0.6, -0.4] && !result.info.hasCollided && result.info.side == nil)
    #expect(!result.isLast)
  }

  @Test func aFarTargetIsApproachedAtFullSpeed() throws {
    let world = try world(at: [-0.9, -0.9])
    // Along a triangle of sides 3, 4 and 5.
    let position = try world.step([-0.3, -0.1]).info.position
    #expect(abs(position.x - (-0.9 + 0.6 * reach)) < 1e-15 && abs(position.y - (-0.9 + 0.8 * reach)) < 1e-15)
  }

  @Test func standingStillIsPossible() throws {
    let world = try world(at: [0.3, -0.7])
    #expect(try world.step([0.3, -0.7]).observation == [0.3, -0.7])
  }

  /// Straight up at an offset x the discs touch where y = -√(d² - x²).
  @Test(arguments: [0.0, 0.1, -0.25, 0.359])
  func aCollisionStopsTheAgentWhereTheDiscsTouch(x: Double) throws {
    let world = try world(at: [x, -0.8])
    var result = try world.step([x, 0.8])
    while !result.isLast { result = try world.step([x, 0.8]) }
    let d = TwoWayGeometry.contactDistance
    #expect(result.terminated && result.info.hasCollided && world.hasCollided && !world.episode.isSuccess)
    #expect(result.info.position.x == x)
    #expect(abs(result.info.position.y + (d * d - x * x).squareRoot()) < 1e-12)
    #expect(result.info.side == nil)
    #expect(world.episode.maximumReward < 0.5)
    // As many whole steps as fit before the contact, and the one with it.
    #expect(world.episode.stepCount == Int((0.8 + result.info.position.y) / reach) + 1)
  }

  /// The step's ends are both clear of the obstacle, its middle is not.
  @Test func aCornerCannotBeCutThroughTheObstacle() throws {
    let d = TwoWayGeometry.contactDistance
    let inside = try world(at: [0.07, -d + 0.005])
    let result = try inside.step([-0.07, -d + 0.005])
    #expect(result.info.hasCollided)
    // It stops on the circle, on its own side.
    #expect(abs((result.info.position * result.info.position).sum().squareRoot() - d) < 1e-12)
    #expect(result.info.position.x > 0)
    let outside = try world(at: [0.07, -d])
    #expect(try !outside.step([-0.07, -d]).info.hasCollided, "touching is not overlapping")
  }

  @Test(arguments: [(-0.5, TwoWay.Side.left), (0.5, .right)])
  func theSideIsDecidedAtTheObstaclesCentreLine(x: Double, side: TwoWay.Side) throws {
    let world = try world(at: [x, -0.01])
    #expect(try world.step([x, -0.001]).info.side == nil)
    #expect(try world.step([x, 0]).info.side == side)
    // Coming again on the other side, round below, changes nothing.
    for target in [[x, -0.1], [x, -0.5], [-x, -0.5], [-x, 0.2]] {
      for _ in 0..<8 { _ = try world.step(target) }
    }
    #expect(world.position == [-x, 0.2] && world.side == side)
    // The next episode has not decided.
    try world.reset()
    #expect(world.side == nil)
  }

  @Test func reachingTheGoalSolvesTheTask() throws {
    let world = try world(at: [0, 0.6])
    let before = try world.step([0, 0.699])
    #expect(!before.isLast && abs(before.reward - 0.5 * 0.099 / 0.2) < 1e-12)
    let result = try world.step([0, 0.701])
    #expect(result.terminated && !result.truncated && result.reward == 1)
    #expect(world.episode.isSuccess && world.episode.maximumReward == 1)
    #expect(throws: EnvironmentError.stepAfterEnd(steps: 2)) { try world.step([0, 0]) }
  }

  @Test func rewardsStayInTheirRangeAndReachOneOnlyBySuccess() throws {
    var random = PCG64(seed: 3)
    for seed in UInt64(0)..<200 {
      let world = TwoWay()
      _ = try world.reset(seed: seed, generator: .legacy)
      while !world.episode.isOver {
        let result = try world.step([random.uniform(in: -1..<1), random.uniform(in: -0.5..<1)])
        #expect((0...1).contains(result.reward))
        let distance = (result.info.position * result.info.position).sum().squareRoot()
        #expect(distance >= TwoWayGeometry.contactDistance - 1e-12)
      }
      #expect((world.episode.maximumReward == 1) == world.episode.isSuccess)
    }
  }

  @Test func episodesAreTruncatedAtTheStepLimit() throws {
    let world = try world(at: [0.5, -0.5], maxSteps: 3)
    let results = try (0..<3).map { _ in try world.step([0.5, -0.5]) }
    #expect(results.map(\.truncated) == [false, false, true])
    #expect(results.allSatisfy { !$0.terminated })
    #expect(throws: EnvironmentError.stepAfterEnd(steps: 3)) { try world.step([0, 0]) }
  }

  @Test func resetForgetsTheEpisodeBefore() throws {
    let world = TwoWay()
    let first = try world.reset(seed: 5, generator: .gymnasium)
    while !world.episode.isOver { _ = try world.step([0, 0.8]) }
    #expect(world.hasCollided)
    #expect(try world.reset(seed: 5, generator: .gymnasium) == first)
    #expect(world.episode == EpisodeRecord() && !world.hasCollided && world.side == nil)
  }

  @Test func unusableInputIsRefusedAndChangesNothing() throws {
    let world = TwoWay()
    #expect(throws: EnvironmentError.stepBeforeReset) { try world.step([0, 0]) }
    #expect(throws: RenderingError.nothingToDraw) { try world.render(size: 64) }
    try world.reset(to: [0.5, 0.5])
    #expect(throws: EnvironmentError.nonFiniteAction(index: 1, value: "nan")) { try world.step([1, .nan]) }
    #expect(throws: EnvironmentError.wrongActionCount(expected: 2, found: 1)) { try world.step([1]) }
    #expect(throws: EnvironmentError.stateOutOfRange(name: "x", value: "1.5", low: -1, high: 1)) {
      try world.reset(to: [1.5, 0])
    }
    #expect(throws: EnvironmentError.self) { try world.reset(to: [0, .nan]) }
    #expect(throws: EnvironmentError.self) { try world.reset(to: [0.2, 0.2]) }
    #expect(world.position == [0.5, 0.5] && world.episode.stepCount == 0)
  }

  @Test func hugeFiniteActionsAreClampedToTheWorld() throws {
    let world = try world(at: [0.5, -0.5])
    for _ in 0..<20 { _ = try world.step([1e300, -1e300]) }
    #expect(world.position == [1, -1])
  }

  @Test func pictureShowsGoalObstacleAgentAndPlan() throws {
    let world = try world(at: [-0.5, -0.8])
    let frame = try world.render(size: 200, plan: [[-0.5, 0], [-0.5, 0.2]])
    // A unit is 100 pixels; y = 1 is the top row.
    func pixel(_ x: Double, _ y: Double) -> UInt32 { frame.pixels[Int((1 - y) * 100) * 200 + Int((1 + x) * 100)] }
    #expect(pixel(-0.5, -0.8) == 0x4169e1)
    #expect(pixel(0, 0.8) == 0xb4eeb4)
    #expect(pixel(0, 0) == 0x778899)
    #expect(pixel(-0.5, 0) != 0xffffff && pixel(-0.5, 0.2) != 0xffffff && pixel(0.5, 0) == 0xffffff)
    while !world.episode.isOver { _ = try world.step([0, -0.2]) }
    #expect(world.hasCollided)
    let after = try world.render(size: 200)
    let place = SIMD2((1 + world.position.x) * 100, (1 - world.position.y) * 100)
    #expect(after.pixels[Int(place.y) * 200 + Int(place.x)] == 0xc92a2a)
  }
}
