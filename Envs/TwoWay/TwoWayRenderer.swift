import Environments

/// Draws the two-way world: goal light green, obstacle grey, agent blue (red after a collision), the plan as fading
/// orange dots. Not for more than one thread at a time.
public final class TwoWayRenderer {
  /// Pixels along each side.
  public let size: Int
  private let canvas: Canvas

  /// - Parameter size: pixels along each side, in 16...4096.
  /// - Throws: `RenderingError.badSize`, `.cairo`.
  public init(size: Int) throws(RenderingError) {
    self.size = size
    canvas = try Canvas(size: size, worldSize: 2 * TwoWayGeometry.bound)
  }

  /// Draws one state.
  ///
  /// - Parameters:
  ///   - agent: the agent's centre.
  ///   - plan: the targets that follow, oldest first.
  public func render(
    _ agent: TwoWay.Point, hasCollided: Bool = false, plan: [TwoWay.Point] = []
  ) throws(RenderingError) -> Frame {
    canvas.clear(Color(0xffffff))
    canvas.disc(onPicture(TwoWayGeometry.goal), radius: TwoWayGeometry.goalRadius, Color(0xb4eeb4))
    canvas.disc(onPicture(TwoWayGeometry.obstacle), radius: TwoWayGeometry.obstacleRadius, Color(0x778899))
    canvas.disc(
      onPicture(agent), radius: TwoWayGeometry.agentRadius, hasCollided ? Color(0xc92a2a) : Color(0x4169e1))
    let points = plan.map(onPicture)
    if !points.isEmpty { canvas.stroke([points], width: 0.01, Color(0xf59f00, opacity: 0.5)) }
    for (index, point) in points.enumerated() {
      let fade = 1 - 0.65 * Double(index) / Double(points.count)
      canvas.disc(point, radius: 0.02, Color(0xf08c00, opacity: fade))
    }
    return try canvas.frame()
  }

  /// The picture's y points downwards.
  private func onPicture(_ point: TwoWay.Point) -> Canvas.Point {
    Canvas.Point(TwoWayGeometry.bound + point.x, TwoWayGeometry.bound - point.y)
  }
}
