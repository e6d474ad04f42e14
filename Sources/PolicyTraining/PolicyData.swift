import Checkpoints
import Datasets
import Environments
import Foundation
import PolicyHead
import Training

/// Demonstrations, split into what is trained on and what is not: of which windows are made.
struct PolicyData {
  /// Seen through the world's symmetries as well.
  let training: PolicyDataset
  let heldOut: PolicyDataset?
  /// The share of episodes in `heldOut` that was asked for.
  let heldOutEpisodes: Double
  let symmetryCount: Int
  /// What the user should know about the data, each a sentence; see `DatasetFile.remarks`.
  let remarks: [String]

  /// - Parameters:
  ///   - url: a data set in any format of `DatasetFile`.
  ///   - heldOutEpisodes: their share, in [0, 1).
  ///   - symmetries: of the demonstrated world (`Environment.symmetries`).
  /// - Throws: `DatasetError` for a file that cannot be read or has not the recipe's columns, `TrainingError` for symmetries
  ///   of other sizes.
  init(_ url: URL, recipe: PolicyRecipe, heldOutEpisodes: Double, symmetries: [Symmetry]) throws {
    let file = try DatasetFile(url)
    remarks = try file.remarks(columns: recipe.columnNames)
    let episodes = try file.episodes(columns: recipe.columnNames)
    let split = Self.split(episodes, heldOutEpisodes: heldOutEpisodes)
    self.heldOutEpisodes = heldOutEpisodes
    symmetryCount = symmetries.count
    let recorded = try PolicyDataset(split.training, recipe: recipe)
    training = try symmetries.reduce(recorded) { try Self.adding($1, to: $0) }
    heldOut = split.heldOut.count == 0 ? nil : try PolicyDataset(split.heldOut, recipe: recipe)
  }

  /// The split belongs to the data, not to a run: every seed holds the same episodes out.
  static func split(
    _ episodes: Episodes, heldOutEpisodes: Double
  ) -> (training: Episodes, heldOut: Episodes) {
    episodes.split(heldOutFraction: heldOutEpisodes, seed: 0)
  }

  /// All windows, normalised.
  ///
  /// - Throws: `DatasetError` if no episode is long enough for one.
  func windows(
    _ shape: Windows.Shape, observationNormalizer: Normalizer, actionNormalizer: Normalizer
  ) throws(DatasetError) -> (training: Windows, heldOut: Windows?) {
    func windows(_ data: PolicyDataset) throws(DatasetError) -> Windows {
      try Windows(
        data, shape: shape, observationNormalizer: observationNormalizer, actionNormalizer: actionNormalizer)
    }
    guard let heldOut else { return (try windows(training), nil) }
    return (try windows(training), try windows(heldOut))
  }

  func fingerprint(_ windows: (training: Windows, heldOut: Windows?)) -> DataFingerprint {
    DataFingerprint(self, windows: windows.training.count, heldOutWindows: windows.heldOut?.count ?? 0)
  }

  private static func adding(_ symmetry: Symmetry, to data: PolicyDataset) throws(TrainingError) -> PolicyDataset {
    guard symmetry.observationCount == data.observationSize && symmetry.actionCount == data.actionSize else {
      throw .configuration(
        "the world's symmetry is of \(symmetry.observationCount) observed and \(symmetry.actionCount) acted numbers, the "
          + "data's columns give \(data.observationSize) and \(data.actionSize): choose the world's columns")
    }
    return data.adding(observation: symmetry.observation, action: symmetry.action)
  }
}

extension ActionChunks {
  /// Those of windows; none of nil.
  init(_ windows: Windows?) {
    guard let windows else {
      self.init(count: 0) { _, _ in }
      return
    }
    self.init(count: windows.count) { windows.fill($0, actions: $1) }
  }
}

/// As metadata: the same text for equal values.
func metadataText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
