/// What can be wrong with settings that come from outside: a configuration file or a command line.
public enum ConsistencyError: Error, Equatable, CustomStringConvertible {
  /// A setting has a value that it cannot have; `expected` says which it can.
  case badSetting(name: String, value: String, expected: String)
  /// A chain of noise levels that should fall strictly towards `boundary` does not do so at `index`.
  case chainDoesNotFall(sigmas: [Double], index: Int, boundary: Double)

  /// What is wrong and what to give instead, in one sentence.
  public var description: String {
    switch self {
    case .badSetting(let name, let value, let expected):
      return "\(name) is \(value); give \(expected)"
    case .chainDoesNotFall(let sigmas, let index, let boundary):
      let place = "sigma \(index + 1) of \(sigmas.count), \(sigmas[index]),"
      return "the sampling chain \(sigmas) does not fall: \(place) "
        + (index > 0 && !(sigmas[index] < sigmas[index - 1])
          ? "is not below the one before; give falling noise levels"
          : "is not above the model's boundary \(boundary); give larger noise levels")
    }
  }

  /// Throws `badSetting` unless `condition` holds.
  static func require<Value>(
    _ condition: Bool, _ name: String, _ value: Value, _ expected: String
  ) throws(ConsistencyError) {
    if !condition { throw .badSetting(name: name, value: "\(value)", expected: expected) }
  }

  /// Throws `badSetting` unless `value` is positive and finite.
  static func requirePositive(_ name: String, _ value: Double) throws(ConsistencyError) {
    try require(value > 0 && value.isFinite, name, value, "a positive number")
  }

  /// Throws `badSetting` unless 0 < `sigmaMin` < `sigmaMax`, both finite.
  static func requireRange(sigmaMin: Double, sigmaMax: Double) throws(ConsistencyError) {
    try requirePositive("sigmaMin", sigmaMin)
    try require(sigmaMax > sigmaMin && sigmaMax.isFinite, "sigmaMax", sigmaMax, "a number above sigmaMin")
  }

  /// Throws `badSetting` unless draws of exp(N(mean, deviation²)) are numbers that single precision can hold.
  static func requireLogNormal(
    mean: (name: String, value: Double), deviation: (name: String, value: Double)
  ) throws(ConsistencyError) {
    try require(abs(mean.value) <= 20, mean.name, mean.value, "a number in [-20, 20]")
    try require(
      deviation.value > 0 && deviation.value <= 5, deviation.name, deviation.value, "a number above 0, at most 5")
  }
}
