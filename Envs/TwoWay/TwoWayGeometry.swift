/// The numbers of the two-way world: a plane without units, [-1, 1]², x to the right, y upwards.
///
/// All of it is its own image under (x, y) → (-x, y), exactly: the axis of symmetry is x = 0.
public enum TwoWayGeometry {
  /// Smallest and largest coordinate of the agent's centre.
  public static let bound = 1.0
  /// Radius of the agent's disc.
  public static let agentRadius = 0.06
  /// Centre and radius of the round obstacle.
  public static let obstacle = TwoWay.Point(0, 0)
  public static let obstacleRadius = 0.3
  /// Distance between the centres below which the agent's disc and the obstacle overlap.
  public static let contactDistance = agentRadius + obstacleRadius
  /// Centre and radius of the goal's disc, which the agent's centre must reach.
  public static let goal = TwoWay.Point(0, 0.8)
  public static let goalRadius = 0.1
  /// The start from which left and right are mirror images of each other.
  public static let ambiguousStart = TwoWay.Point(0, -0.8)
  /// Largest distance of a drawn start from the ambiguous one, along x and along y.
  public static let startSpread = TwoWay.Point(0.1, 0.05)
  /// Control steps per second.
  public static let controlRate = 10.0
  /// The agent's largest speed, per second.
  public static let maxSpeed = 1.5
}
