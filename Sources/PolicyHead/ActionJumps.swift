/// How far executed actions are apart from one period to the next: where another chunk takes over, and inside chunks.
///
/// A distance is Euclidean, in the data set's units. A smooth controller's borders are no higher than its insides.
public struct ActionJumps: Sendable, Codable, Equatable {
  public struct Summary: Sendable, Codable, Equatable {
    public private(set) var count = 0
    /// 0 if there are none.
    public private(set) var mean = 0.0
    public private(set) var max = 0.0

    public init() {}

    public mutating func add(_ distance: Double) {
      count += 1
      mean += (distance - mean) / Double(count)
      max = Swift.max(max, distance)
    }

    public mutating func add(_ other: Summary) {
      guard other.count > 0 else { return }
      let total = count + other.count
      mean = (mean * Double(count) + other.mean * Double(other.count)) / Double(total)
      count = total
      max = Swift.max(max, other.max)
    }
  }

  /// Steps to an action in which a newer chunk takes part than in the one before, and all steps of a crossfade.
  public private(set) var border = Summary()
  /// All others.
  public private(set) var inside = Summary()

  public init() {}

  mutating func add(from a: [Double], to b: [Double], isBorder: Bool) {
    let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    if isBorder { border.add(distance) } else { inside.add(distance) }
  }

  public mutating func add(_ other: ActionJumps) {
    border.add(other.border)
    inside.add(other.inside)
  }
}
