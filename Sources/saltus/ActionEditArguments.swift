import ArgumentParser
import Consistency
import Foundation
import PolicyHead
import Reporting

/// What of a chunk of actions is known, and what it is drawn from: options of `edit actions`.
struct ActionEditArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The first rows, already committed: [[x, y], …]. With --simulate their number.", valueName: "FILE|JSON"))
  var prefix: String?

  @Option(
    help: ArgumentHelp("An action to pass through; may be repeated. With --simulate ROW alone.", valueName: "ROW:x,y"))
  var waypoint: [String] = []

  // Negative coordinates are no options.
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The last action. With --simulate the word chunk.", valueName: "x,y"))
  var goal: String?

  @Option(
    help: ArgumentHelp(
      "One number of every action, [v, v, …], for the others to be found; may be repeated. With --simulate C alone.",
      valueName: "C=FILE|JSON"))
  var channel: [String] = []

  @Option(
    help: ArgumentHelp(
      "Means of FACTOR rows each, [[x, y], …]: super-resolution in time. With --simulate FACTOR alone.",
      valueName: "FACTOR:FILE|JSON"))
  var coarse: String?

  @Option(
    help: ArgumentHelp(
      "Draw from this chunk, [[x, y], …] or {\"plan\": …}, with noise on it.", valueName: "FILE|JSON"))
  var sketch: String?

  @Option(
    help: ArgumentHelp(
      "Standard deviation of the noise on --sketch, where the data's range is 2: more changes more.",
      valueName: "SIGMA"))
  var strength: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Draw between the samples of two seeds, by --share.", valueName: "SEED"))
  var between: [UInt64] = []

  @Option(help: ArgumentHelp("0 is the first sample of --between, 1 the second.", valueName: "X"))
  var share: Double?

  /// Whether something is to be known.
  private var hasKnown: Bool {
    prefix != nil || !waypoint.isEmpty || goal != nil || !channel.isEmpty || coarse != nil
  }

  func validate() throws {
    if !hasKnown && sketch == nil && between.isEmpty {
      throw ValidationError(
        "What is to be edited? Give --prefix, --waypoint, --goal, --channel, --coarse, --sketch or --between.")
    }
    if coarse != nil && (prefix != nil || !waypoint.isEmpty || goal != nil || !channel.isEmpty) {
      throw ValidationError("--coarse gives means, the others values themselves: give one or the other.")
    }
    if (sketch == nil) != (strength == nil) {
      throw ValidationError("--sketch and --strength belong together: give both.")
    }
    if let strength, !(0.001...80).contains(strength) {
      throw ValidationError("--strength \(strength): 0.001 to 80 are possible.")
    }
    if !between.isEmpty && between.count != 2 {
      throw ValidationError("--between: two seeds are needed, such as --between 1 2.")
    }
    if between.isEmpty != (share == nil) {
      throw ValidationError("--between and --share belong together: give both.")
    }
    if let share, !(0...1).contains(share) { throw ValidationError("--share \(share): 0 to 1 are possible.") }
  }

  /// What of this cannot be measured against a truth, in which everything is known but for what the options hide.
  func validateSimulation() throws {
    if sketch != nil || !between.isEmpty {
      throw ValidationError("--simulate hides what is not known: give it without --sketch and --between.")
    }
  }

  /// What decides the noise.
  func noise(seed: UInt64) -> NoiseSource {
    guard between.count == 2, let share else { return .seed(seed) }
    return .between(between[0], between[1], share: share)
  }

  /// - Parameter chunk: that the options only say places in, `[horizon][action]`; nil: they have values.
  /// - Throws: `CommandFailure` with the option that is meant.
  func edit(for policy: PolicyDescription, hidingFrom chunk: [[Double]]? = nil) throws(CommandFailure) -> ActionEdit {
    var edit = ActionEdit(for: policy)
    if let prefix {
      let known = try Self.prefix(prefix, in: chunk)
      if known.isEmpty { throw CommandFailure("--prefix \(prefix): there are no rows in it") }
      for (row, action) in known.enumerated() {
        try Self.change(&edit, "--prefix") { try $0.set(row: row, to: action) }
      }
    }
    for waypoint in waypoint {
      let (row, action) = try Self.waypoint(waypoint, in: chunk)
      try Self.change(&edit, "--waypoint \(waypoint)") { try $0.set(row: row, to: action) }
    }
    if let goal {
      let action = try Self.goal(goal, in: chunk)
      try Self.change(&edit, "--goal \(goal)") { try $0.set(row: policy.horizon - 1, to: action) }
    }
    for channel in channel {
      let (number, values) = try Self.channel(channel, in: chunk)
      try Self.change(&edit, "--channel \(number)") { try $0.set(channel: number, to: values) }
    }
    if let coarse {
      let (factor, means) = try Self.coarse(coarse, in: chunk)
      try Self.change(&edit, "--coarse \(factor)") { try $0.set(coarse: means, factor: factor) }
    }
    if let sketch, let strength {
      let rows = try Self.decode(ChunkRows.self, sketch, "--sketch", "[[x, y], …] or {\"plan\": [[x, y], …]}").rows
      try Self.change(&edit, "--sketch") { try $0.set(sketch: rows, strength: strength) }
    }
    return edit
  }

  /// Puts an option's name before what the library says of its value.
  private static func change(
    _ edit: inout ActionEdit, _ option: String, _ body: (inout ActionEdit) throws -> Void
  ) throws(CommandFailure) {
    do { try body(&edit) } catch { throw CommandFailure("\(option): \(error)") }
  }
}

