import Environments
import Foundation

/// A scripted expert for Push-T, so that a data set can be recorded without a human.
///
/// It walks around the block to where a push helps most, pushes while looking ahead, backs off when no continuation
/// helps, and starts again. Choices and actions carry seeded noise, so that many seeds give varied demonstrations.
/// It looks ahead in a simulation of its own (a few milliseconds per action), which a learnt policy must not have.
/// One demonstrator accompanies one episode; one thread at a time.
public final class PushTDemonstrator {
  private enum Phase {
    case choosing
    case walking(PushTPush)
    case pushing(PushTPush)
  }

  /// Control steps of walking after which the choice is made anew.
  private static let patience = 45

  private let planner = PushTPushPlanner()
  private let noise: Double
  private var random: MersenneTwister
  private var phase = Phase.choosing
  private var velocity = Point.zero
  private var stepsInPhase = 0

  /// - Parameters:
  ///   - seed: of all its noise.
  ///   - noise: 0 is deterministic, 1 is the usual variety.
  public init(seed: UInt32, noise: Double = 1) {
    random = MersenneTwister(seed: seed)
    self.noise = noise
  }

  /// The next action, given the state now: target position of the agent, [2], in [0, 512]².
  ///
  /// Call it once per step with the states of one episode from its reset on: it keeps track of the agent's velocity,
  /// which a state does not hold.
  public func action(for state: PushTState) -> [Double] {
    var target = plannedTarget(state)
    if case .pushing = phase {
      target += Point(random.normal(), random.normal()) * (0.3 * noise)
    } else {
      target += Point(random.normal(), random.normal()) * noise
    }
    target = target.clamped(lowerBound: .zero, upperBound: Point(repeating: PushTGeometry.worldSize))
    trackVelocity(state.agent, target)
    stepsInPhase += 1
    return [target.x, target.y]
  }

  private func plannedTarget(_ state: PushTState) -> Point {
    if case .pushing(let push) = phase {
      if let better = improved(push, state) {
        phase = .pushing(better)
        return PushTPushPlanner.target(state.agent, better)
      }
      enter(.choosing)
    }
    if case .walking(let push) = phase {
      let offset = push.start - state.agent
      if (offset * offset).sum() < 36, let started = improved(push, state) {
        enter(.pushing(started))
        return PushTPushPlanner.target(state.agent, started)
      }
      if stepsInPhase > Self.patience || (offset * offset).sum() < 36 { enter(.choosing) }
    }
    if case .choosing = phase {
      guard let push = bestPush(state) else { return state.agent }
      enter(.walking(push))
    }
    guard case .walking(let push) = phase else { return state.agent }
    return walkingTarget(state, to: push.start)
  }

  private func enter(_ next: Phase) {
    phase = next
    stepsInPhase = 0
  }

  /// The push that promises most per step, walking included.
  private func bestPush(_ state: PushTState) -> PushTPush? {
    let map = PushTPathMap(from: state.agent, around: state.block)
    let error = PushTPushPlanner.error(state.block)
    var best: (push: PushTPush, value: Double)?
    for push in planner.pushes(of: state.block) {
      let outcome = planner.outcome(of: push, block: state.block, steps: 16)
      let steps = map.cost(to: push.start) / 18 + Double(outcome.steps)
      let gain = (error - outcome.error) / (steps + 12)
      let value = gain * (1 + 0.15 * noise * random.normal())
      if gain > 0, value > best?.value ?? -.infinity { best = (push, value) }
    }
    return best?.push
  }

  /// The variation of a running push that ends nearest to the goal; nil if none gains anything.
  private func improved(_ push: PushTPush, _ state: PushTState) -> PushTPush? {
    let error = PushTPushPlanner.error(state.block)
    var best: (push: PushTPush, error: Double)?
    for degrees in [0.0, -6, 6, -15, 15, -30, 30] {
      let angle = degrees * .pi / 180
      let direction = Point(
        push.direction.x * cos(angle) - push.direction.y * sin(angle),
        push.direction.x * sin(angle) + push.direction.y * cos(angle))
      for speed in PushTPushPlanner.speeds {
        let variation = PushTPush(start: state.agent, direction: direction, speed: speed)
        let outcome = planner.outcome(of: variation, block: state.block, velocity: velocity, steps: 10)
        let value = outcome.error + 0.1 * Double(outcome.steps)
        if outcome.error < error - 0.3, value < best?.error ?? .infinity { best = (variation, value) }
      }
    }
    return best?.push
  }

  /// A point on the way around the block, as far ahead as the agent can go without touching it.
  private func walkingTarget(_ state: PushTState, to goal: Point) -> Point {
    let path = PushTPathMap(from: state.agent, around: state.block).path(to: goal)
    for reach in [44.0, 32, 22, 12] {
      let ahead = path.last { point in
        let offset = point - state.agent
        return (offset * offset).sum() <= reach * reach
      }
      let target = ahead ?? path[0]
      if planner.isFree(target, from: state, velocity: velocity) { return target }
    }
    // No free way: leave the block straight away from its centre.
    let away = state.agent - state.block.toWorld([PushTGeometry.blockCenter])[0]
    return state.agent + away / max((away * away).sum().squareRoot(), 1) * 15
  }

  /// The agent is kinematic: its motion depends on its targets alone.
  private func trackVelocity(_ agent: Point, _ target: Point) {
    var position = agent
    for _ in 0..<PushTSimulation.substeps {
      velocity += PushTSimulation.timeStep * (100 * (target - position) - 20 * velocity)
      position += PushTSimulation.timeStep * velocity
    }
  }
}
