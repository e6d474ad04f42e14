/// Exact kinematics of one control step: straight towards the target, at most at full speed, until the discs touch.
struct TwoWayMotion: Equatable {
  /// Where the agent's centre is after the step.
  let end: TwoWay.Point
  /// Whether the agent ran into the obstacle and stopped where they touch.
  let isCollision: Bool
  /// Where the centre crossed the line y = 0 through the obstacle's centre from below; nil if it did not.
  let crossing: Double?

  /// - Parameters:
  ///   - start: not nearer to the obstacle than `contactDistance`.
  ///   - target: where to go.
  init(from start: TwoWay.Point, toward target: TwoWay.Point) {
    let reach = TwoWayGeometry.maxSpeed / TwoWayGeometry.controlRate
    let way = target - start
    let length = (way * way).sum().squareRoot()
    let step = length > reach ? way * (reach / length) : way
    let contact = Self.contact(from: start, along: step)
    isCollision = contact != nil
    // A target in reach is reached to the last bit, where start + step would round.
    end = contact.map { start + step * $0 } ?? (length > reach ? start + step : target)
    let line = TwoWayGeometry.obstacle.y
    crossing =
      start.y < line && end.y >= line
      ? start.x + (end.x - start.x) * ((line - start.y) / (end.y - start.y)) : nil
  }

  /// The share of a step after which the discs overlap: the smaller root s of |start + s step - obstacle|² =
  /// contactDistance². Nil if they never do; touching is not overlapping.
  private static func contact(from start: TwoWay.Point, along step: TwoWay.Point) -> Double? {
    let offset = start - TwoWayGeometry.obstacle
    let a = (step * step).sum()
    let b = (offset * step).sum()
    // Who does not come nearer does not touch, whatever rounding left between the discs.
    guard b < 0 else { return nil }
    let squaredDistance = TwoWayGeometry.contactDistance * TwoWayGeometry.contactDistance
    let nearest = offset + step * min(max(-b / a, 0), 1)
    guard (nearest * nearest).sum() < squaredDistance else { return nil }
    let c = (offset * offset).sum() - squaredDistance
    return min(max((-b - max(b * b - a * c, 0).squareRoot()) / a, 0), 1)
  }
}
