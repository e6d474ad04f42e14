/// Input that an environment refuses. Nothing an environment is given makes it trap.
public enum EnvironmentError: Error, Equatable, CustomStringConvertible {
  /// An action has the wrong length.
  case wrongActionCount(expected: Int, found: Int)
  /// An action holds NaN or an infinity (`value` is its text).
  case nonFiniteAction(index: Int, value: String)
  /// A state to reset to has the wrong length.
  case wrongStateCount(expected: Int, found: Int)
  /// A component of a state to reset to is not finite or too far away to simulate.
  case stateOutOfRange(name: String, value: String, low: Double, high: Double)
  /// The generator cannot take this seed.
  case seedOutOfRange(seed: UInt64, generator: ResetGenerator, limit: UInt64)
  /// `step` came before the first `reset`.
  case stepBeforeReset
  /// `step` came after the episode had ended.
  case stepAfterEnd(steps: Int)
  /// A file of initial states could not be used.
  case badInitialStates(path: String, reason: String)

  public var description: String {
    switch self {
    case .wrongActionCount(let expected, let found):
      "an action has \(found) values, and this environment takes \(expected): pass exactly \(expected)"
    case .nonFiniteAction(let index, let value):
      "action[\(index)] is \(value): actions must be finite; check the policy's output and its normaliser"
    case .wrongStateCount(let expected, let found):
      "a state has \(found) values, and this environment's has \(expected): pass exactly \(expected)"
    case .stateOutOfRange(let name, let value, let low, let high):
      "\(name) of the state is \(value): reset to a finite value in \(low)...\(high)"
    case .seedOutOfRange(let seed, let generator, let limit):
      "seed \(seed) is too large for the \(generator.rawValue) generator: use one up to \(limit)"
    case .stepBeforeReset:
      "step was called before reset: call reset first"
    case .stepAfterEnd(let steps):
      "step was called after the episode ended at step \(steps): call reset to start another"
    case .badInitialStates(let path, let reason):
      "\(path): \(reason)"
    }
  }
}
