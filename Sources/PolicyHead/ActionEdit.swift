/// What is known of one chunk of actions that is to be completed: single actions, single channels of them, or means of
/// neighbouring rows; and a sketch that it is drawn from. In the data set's units.
///
/// Rows are those of the predicted horizon: row 0 belongs to the oldest observation, row `observationSteps` − 1 to the newest.
public struct ActionEdit: Sendable, Equatable {
  /// A chunk to begin from, on which as much noise is put as `strength` says (Meng et al. 2022, "SDEdit").
  public struct Sketch: Sendable, Equatable {
    /// `[horizon][action]`
    public let rows: [[Double]]
    /// Standard deviation of the noise in units of the normalised actions, whose range in the data is −1 to 1 or whose
    /// standard deviation is 1, as the policy's normaliser says; above 0.
    public let strength: Double
  }

  public let horizon: Int
  /// Numbers per action.
  public let actionSize: Int
  /// `[horizon × action]`, nil where missing.
  public private(set) var known: [Double?]
  /// Rows whose mean is known, and the means, `[horizon / factor][action]`.
  public private(set) var coarse: (factor: Int, means: [[Double]])?
  public private(set) var sketch: Sketch?

  /// Of which nothing is known yet.
  public init(for description: PolicyDescription) {
    horizon = description.horizon
    actionSize = description.actionSize
    known = [Double?](repeating: nil, count: horizon * actionSize)
  }

  /// Whether nothing is known; there may be a sketch even so.
  public var isEmpty: Bool { coarse == nil && known.allSatisfy { $0 == nil } }

  /// Numbers that are known, or means that are.
  public var knownCount: Int { coarse.map { $0.means.count * actionSize } ?? known.count { $0 != nil } }

  /// Makes the action of a row known.
  ///
  /// - Parameters:
  ///   - row: in the horizon.
  ///   - action: `[action]`, finite also in single precision.
  /// - Throws: `PolicyError.badSetting` for a row that is not in the horizon, an action that cannot be, or one that contradicts
  ///   what is known already.
  public mutating func set(row: Int, to action: [Double]) throws(PolicyError) {
    guard (0..<horizon).contains(row) else {
      throw .badSetting("a known action in row \(row): the horizon has \(horizon)")
    }
    guard action.count == actionSize, action.allSatisfy({ Float($0).isFinite }) else {
      throw .badSetting("the known action \(action) in row \(row): \(actionSize) finite numbers are needed")
    }
    for channel in 0..<actionSize { try set(row, channel, action[channel]) }
  }

  /// Makes one number of every action known.
  ///
  /// - Parameters:
  ///   - channel: its place in an action.
  ///   - values: `[horizon]`, finite also in single precision.
  /// - Throws: `PolicyError.badSetting`, as for rows.
  public mutating func set(channel: Int, to values: [Double]) throws(PolicyError) {
    guard (0..<actionSize).contains(channel) else {
      throw .badSetting("a known channel \(channel): actions have \(actionSize), from 0 on")
    }
    guard values.count == horizon, values.allSatisfy({ Float($0).isFinite }) else {
      throw .badSetting(
        "\(values.count) values of channel \(channel): \(horizon) finite numbers are needed, one per row")
    }
    for row in 0..<horizon { try set(row, channel, values[row]) }
  }

  private mutating func set(_ row: Int, _ channel: Int, _ value: Double) throws(PolicyError) {
    guard coarse == nil else { throw .badSetting(Self.coarseIsAlone) }
    let place = row * actionSize + channel
    if let other = known[place], other != value {
      throw .badSetting("number \(channel) of row \(row) is given twice, as \(other) and as \(value)")
    }
    known[place] = value
  }

  static let allIsKnown = "all rows of the horizon are known"
  private static let coarseIsAlone = "means of rows and values themselves: one or the other can be known, not both"

  /// Makes means of neighbouring rows known: super-resolution in time.
  ///
  /// - Parameters:
  ///   - means: `[horizon / factor][action]`, finite also in single precision.
  ///   - factor: rows per mean, 2 or more; the horizon is a multiple of it.
  /// - Throws: `PolicyError.badSetting` if sizes do not fit, or single values are known.
  public mutating func set(coarse means: [[Double]], factor: Int) throws(PolicyError) {
    guard known.allSatisfy({ $0 == nil }) else { throw .badSetting(Self.coarseIsAlone) }
    try Self.check(factor, horizon: horizon)
    guard means.count == horizon / factor else {
      throw .badSetting("\(means.count) means of \(factor) rows: \(horizon / factor) make the horizon of \(horizon)")
    }
    if let row = means.firstIndex(where: { $0.count != actionSize || !$0.allSatisfy { Float($0).isFinite } }) {
      throw .badSetting("the mean \(means[row]) in place \(row): \(actionSize) finite numbers are needed")
    }
    coarse = (factor, means)
  }

