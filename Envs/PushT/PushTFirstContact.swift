import Foundation

/// Where the agent first touched the block in an episode: tells the ways of doing the task apart.
public struct PushTFirstContact: Sendable, Equatable {
  /// Which side of the line from the agent's start to the block's centre, as seen along that line on the picture.
  public enum Side: String, Sendable, CaseIterable {
    case left
    case right
  }

  /// The control step in which it happened, from 0; -1 if they touched at the reset already.
  public var step: Int
  /// The contact in the world.
  public var point: Point
  /// Direction of the contact from the block's centre of gravity in the block's frame, in radians in (-π, π].
  public var angleInBlock: Double
  /// The contact's side of the line from the agent to the block's centre of gravity, both as they were at the reset.
  public var side: Side

  /// - Parameters:
  ///   - block: the block's pose at the contact.
  ///   - start: the state after the reset.
  init(step: Int, point: Point, block: PushTPose, start: PushTState) {
    self.step = step
    self.point = point
    let local = block.toLocal(point) - PushTGeometry.blockCenter
    angleInBlock = atan2(local.y, local.x)
    let center = start.block.toWorld([PushTGeometry.blockCenter])[0]
    // y points down on the picture, so a positive cross product is a turn to the right.
    side = cross(center - start.agent, point - start.agent) > 0 ? .right : .left
  }
}
