import Foundation

/// A push: start at a point beside the block, at rest, and go in a direction.
struct PushTPush {
  /// Centre of the agent before the push, clear of the block.
  var start: Point
  /// Unit vector of the agent's motion.
  var direction: Point
  /// Pixels per control step.
  var speed: Double
}

/// Looks ahead with a simulation of its own: what would this push do to the block's distance from its goal?
final class PushTPushPlanner {
  /// Speeds a push may have, in pixels per control step.
  static let speeds = [5.0, 11, 18]

  private let simulation = PushTSimulation()

  /// Root mean square distance of the T's points from where they should be, in pixels.
  static func error(_ block: PushTPose) -> Double {
    let goal = PushTGeometry.goal
    // Area centroid of the T, and the radius of gyration about it.
    let centroid = [Point(0, 40.714)]
    let offset = block.toWorld(centroid)[0] - goal.toWorld(centroid)[0]
    let turn = 2 * 47.0 * 47.0 * (1 - cos(block.angle - goal.angle))
    return ((offset * offset).sum() + turn).squareRoot()
  }

  /// All pushes square to the T's outline from where the agent can stand.
  func pushes(of block: PushTPose) -> [PushTPush] {
    let outline = PushTGeometry.outline
    var result: [PushTPush] = []
    for (index, corner) in outline.enumerated() {
      let edge = outline[(index + 1) % outline.count] - corner
      let length = (edge * edge).sum().squareRoot()
      let along = edge / length
      let outward = Point(along.y, -along.x)
      let count = Int((length / 9).rounded())
      for step in 0..<count {
        let contact = corner + along * (length * (Double(step) + 0.5) / Double(count))
        let local = contact + outward * (PushTGeometry.agentRadius + 8)
        let points = block.toWorld([local, local - outward])
        guard (4...508).contains(points[0].x), (4...508).contains(points[0].y) else { continue }
        guard block.distance(to: points[0]) > PushTGeometry.agentRadius + 5 else { continue }
        for speed in Self.speeds.dropFirst() {
          result.append(PushTPush(start: points[0], direction: points[1] - points[0], speed: speed))
        }
      }
    }
    return result
  }

  /// The outcome of a push: the smallest error on its way, and the control steps and the state there.
  struct Outcome {
    var error: Double
    var steps: Int
    var state: PushTState
  }

  /// Simulates a push for up to `steps` control steps, from a moving agent if `velocity` says so.
  func outcome(
    of push: PushTPush, block: PushTPose, velocity: Point = .zero, steps: Int
  ) -> Outcome {
    let start = PushTState(agent: push.start, block: block)
    var best = Outcome(error: Self.error(block), steps: 0, state: start)
    guard (try? simulation.reset(to: start, order: .angleThenPosition, agentVelocity: velocity)) != nil else {
      return best
    }
    for step in 1...steps {
      simulation.advance(toward: Self.target(simulation.state.agent, push))
      let state = simulation.state
      let error = Self.error(state.block)
      if error < best.error { best = Outcome(error: error, steps: step, state: state) }
      if error > best.error + 25 { break }
    }
    return best
  }

  /// Whether one step towards a target leaves the block where it is.
  func isFree(_ target: Point, from state: PushTState, velocity: Point) -> Bool {
    guard (try? simulation.reset(to: state, order: .angleThenPosition, agentVelocity: velocity)) != nil else {
      return false
    }
    let before = simulation.state.block
    // The second step shows whether the agent could still stop.
    simulation.advance(toward: target)
    simulation.advance(toward: simulation.state.agent)
    let moved = simulation.state.block.position - before.position
    return (moved * moved).sum() < 0.01 && abs(simulation.state.block.angle - before.angle) < 1e-3
  }

  /// The action that keeps the agent at a push's speed: at steady speed it trails its target by 0.2 s.
  static func target(_ agent: Point, _ push: PushTPush) -> Point { agent + push.direction * (2 * push.speed) }
}