  private static func check(_ factor: Int, horizon: Int) throws(PolicyError) {
    guard factor >= 2, horizon.isMultiple(of: factor) else {
      throw .badSetting(
        "means of \(factor) rows: a factor of 2 or more is needed that divides the horizon of \(horizon)")
    }
  }

  /// Draws from a sketch, with what is known put into it.
  ///
  /// - Parameters:
  ///   - rows: `[horizon][action]`, finite also in single precision.
  ///   - strength: see `Sketch.strength`.
  /// - Throws: `PolicyError.badSetting` for a sketch of another size or a strength that is none.
  public mutating func set(sketch rows: [[Double]], strength: Double) throws(PolicyError) {
    guard rows.count == horizon else {
      throw .badSetting("a sketch of \(rows.count) rows: \(horizon) are needed, the whole horizon")
    }
    if let row = rows.firstIndex(where: { $0.count != actionSize || !$0.allSatisfy { Float($0).isFinite } }) {
      throw .badSetting("row \(row) of the sketch is \(rows[row]): \(actionSize) finite numbers are needed")
    }
    guard strength > 0, strength.isFinite else {
      throw .badSetting("a sketch's strength of \(strength): a positive number is needed")
    }
    sketch = Sketch(rows: rows, strength: strength)
  }

  /// Means of `factor` rows each, `[rows / factor][action]`.
  ///
  /// - Parameter rows: `[horizon][action]`.
  /// - Throws: `PolicyError.badSetting` for a factor that does not divide them.
  public static func means(of rows: [[Double]], factor: Int) throws(PolicyError) -> [[Double]] {
    try check(factor, horizon: rows.count)
    return stride(from: 0, to: rows.count, by: factor).map { start in
      rows[start].indices.map { channel in
        rows[start..<start + factor].reduce(0) { $0 + $1[channel] } / Double(factor)
      }
    }
  }

  public static func == (a: ActionEdit, b: ActionEdit) -> Bool {
    a.horizon == b.horizon && a.actionSize == b.actionSize && a.known == b.known && a.sketch == b.sketch
      && a.coarse?.factor == b.coarse?.factor && a.coarse?.means == b.coarse?.means
  }
}

// MARK: What comes of it

extension ActionEdit {
  /// How far a chunk is off what is known, at most, in the data's units; 0 if nothing is.
  ///
  /// - Parameter rows: `[horizon][action]`.
  public func knownError(of rows: [[Double]]) -> Double {
    if let coarse, let means = try? Self.means(of: rows, factor: coarse.factor) {
      return zip(means.joined(), coarse.means.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    return zip(rows.joined(), known).reduce(0) { error, pair in pair.1.map { max(error, abs(pair.0 - $0)) } ?? error }
  }

  /// The root mean square difference of two chunks where a value is missing, in the data's units; where means are known, that
  /// of all values. nil if nothing is missing.
  ///
  /// - Parameters:
  ///   - rows: `[horizon][action]`.
  ///   - truth: likewise.
  public func missingError(of rows: [[Double]], truth: [[Double]]) -> Double? {
    var (sum, count) = (0.0, 0)
    for (index, (a, b)) in zip(rows.joined(), truth.joined()).enumerated() where known[index] == nil {
      sum += (a - b) * (a - b)
      count += 1
    }
    return count == 0 ? nil : (sum / Double(count)).squareRoot()
  }

  /// Straight lines in time, channel by channel, from one known value to the next and level before the first and behind the
  /// last, means being in the middle of their rows: what is to be beaten.
  ///
  /// - Returns: `[horizon][action]`, nil if of some channel nothing is known.
  public func linearInterpolation() -> [[Double]]? {
    var result = [[Double]](repeating: [Double](repeating: 0, count: actionSize), count: horizon)
    for channel in 0..<actionSize {
      let points: [(time: Double, value: Double)] =
        if let coarse {
          coarse.means.enumerated().map {
            ((Double($0) + 0.5) * Double(coarse.factor) - 0.5, $1[channel])
          }
        } else {
          (0..<horizon).compactMap { row in known[row * actionSize + channel].map { (Double(row), $0) } }
        }
      guard let first = points.first, let last = points.last else { return nil }
      for row in 0..<horizon {
        let time = Double(row)
        let behind = points.firstIndex { $0.time >= time }
        switch behind {
        case nil: result[row][channel] = last.value
        case 0: result[row][channel] = first.value
        case let behind?:
          let (a, b) = (points[behind - 1], points[behind])
          result[row][channel] =
            b.time == time ? b.value : a.value + (time - a.time) / (b.time - a.time) * (b.value - a.value)
        }
      }
    }
    return result
  }
}
