/// A reason to end a command with exit code 1: what was wrong, where, and what to do.
///
/// ArgumentParser prints its description on standard error. Wrong usage is ArgumentParser's `ValidationError` (64).
public struct CommandFailure: Error, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
