/// What is wrong with a configuration: one line per problem, each with its place and what to do.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// Complete sentences such as `pusht.yaml:7: unknown key "lerningRate"; did you mean "learningRate"?`; never empty.
  public let problems: [String]

  public var description: String { problems.joined(separator: "\n") }

  init(_ problems: [String]) {
    self.problems = problems
  }

  init(_ place: Place, _ problem: String) {
    self.init(["\(place): \(problem)"])
  }
}

/// Where a key or a value was written.
enum Place: Equatable, Sendable, CustomStringConvertible {
  /// In the struct's own default values.
  case defaults
  /// In a named text, usually a file; `line` counts from 1 and is nil if the parser does not know it.
  case file(name: String, line: Int?)
  /// On the command line: `text` is what followed `--set`.
  case override(text: String)

  var description: String {
    switch self {
    case .defaults: "defaults"
    case .file(let name, let line): line.map { "\(name):\($0)" } ?? name
    case .override(let text): "--set \(text)"
    }
  }
}
