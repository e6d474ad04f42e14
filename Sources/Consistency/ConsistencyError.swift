/// What can be wrong with settings that come from outside: a configuration file or a command line.
public enum ConsistencyError: Error, Equatable, CustomStringConvertible {
  /// A setting has a value that it cannot have.
  case badSetting(name: String, value: String, expected: String)
  /// A chain of noise levels that should fall strictly towards `boundary` does not do so at `index`.
  case chainDoesNotFall(sigmas: [Double], index: Int, boundary: Double)

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
}
