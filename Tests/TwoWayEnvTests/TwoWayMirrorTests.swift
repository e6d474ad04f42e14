import Environments
import Testing
import TwoWayEnv

/// The mirror image of the two-way world is the two-way world.
@Suite("The two-way world's mirror")
struct TwoWayMirrorTests {
  @Test func goalObstacleAndAmbiguousStartAreTheirOwnImages() {
    for point in [TwoWayGeometry.goal, TwoWayGeometry.obstacle, TwoWayGeometry.ambiguousStart] {
      #expect(TwoWayMirror.image(of: point) == point)
    }
  }

  @Test func theSymmetryIsOfItsObservationsAndActionsAndItsOwnInverse() throws {
    let world = TwoWay()
    let symmetry = try #require(world.symmetries.first)
    #expect(symmetry.observationCount == world.observationCount && symmetry.actionCount == world.actionCount)
    #expect(symmetry.observation([0.3, -0.2]) == [-0.3, -0.2] && symmetry.action([-0.7, 0.1]) == [0.7, 0.1])
  }

  /// Random walks that collide, arrive, and run out of time; bit for bit.
  @Test func mirroredActionsPlayTheMirroredEpisode() throws {
    let symmetry = TwoWayMirror.symmetry
    var random = PCG64(seed: 1)
    var (collisions, successes, sides) = (0, 0, 0)
    for seed in UInt64(0)..<300 {
      let world = TwoWay()
      let image = TwoWay()
      let first = try world.reset(seed: seed, generator: .gymnasium)
      try image.reset(to: TwoWayMirror.image(of: world.position))
      #expect([image.position.x, image.position.y] == symmetry.observation(first))
      let drift = random.uniform(in: -0.9..<0.9)
      while !world.episode.isOver {
        // Sideways, past the obstacle or into it, and then to the goal.
        let y = world.position.y
        let aim = y > 0.2 ? [0, 0.8] : [drift, y < -0.3 ? -0.2 : 0.4]
        let action = aim.map { $0 + random.uniform(in: -0.3..<0.3) }
        let result = try world.step(action)
        let mirrored = try image.step(symmetry.action(action))
        #expect(mirrored.observation == symmetry.observation(result.observation))
        #expect(mirrored.reward == result.reward)
        #expect(mirrored.info.hasCollided == result.info.hasCollided)
        #expect(mirrored.info.side == result.info.side.map { $0 == .left ? .right : .left })
      }
      #expect(image.episode == world.episode)
      collisions += world.hasCollided ? 1 : 0
      successes += world.episode.isSuccess ? 1 : 0
      sides += world.side == nil ? 0 : 1
    }
    #expect(collisions > 30 && successes > 30 && sides > 30, "\(collisions), \(successes), \(sides)")
  }
}