// MARK: The options' values

extension ActionEditArguments {
  /// `[[x, y], …]`, or the object that `act --full-horizon` and `edit actions` write.
  fileprivate struct ChunkRows: Decodable {
    let rows: [[Double]]

    private enum CodingKeys: CodingKey { case plan }

    init(from decoder: any Decoder) throws {
      if let container = try? decoder.container(keyedBy: CodingKeys.self) {
        rows = try container.decode([[Double]].self, forKey: .plan)
      } else {
        rows = try decoder.singleValueContainer().decode([[Double]].self)
      }
    }
  }

  fileprivate static func decode<Value: Decodable>(
    _ type: Value.Type, _ value: String, _ option: String, _ form: String
  ) throws(CommandFailure) -> Value {
    let (text, place) = try optionText(value, option: option)
    guard let found = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
      throw CommandFailure("\(place): this is not \(form), with finite numbers")
    }
    return found
  }

  /// `x,y`.
  private static func action(_ text: Substring) -> [Double]? {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    return values.allSatisfy { $0 != nil } ? values.map { $0! } : nil
  }

  fileprivate static func prefix(_ text: String, in chunk: [[Double]]?) throws(CommandFailure) -> [[Double]] {
    guard let chunk else { return try decode(ChunkRows.self, text, "--prefix", "[[x, y], …]").rows }
    guard let count = Int(text), chunk.indices.contains(count - 1) else {
      throw CommandFailure("--prefix \(text): with --simulate a number of rows is needed, 1 to \(chunk.count)")
    }
    return Array(chunk[..<count])
  }

  fileprivate static func waypoint(
    _ text: String, in chunk: [[Double]]?
  ) throws(CommandFailure) -> (Int, [Double]) {
    if let chunk {
      guard let row = Int(text), chunk.indices.contains(row) else {
        throw CommandFailure("--waypoint \(text): with --simulate a row alone is needed, 0 to \(chunk.count - 1)")
      }
      return (row, chunk[row])
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let row = Int(parts[0]), let action = action(parts[1]) else {
      throw CommandFailure("--waypoint \(text): give a row and an action, such as 9:256,300")
    }
    return (row, action)
  }

  fileprivate static func goal(_ text: String, in chunk: [[Double]]?) throws(CommandFailure) -> [Double] {
    if let chunk {
      guard text == "chunk" else {
        throw CommandFailure("--goal \(text): with --simulate it is the chunk's own: write --goal chunk")
      }
      return chunk[chunk.count - 1]
    }
    guard let action = action(text[...]) else {
      throw CommandFailure("--goal \(text): give an action, such as 256,300")
    }
    return action
  }

  fileprivate static func channel(
    _ text: String, in chunk: [[Double]]?
  ) throws(CommandFailure) -> (Int, [Double]) {
    if let chunk {
      guard let number = Int(text), chunk[0].indices.contains(number) else {
        throw CommandFailure("--channel \(text): with --simulate a channel alone is needed, 0 to \(chunk[0].count - 1)")
      }
      return (number, chunk.map { $0[number] })
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int(parts[0]) else {
      throw CommandFailure("--channel \(text): give a channel and its values, such as 0=x.json")
    }
    return (number, try decode([Double].self, String(parts[1]), "--channel \(number)", "[v, v, …]"))
  }

  fileprivate static func coarse(
    _ text: String, in chunk: [[Double]]?
  ) throws(CommandFailure) -> (Int, [[Double]]) {
    if let chunk {
      guard let factor = Int(text) else {
        throw CommandFailure("--coarse \(text): with --simulate a factor alone is needed, such as 4")
      }
      do {
        return (factor, try ActionEdit.means(of: chunk, factor: factor))
      } catch {
        throw CommandFailure("--coarse \(text): \(error)")
      }
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let factor = Int(parts[0]) else {
      throw CommandFailure("--coarse \(text): give a factor and means, such as 4:coarse.json")
    }
    return (factor, try decode(ChunkRows.self, String(parts[1]), "--coarse \(factor)", "[[x, y], …]").rows)
  }
}
