import Environments
import Foundation

/// The mirror image of Push-T in the goal's own axis, the line x + y = 512: the goal is its own image, and so is the T.
///
/// The walls' image is one unit off, since they stand at 5 and 506 and not at 5 and 507.
public enum PushTMirror {
  /// The image of a place.
  public static func image(of point: Point) -> Point {
    Point(PushTGeometry.worldSize - point.y, PushTGeometry.worldSize - point.x)
  }

  /// The pose of the T's image. The T's own axis points along (−sin θ, cos θ); mirrored it is that of π/2 − θ.
  public static func image(of pose: PushTPose) -> PushTPose {
    PushTPose(position: image(of: pose.position), angle: .pi / 2 - pose.angle)
  }

  public static func image(of state: PushTState) -> PushTState {
    PushTState(agent: image(of: state.agent), block: image(of: state.block))
  }

  /// Of observations of a kind; see `PushT.ObservationKind`.
  public static func symmetry(of kind: PushT.ObservationKind) -> Symmetry {
    Symmetry(
      observationCount: kind == .keypoints ? 20 : 5, actionCount: 2,
      observation: { values in
        switch kind {
        case .keypoints:
          let block = PushTPose(keypoints: (0..<9).map { Point(values[2 * $0], values[2 * $0 + 1]) })
          return image(of: PushTState(agent: Point(values[18], values[19]), block: block)).keypointObservation
        case .state:
          let block = PushTPose(position: Point(values[2], values[3]), angle: values[4])
          return image(of: PushTState(agent: Point(values[0], values[1]), block: block)).stateObservation
        }
      },
      action: { values in
        let target = image(of: Point(values[0], values[1]))
        return [target.x, target.y]
      })
  }
}

extension PushTPose {
  /// The pose whose keypoints are nearest to the given ones in the mean square.
  ///
  /// - Parameter keypoints: in the world, in the order of `PushTGeometry.keypoints`.
  public init(keypoints: [Point]) {
    let local = PushTGeometry.keypoints
    precondition(keypoints.count == local.count, "\(keypoints.count) keypoints")
    let scale = 1 / Double(local.count)
    let localMean = local.reduce(Point.zero, +) * scale
    let mean = keypoints.reduce(Point.zero, +) * scale
    var sine = 0.0
    var cosine = 0.0
    for (point, image) in zip(local, keypoints) {
      let (p, q) = (point - localMean, image - mean)
      sine += p.x * q.y - p.y * q.x
      cosine += p.x * q.x + p.y * q.y
    }
    let angle = atan2(sine, cosine)
    let turned = PushTPose(position: .zero, angle: angle).toWorld([localMean])[0]
    self.init(position: mean - turned, angle: angle)
  }
}
