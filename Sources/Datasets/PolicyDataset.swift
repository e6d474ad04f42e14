/// Which columns a policy sees and which it imitates.
public struct PolicyRecipe: Sendable, Equatable, Codable {
  /// Joined in this order to one observation per step.
  public var observation: [ColumnSelector]
  /// Joined in this order to one action per step.
  public var action: [ColumnSelector]

  public init(observation: [ColumnSelector], action: [ColumnSelector]) {
    self.observation = observation
    self.action = action
  }

  /// Push-T with keypoints: `[kp0x, kp0y, …, kp8x, kp8y, agentX, agentY]` → the agent's target `[x, y]`, all in 0 …
  /// 512.
  public static let pushT = PolicyRecipe(
    observation: [ColumnSelector("keypoint"), ColumnSelector("state", start: 0, end: 2)],
    action: [ColumnSelector("action")])

  /// The columns that have to be read.
  public var columnNames: [String] {
    var names: [String] = []
    for selector in observation + action where !names.contains(selector.column) { names.append(selector.column) }
    return names
  }
}

/// Observations and actions of recorded episodes, one row per step, in the data's own units.
public struct PolicyDataset: Sendable, Equatable {
  public let recipe: PolicyRecipe
  /// Numbers per observation.
  public let observationSize: Int
  /// Numbers per action.
  public let actionSize: Int
  /// [steps, observationSize]
  public let observations: [Float]
  /// [steps, actionSize]
  public let actions: [Float]
  /// Each episode's end; see `Episodes.ends`.
  public let ends: [Int]

  /// Joins the recipe's columns; a missing column is an error that suggests the nearest and lists what there is.
  public init(_ episodes: Episodes, recipe: PolicyRecipe) throws(DatasetError) {
    self.recipe = recipe
    ends = episodes.ends
    (observations, observationSize) = try Self.join(recipe.observation, of: episodes, role: "observation")
    (actions, actionSize) = try Self.join(recipe.action, of: episodes, role: "action")
  }

  /// These episodes, and after them each of them once more, changed step by step.
  ///
  /// - Parameters:
  ///   - observation: [observationSize] → [observationSize]
  ///   - action: [actionSize] → [actionSize]
  public func adding(
    observation: ([Double]) -> [Double], action: ([Double]) -> [Double]
  ) -> PolicyDataset {
    PolicyDataset(
      recipe: recipe, observationSize: observationSize, actionSize: actionSize,
      observations: observations + Self.changed(observations, width: observationSize, observation),
      actions: actions + Self.changed(actions, width: actionSize, action),
      ends: ends + ends.map { (ends.last ?? 0) + $0 })
  }

  private static func changed(_ rows: [Float], width: Int, _ change: ([Double]) -> [Double]) -> [Float] {
    stride(from: 0, to: rows.count, by: width).flatMap { start in
      let row = change(rows[start..<start + width].map(Double.init))
      precondition(row.count == width, "a change from \(width) to \(row.count) numbers")
      return row.map { Float($0) }
    }
  }

  private init(
    recipe: PolicyRecipe, observationSize: Int, actionSize: Int, observations: [Float], actions: [Float], ends: [Int]
  ) {
    self.recipe = recipe
    self.observationSize = observationSize
    self.actionSize = actionSize
    self.observations = observations
    self.actions = actions
    self.ends = ends
  }

  private static func join(
    _ selectors: [ColumnSelector], of episodes: Episodes, role: String
  ) throws(DatasetError) -> (values: [Float], size: Int) {
    guard !selectors.isEmpty else {
      throw DatasetError(.missing, path: episodes.path, place: "recipe", "no column is selected as \(role)")
    }
    var parts: [(column: Episodes.Column, range: Range<Int>)] = []
    for selector in selectors {
      let column = try episodes.column(selector.column)
      parts.append((column, try selector.range(in: column, path: episodes.path)))
    }
    let size = parts.reduce(0) { $0 + $1.range.count }
    var values = [Float](repeating: 0, count: episodes.stepCount * size)
    values.withUnsafeMutableBufferPointer { target in
      var offset = 0
      for part in parts {
        let width = part.column.width
        part.column.values.withUnsafeBufferPointer { source in
          for step in 0..<episodes.stepCount {
            for (position, index) in part.range.enumerated() {
              target[step * size + offset + position] = source[step * width + index]
            }
          }
        }
        offset += part.range.count
      }
    }
    return (values, size)
  }
}
