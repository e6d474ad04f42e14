import Datasets
import Foundation
import PolicyHead

/// Recorded actions as chunks beside what a policy would have observed, in the data set's units: the truth that drawn or
/// completed chunks are measured against.
public struct RecordedChunks: Sendable {
  /// A step of the data: the one of a chunk's newest observation.
  public struct Place: Sendable, Equatable {
    public let episode: Int
    /// Counted from the episode's first.
    public let step: Int

    public init(episode: Int, step: Int) {
      self.episode = episode
      self.step = step
    }
  }

  private let data: PolicyDataset
  private let observed: Int
  private let horizon: Int
  private let path: String

  /// - Parameters:
  ///   - url: a data set with the policy's columns, in any format of `DatasetFile`.
  ///   - heldOutEpisodes: only those that a training with this share does not see, (0, 1); nil: all.
  /// - Throws: `DatasetError` for a file that cannot be read or has not the columns, or sizes that are not the policy's.
  public init(_ url: URL, of policy: PolicyDescription, heldOutEpisodes: Double? = nil) throws(DatasetError) {
    var columns: [[ColumnSelector]] = []
    for names in [policy.observationColumns, policy.actionColumns] {
      var selectors: [ColumnSelector] = []
      for name in names { selectors.append(try ColumnSelector(parsing: name)) }
      columns.append(selectors)
    }
    let recipe = PolicyRecipe(observation: columns[0], action: columns[1])
    var episodes = try DatasetFile(url).episodes(columns: recipe.columnNames)
    if let heldOutEpisodes {
      episodes = PolicyData.split(episodes, heldOutEpisodes: heldOutEpisodes).heldOut
    }
    data = try PolicyDataset(episodes, recipe: recipe)
    (observed, horizon, path) = (policy.observationSteps, policy.horizon, url.path)
    guard data.observationSize == policy.observationSize && data.actionSize == policy.actionSize else {
      throw DatasetError(
        .inconsistent, path: url.path,
        "its columns give observations of \(data.observationSize) and actions of \(data.actionSize) numbers, the policy has "
          + "\(policy.observationSize) and \(policy.actionSize)")
    }
  }

  public var episodeCount: Int { data.ends.count }

  /// Places whose whole horizon was recorded, spread evenly over all of them.
  ///
  /// - Throws: `DatasetError` if there are fewer than `count`.
  public func places(count: Int) throws(DatasetError) -> [Place] {
    let all = (0..<episodeCount).flatMap { episode in
      let last = steps(of: episode).count - 1
      return stride(from: observed - 1, through: last - horizon + observed, by: 1).map {
        Place(episode: episode, step: $0)
      }
    }
    guard count <= all.count else {
      throw DatasetError(
        .missing, path: path, "\(count) chunks were asked for; \(all.count) of \(horizon) steps are in its episodes")
    }
    return (0..<count).map { all[(2 * $0 + 1) * all.count / (2 * count)] }
  }

  /// What was observed up to a step, `[observed][observation]`, oldest first, and the actions from the oldest of these
  /// observations on, `[horizon][action]`. What lies outside of the episode repeats its first or last step.
  ///
  /// - Throws: `DatasetError` for a place that is not in the data.
  public func chunk(at place: Place) throws(DatasetError) -> (history: [[Double]], actions: [[Double]]) {
    guard (0..<episodeCount).contains(place.episode) else {
      throw DatasetError(.missing, path: path, "episode \(place.episode): it has \(episodeCount), counted from 0")
    }
    let steps = steps(of: place.episode)
    guard steps.indices.contains(steps.lowerBound + place.step), place.step >= 0 else {
      throw DatasetError(
        .missing, path: path, place: "episode \(place.episode)",
        "step \(place.step): it has \(steps.count), counted from 0")
    }
    let start = steps.lowerBound + place.step - (observed - 1)
    func rows(_ values: [Float], _ width: Int, _ count: Int) -> [[Double]] {
      (start..<start + count).map { step in
        let row = min(max(step, steps.lowerBound), steps.upperBound - 1)
        return values[row * width..<(row + 1) * width].map(Double.init)
      }
    }
    return (
      rows(data.observations, data.observationSize, observed), rows(data.actions, data.actionSize, horizon)
    )
  }

  private func steps(of episode: Int) -> Range<Int> { (episode == 0 ? 0 : data.ends[episode - 1])..<data.ends[episode] }
}
