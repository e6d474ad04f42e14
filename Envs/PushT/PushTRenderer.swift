import Environments
import Foundation

/// What is known of a plan before it is made, drawn over it.
public enum PushTMark: Sendable, Equatable {
  case point(Point)
  /// One coordinate of a point.
  case x(Double)
  case y(Double)
}

/// Draws Push-T: goal light green, block grey, agent blue, the plan as fading orange dots, the score above.
///
/// Colours of the world follow gym-pusht's, so the pictures are comparable. Not for more than one thread at a time.
public final class PushTRenderer {
  /// Pixels along each side.
  public let size: Int
  private let canvas: Canvas

  /// - Parameter size: pixels along each side, in 16...4096.
  /// - Throws: `RenderingError.badSize`, `.cairo`.
  public init(size: Int) throws(RenderingError) {
    self.size = size
    canvas = try Canvas(size: size, worldSize: PushTGeometry.worldSize)
  }

  /// Draws one state.
  ///
  /// - Parameters:
  ///   - target: where the agent is told to go, drawn as a ring.
  ///   - plan: the targets that follow, oldest first.
  ///   - score: maximum reward so far in 0...1; nil draws no score.
  ///   - marks: drawn in violet, points as rings and coordinates as lines through the world.
  ///   - caption: a line of text above; with a score it is not drawn.
  public func render(
    _ state: PushTState, target: Point? = nil, plan: [Point] = [], score: Double? = nil, marks: [PushTMark] = [],
    caption: String? = nil
  ) throws(RenderingError) -> Frame {
    canvas.clear(Color(0xffffff))
    drawT(PushTGeometry.goal, fill: Color(0xb4eeb4), line: Color(0x8fd98f))
    canvas.stroke(
      [[Point(5, 5), Point(506, 5), Point(506, 506), Point(5, 506)]], width: 4, Color(0xc8ccd0), isClosed: true)
    drawT(state.block, fill: Color(0x778899, opacity: 0.92), line: Color(0x566573))
    canvas.disc(state.agent, radius: PushTGeometry.agentRadius, Color(0x4169e1))
    canvas.ring(state.agent, radius: PushTGeometry.agentRadius - 1, width: 2, Color(0x2c4bb3))
    drawPlan(plan)
    for mark in marks { draw(mark) }
    if let target {
      canvas.ring(target, radius: 7, width: 2.5, Color(0xd9480f))
    }
    if let score {
      drawScore(score)
    } else if let caption {
      canvas.text(caption, at: Point(24, 39), height: 22, Color(0x495057))
    }
    return try canvas.frame()
  }

  private func drawT(_ pose: PushTPose, fill: Color, line: Color) {
    let outline = pose.toWorld(PushTGeometry.outline)
    canvas.fill([outline], fill)
    canvas.stroke([outline], width: 2, line, isClosed: true)
  }

  private func drawPlan(_ plan: [Point]) {
    guard !plan.isEmpty else { return }
    canvas.stroke([plan], width: 2, Color(0xf59f00, opacity: 0.5))
    for (index, point) in plan.enumerated() {
      let fade = 1 - 0.65 * Double(index) / Double(plan.count)
      canvas.disc(point, radius: 5, Color(0xf08c00, opacity: fade))
    }
  }

  private func draw(_ mark: PushTMark) {
    let (color, side) = (Color(0x7048e8), PushTGeometry.worldSize)
    switch mark {
    case .point(let point): canvas.ring(point, radius: 9, width: 2.5, color)
    case .x(let x): canvas.stroke([[Point(x, 0), Point(x, side)]], width: 1, Color(0x7048e8, opacity: 0.4))
    case .y(let y): canvas.stroke([[Point(0, y), Point(side, y)]], width: 1, Color(0x7048e8, opacity: 0.4))
    }
  }

  private func drawScore(_ score: Double) {
    let score = min(max(score, 0), 1)
    let isSolved = score >= 1
    let color = isSolved ? Color(0x2b8a3e) : Color(0x495057)
    canvas.stroke([[Point(24, 32), Point(184, 32)]], width: 10, Color(0xe9ecef))
    if score > 0.01 {
      canvas.stroke([[Point(24, 32), Point(24 + 160 * score, 32)]], width: 10, isSolved ? color : Color(0x69db7c))
    }
    canvas.text(String(format: "%.2f", score), at: Point(200, 39), height: 22, color)
  }
}
