import Foundation

/// A point or vector in world units (pixels of the 512 x 512 world), y downwards.
public typealias Point = SIMD2<Double>

/// The numbers of the Push-T world: gym-pusht 0.1.8 and diffusion_policy agree on all of them.
public enum PushTGeometry {
  /// Side of the square world.
  public static let worldSize = 512.0
  /// Radius of the agent's disc.
  public static let agentRadius = 15.0
  /// The bar of the T in the block's frame, [corner].
  public static let bar: [Point] = [Point(-60, 30), Point(60, 30), Point(60, 0), Point(-60, 0)]
  /// The stem of the T in the block's frame, [corner].
  public static let stem: [Point] = [Point(-15, 30), Point(-15, 120), Point(15, 120), Point(15, 30)]
  /// The outline of the T in the block's frame, [corner], in order around it.
  public static let outline: [Point] = [
    Point(-60, 0), Point(60, 0), Point(60, 30), Point(15, 30), Point(15, 120), Point(-15, 120), Point(-15, 30),
    Point(-60, 30),
  ]
  /// The point the block turns about, in the block's frame.
  public static let blockCenter = Point(0, 45)
  /// Area of the T.
  public static let blockArea = 6300.0
  /// Where the block should be: the origin of its frame, and its angle in radians.
  public static let goal = PushTPose(position: Point(256, 256), angle: .pi / 4)
  /// Coverage of the goal above which the task is solved.
  public static let successCoverage = 0.95
  /// The nine points of the T that make the keypoint observation, in the block's frame.
  public static let keypoints: [Point] = [
    Point(9.26978671, 90.04097352), Point(-60.98347236, -1.18672976), Point(60.91275558, -1.39336422),
    Point(-0.27050344, 25.54362499), Point(-14.06492758, 122.81585355), Point(39.0027385, 32.85740428),
    Point(-39.96641442, 32.72965545), Point(-16.82434438, 62.86317892), Point(23.54146122, -1.70028811),
  ]
}

/// A position and an angle: the frame of the block.
public struct PushTPose: Sendable, Equatable {
  /// Origin of the frame in the world.
  public var position: Point
  /// Angle of the frame in radians.
  public var angle: Double

  public init(position: Point, angle: Double) {
    self.position = position
    self.angle = angle
  }

  /// Points of the frame in world coordinates: `R(angle) p + position`, [point].
  public func toWorld(_ points: [Point]) -> [Point] {
    let cosine = cos(angle)
    let sine = sin(angle)
    return points.map { point in
      Point(point.x * cosine - point.y * sine, point.x * sine + point.y * cosine) + position
    }
  }

  /// A world point in the frame's coordinates.
  public func toLocal(_ point: Point) -> Point {
    let offset = point - position
    let cosine = cos(angle)
    let sine = sin(angle)
    return Point(offset.x * cosine + offset.y * sine, offset.y * cosine - offset.x * sine)
  }
}
