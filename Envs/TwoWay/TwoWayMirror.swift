import Environments

/// The mirror image of the two-way world in its axis x = 0: exact, bit for bit, since it only changes signs.
public enum TwoWayMirror {
  /// The image of a place.
  public static func image(of point: TwoWay.Point) -> TwoWay.Point { TwoWay.Point(-point.x, point.y) }

  /// Of observations and actions, which both are places.
  ///
  /// Training through it evens out the shares of left and right, whatever the demonstrations' are.
  public static var symmetry: Symmetry {
    Symmetry(
      observationCount: 2, actionCount: 2, observation: { [-$0[0], $0[1]] }, action: { [-$0[0], $0[1]] })
  }
}
