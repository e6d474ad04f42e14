/// What a policy refuses, and why.
public enum PolicyError: Error, CustomStringConvertible, Equatable {
  /// The observation has another number of values than the policy was trained on.
  case observationSize(found: Int, expected: Int)
  /// Value `index` of the observation is NaN or infinite.
  case observationNotFinite(index: Int, value: Double)
  /// The observation is not newer than the one before, or too old.
  case staleObservation(String)
  /// There are `found` rows of history; 1 or `expected` are needed.
  case historyLength(found: Int, expected: Int)
  /// A setting makes no sense.
  case badSetting(String)
  /// A checkpoint holds no usable policy.
  case checkpoint(String)

  public var description: String {
    switch self {
    case .observationSize(let found, let expected):
      "the observation has \(found) values; this policy was trained on \(expected)"
    case .observationNotFinite(let index, let value):
      "value \(index) of the observation is \(value); a policy acts on finite numbers (in single precision) only"
    case .staleObservation(let problem): "the observation is stale: \(problem)"
    case .historyLength(let found, let expected):
      "the history has \(found) observations; give \(expected), oldest first, or one alone"
    case .badSetting(let problem): problem
    case .checkpoint(let problem): problem
    }
  }
}
