/// Optional bounds on actions, per dimension, in the data set's own units.
public struct ActionLimits: Sendable, Codable, Equatable {
  /// Lowest and highest allowed value of each dimension; empty for none.
  public var position: [ClosedRange<Double>]
  /// Largest allowed change per control period of each dimension; empty for none.
  public var velocity: [Double]

  public init(position: [ClosedRange<Double>] = [], velocity: [Double] = []) {
    precondition(velocity.allSatisfy { $0 > 0 }, "velocity limits must be positive: \(velocity)")
    self.position = position
    self.velocity = velocity
  }

  /// The allowed action nearest to `action` that can follow `previous` (nil: no velocity limit yet).
  public func apply(_ action: [Double], after previous: [Double]?) -> [Double] {
    precondition(position.isEmpty || position.count == action.count, "\(position.count) position limits")
    precondition(velocity.isEmpty || velocity.count == action.count, "\(velocity.count) velocity limits")
    return action.indices.map { i in
      var value = action[i]
      if let previous, !velocity.isEmpty {
        value = min(max(value, previous[i] - velocity[i]), previous[i] + velocity[i])
      }
      if !position.isEmpty { value = min(max(value, position[i].lowerBound), position[i].upperBound) }
      return value
    }
  }
}
