import Environments
import Foundation

/// The five numbers of a Push-T state.
public struct PushTState: Sendable, Equatable {
  /// Centre of the agent.
  public var agent: Point
  /// Frame of the block; the angle is raw, not reduced modulo 2π.
  public var block: PushTPose

  public init(agent: Point, block: PushTPose) {
    self.agent = agent
    self.block = block
  }

  /// - Parameter values: agent x, agent y, block x, block y, block angle in radians.
  /// - Throws: `EnvironmentError.wrongStateCount`.
  public init(_ values: [Double]) throws(EnvironmentError) {
    guard values.count == 5 else { throw .wrongStateCount(expected: 5, found: values.count) }
    agent = Point(values[0], values[1])
    block = PushTPose(position: Point(values[2], values[3]), angle: values[4])
  }

  /// Agent x, agent y, block x, block y, raw block angle, [5].
  public var values: [Double] { [agent.x, agent.y, block.position.x, block.position.y, block.angle] }

  /// The state observation: `values` with the angle in [0, 2π), [5].
  public var stateObservation: [Double] {
    let turn = 2 * Double.pi
    let remainder = fmod(block.angle, turn)
    return [agent.x, agent.y, block.position.x, block.position.y, remainder < 0 ? remainder + turn : remainder]
  }

  /// The keypoint observation `[kp0x, kp0y, …, kp8x, kp8y, agentX, agentY]`, [20].
  public var keypointObservation: [Double] {
    var result: [Double] = []
    result.reserveCapacity(20)
    for point in block.toWorld(PushTGeometry.keypoints) {
      result.append(point.x)
      result.append(point.y)
    }
    result.append(agent.x)
    result.append(agent.y)
    return result
  }

  /// The state of a keypoint observation: the pose of the block that fits its keypoints best, in the sense of least squares.
  ///
  /// - Parameter keypointObservation: as `keypointObservation` gives it.
  /// - Returns: nil if it is none: not 20 numbers, or a keypoint farther than `tolerance` from where the block would have it.
  public init?(keypointObservation values: [Double], tolerance: Double = 1) {
    guard values.count == 20, values.allSatisfy({ abs($0) < 1e6 }) else { return nil }
    let found = stride(from: 0, to: 18, by: 2).map { Point(values[$0], values[$0 + 1]) }
    let local = PushTGeometry.keypoints
    func center(_ points: [Point]) -> Point { points.reduce(Point(0, 0), +) / Double(points.count) }
    let (foundCenter, localCenter) = (center(found), center(local))
    var (cosine, sine) = (0.0, 0.0)
    for (a, b) in zip(local, found) {
      let (a, b) = (a - localCenter, b - foundCenter)
      cosine += a.x * b.x + a.y * b.y
      sine += a.x * b.y - a.y * b.x
    }
    var pose = PushTPose(position: Point(0, 0), angle: atan2(sine, cosine))
    pose.position = foundCenter - pose.toWorld([localCenter])[0]
    let isNear = zip(pose.toWorld(local), found).allSatisfy { (($0 - $1) * ($0 - $1)).sum() <= tolerance * tolerance }
    guard isNear else { return nil }
    self.init(agent: Point(values[18], values[19]), block: pose)
  }

  /// Refuses what the simulator could not compute with.
  ///
  /// - Throws: `EnvironmentError.stateOutOfRange`.
  func validate() throws(EnvironmentError) {
    let names = ["agent x", "agent y", "block x", "block y", "block angle"]
    for (name, value) in zip(names, values) {
      let limit = name == "block angle" ? -1000.0...1000 : -512.0...1024
      guard limit.contains(value) else {
        throw .stateOutOfRange(name: name, value: "\(value)", low: limit.lowerBound, high: limit.upperBound)
      }
    }
  }
}
