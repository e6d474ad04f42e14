/// How far executed actions are apart from one period to the next: where another chunk takes over, and inside chunks.
///
/// A distance is Euclidean, in the data set's units. A smooth controller's borders are no higher than its insides.
/// A jump to the next action may be the motion's own speed; a bend, the norm of the second difference
/// a(t) − 2 a(t − 1) + a(t − 2), is what a border adds to a smooth motion.
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
  /// Bends at the first action that a newer chunk decides, the two before it being the older one's.
  public private(set) var borderBend = Summary()
  /// Bends of three actions of one and the same chunk. Those of an action after a border are in neither.
  private var insideBends: [Double] = []

  public init() {}

  mutating func add(from a: [Double], to b: [Double], isBorder: Bool) {
    let distance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    if isBorder { border.add(distance) } else { inside.add(distance) }
  }

  /// - Parameter isBorder: nil where the three actions are neither at a border nor of one chunk.
  mutating func add(bendFrom a: [Double], _ b: [Double], to c: [Double], isBorder: Bool?) {
    guard let isBorder else { return }
    var squares = 0.0
    for i in c.indices {
      let second = c[i] - 2 * b[i] + a[i]
      squares += second * second
    }
    if isBorder { borderBend.add(squares.squareRoot()) } else { insideBends.append(squares.squareRoot()) }
  }

  public mutating func add(_ other: ActionJumps) {
    border.add(other.border)
    inside.add(other.inside)
    borderBend.add(other.borderBend)
    insideBends += other.insideBends
  }

  /// The median bend inside chunks; nil if there is none.
  public var insideBendMedian: Double? {
    guard !insideBends.isEmpty else { return nil }
    let sorted = insideBends.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// How far the mean bend at borders lies above the median one inside chunks; nil if there are none of either.
  public var borderExcess: Double? {
    guard borderBend.count > 0, let median = insideBendMedian else { return nil }
    return borderBend.mean - median
  }
}
