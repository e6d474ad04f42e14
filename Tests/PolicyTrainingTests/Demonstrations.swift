import Datasets
import Foundation
import PolicyTraining

/// Recorded motions on circles: `place` and `goal`, and as `action` the next place. What is to be done follows from what
/// is seen.
enum Demonstrations {
  static let columns: [EpisodesWriter.Column] = [
    .init(name: "place", shape: [2]), .init(name: "goal", shape: []), .init(name: "action", shape: [2]),
  ]

  /// Writes a Zarr folder of eight episodes.
  ///
  /// - Parameters:
  ///   - scale: of places and actions.
  ///   - steps: of every episode.
  ///   - constantAction: all actions are the same.
  @discardableResult
  static func write(
    _ url: URL, scale: Float = 1, steps: Int = 20, constantAction: Bool = false
  ) throws -> URL {
    let writer = try EpisodesWriter(url, columns: columns)
    for episode in 0..<8 {
      let radius = scale * (1 + 0.1 * Float(episode))
      func place(_ step: Int) -> [Float] {
        let angle = 0.3 * Float(step) + Float(episode)
        return [radius * cosine(angle), radius * cosine(angle - .pi / 2)]
      }
      try writer.append([
        "place": (0..<steps).flatMap(place), "goal": [Float](repeating: radius, count: steps),
        "action": constantAction
          ? [Float](repeating: 1, count: 2 * steps) : (0..<steps).flatMap { place($0 + 1) },
      ])
    }
    try writer.finish()
    return url
  }

  private static func cosine(_ angle: Float) -> Float { Float(cos(Double(angle))) }
}

extension PolicyTrainingConfiguration {
  /// A tiny policy on `Demonstrations`.
  static func tiny(steps: Int = 6) -> Self {
    var configuration = Self()
    configuration.observation = [ColumnSelector("place"), ColumnSelector("goal")]
    configuration.action = [ColumnSelector("action")]
    configuration.horizon = 4
    configuration.actionSteps = 2
    configuration.widths = [8, 16]
    configuration.groups = 4
    configuration.embedding = 8
    configuration.heldOutEpisodes = 0.25
    configuration.training.steps = steps
    configuration.training.batchSize = 8
    configuration.training.warmupSteps = 0
    configuration.training.checkpointEvery = 3
    configuration.training.evaluateEvery = steps
    return configuration
  }
}
