/// The last command and how it was moving, from which a late period's command is made.
struct Motion {
  private let rule: ControlLoop.Fallback
  private let limits: ActionLimits
  private var last: [Double]?
  /// Change per period.
  private var velocity: [Double] = []

  init(_ configuration: ControlLoop.Configuration) {
    rule = configuration.fallback
    limits = configuration.limits
  }

  /// The command for an action that was in time.
  mutating func take(_ action: [Double]) -> [Double] {
    let command = limits.apply(action, after: last)
    velocity = last.map { zip(command, $0).map(-) } ?? command.map { _ in 0 }
    last = command
    return command
  }

  /// The command of a missed period; nil if there has been no action yet.
  mutating func fallback() -> [Double]? {
    guard let command = last else { return nil }
    if case .decelerate(let factor) = rule {
      velocity = velocity.map { $0 * factor }
      last = limits.apply(zip(command, velocity).map(+), after: command)
    }
    return last
  }
}
