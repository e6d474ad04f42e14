import Checkpoints

extension TrainingConfiguration {
  /// The first setting that differs from a stored one and would make the rest another run, or nil. `steps` may differ:
  /// asking for more of them is how a run is made longer. What follows the share of the run that is done goes back with
  /// it: the learning rate's cosine, and the stage of an objective that has stages.
  func differenceThatChangesResults(from stored: TrainingConfiguration) -> String? {
    var comparable = self
    comparable.steps = stored.steps
    comparable.checkpointEvery = stored.checkpointEvery
    comparable.keepCheckpoints = stored.keepCheckpoints
    comparable.logEvery = stored.logEvery
    comparable.evaluateEvery = stored.evaluateEvery
    comparable.evaluationExamples = stored.evaluationExamples
    guard comparable != stored else { return nil }
    for ((name, given), (_, before)) in zip(
      Mirror(reflecting: comparable).children, Mirror(reflecting: stored).children)
    where "\(given)" != "\(before)" {
      return "the run was started with \(name ?? "?") = \(before), not \(given)"
    }
    return "the run was started with other settings"
  }
}

/// What differs between the head's description of a run and the one in its checkpoint: in words, by key.
enum DescriptionDifference {
  /// - Parameters:
  ///   - stored: JSON text.
  ///   - given: JSON text that is not equal to it.
  /// - Returns: the first few differences, such as `network.dropout = 0, not 0.1`.
  static func text(stored: String, given: String) -> String {
    guard let before = try? JSONValue(parsing: Array(stored.utf8)), let now = try? JSONValue(parsing: Array(given.utf8))
    else { return "the run was started with other settings or data" }
    var found: [String] = []
    collect(before, now, "", into: &found)
    let shown = found.prefix(3).joined(separator: "; ")
    return "the run was started with \(shown)" + (found.count > 3 ? " and \(found.count - 3) more differences" : "")
  }

  private static func collect(_ before: JSONValue?, _ now: JSONValue?, _ path: String, into found: inout [String]) {
    guard before != now else { return }
    if let before = before?.members, let now = now?.members {
      let names = before.map(\.name) + now.map(\.name).filter { name in !before.contains { $0.name == name } }
      for name in names {
        collect(
          before.first { $0.name == name }?.value, now.first { $0.name == name }?.value,
          path.isEmpty ? name : "\(path).\(name)", into: &found)
      }
    } else if let before = before?.elements, let now = now?.elements, before.count == now.count {
      for (index, pair) in zip(before, now).enumerated() { collect(pair.0, pair.1, "\(path)[\(index)]", into: &found) }
    } else {
      found.append("\(path) = \(before.map(words) ?? "nothing"), not \(now.map(words) ?? "nothing")")
    }
  }

  private static func words(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array(let values): "[\(values.map(words).joined(separator: ", "))]"
    case .object(let members): "{\(members.map { "\($0.name): \(words($0.value))" }.joined(separator: ", "))}"
    }
  }
}
