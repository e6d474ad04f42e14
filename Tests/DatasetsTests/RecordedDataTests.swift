import Checkpoints
import Datasets
import Foundation
import TestSupport
import Testing

/// The recorded data sets, against what zarr and numpy read from them (Tests/Fixtures/recorded_data_numbers.py).
struct RecordedDataTests {
  private struct ColumnNumbers: Decodable {
    var shape: [Int]
    var minimum: Double
    var maximum: Double
    var mean: Double
    var crc32: UInt32
  }

  private struct Numbers: Decodable {
    struct PushT: Decodable {
      var episode_ends: [Int]
      var columns: [String: ColumnNumbers]
      var windows: Int
      var windows_crc32: UInt32
      var action_standard_deviation: Double
    }
    struct Door: Decodable {
      var episode_ends: [Int]
      var columns: [String: ColumnNumbers]
    }
    var pusht: PushT
    var adroit_door: Door
  }

  static let pushT = "pusht/pusht_cchi_v7_replay.zarr"
  static let door = "adroit-door/door_human_v0.npz"

  private func numbers() throws -> Numbers {
    try fixture("recorded_data_numbers.json", as: Numbers.self)
  }

  private func compare(_ episodes: Episodes, with numbers: [String: ColumnNumbers]) throws {
    for (name, expected) in numbers {
      let column = try episodes.column(name)
      #expect(column.shape == expected.shape)
      #expect(Double(column.values.min()!) == expected.minimum)
      #expect(Double(column.values.max()!) == expected.maximum)
      let mean = column.values.reduce(0) { $0 + Double($1) } / Double(column.values.count)
      #expect(abs(mean - expected.mean) < 1e-9 * max(1, abs(expected.mean)))
      #expect(column.values.withUnsafeBytes { crc32($0) } == expected.crc32, "\(name)")
    }
  }

  @Test(.enabled(if: SharedData.has(pushT), "the Push-T demonstrations are not here"))
  func pushTDemonstrationsReadLikeZarr() throws {
    let numbers = try numbers().pusht
    let episodes = try DatasetFile(SharedData.folder.appendingPathComponent(Self.pushT)).episodes()
    #expect(episodes.count == 206)
    #expect(episodes.stepCount == 25_650)
    #expect(episodes.ends == numbers.episode_ends)
    #expect(episodes.columns.map(\.name) == ["action", "keypoint", "n_contacts", "state"])
    try compare(episodes, with: numbers.columns)
  }

  @Test(.enabled(if: SharedData.has(door), "the Adroit door demonstrations are not here"))
  func doorDemonstrationsReadLikeNumpy() throws {
    let numbers = try numbers().adroit_door
    let episodes = try DatasetFile(SharedData.folder.appendingPathComponent(Self.door)).episodes()
    #expect(episodes.count == 25)
    #expect(episodes.ends == numbers.episode_ends)
    #expect(episodes.columns.map(\.name) == ["act", "obs", "rew"])
    try compare(episodes, with: numbers.columns)
  }

  @Test(.enabled(if: SharedData.has(pushT), "the Push-T demonstrations are not here"))
  func pushTObservationsAreKeypointsThenAgent() throws {
    let file = try DatasetFile(SharedData.folder.appendingPathComponent(Self.pushT))
    let episodes = try file.episodes(columns: PolicyRecipe.pushT.columnNames)
    let data = try PolicyDataset(episodes, recipe: .pushT)
    #expect(data.observationSize == 20)
    #expect(data.actionSize == 2)
    let keypoints = try episodes.column("keypoint").values
    let state = try episodes.column("state").values
    for step in [0, 1, 12_345, 25_649] {
      #expect(Array(data.observations[step * 20..<step * 20 + 18]) == Array(keypoints[step * 18..<step * 18 + 18]))
      #expect(Array(data.observations[step * 20 + 18..<step * 20 + 20]) == Array(state[step * 5..<step * 5 + 2]))
    }
    #expect(data.actions == (try episodes.column("action").values))
  }

  @Test(.enabled(if: SharedData.has(pushT), "the Push-T demonstrations are not here"))
  func pushTGivesTheWindowsOfDiffusionPolicy() throws {
    let numbers = try numbers().pusht
    let file = try DatasetFile(SharedData.folder.appendingPathComponent(Self.pushT))
    let data = try PolicyDataset(try file.episodes(columns: PolicyRecipe.pushT.columnNames), recipe: .pushT)
    let windows = try Windows(
      data, observationNormalizer: Normalizer(fitting: data.observations, dimensions: 20),
      actionNormalizer: Normalizer(fitting: data.actions, dimensions: 2))
    #expect(windows.count == numbers.windows)
    #expect(windows.count == 24_208)
    #expect(abs(windows.actionStandardDeviation() - numbers.action_standard_deviation) < 1e-6)
  }

  @Test func windowsBeginAndEndWhereDiffusionPolicysDo() throws {
    let numbers = try numbers().pusht
    let steps = (0..<numbers.episode_ends.last!).map { Float($0) }
    let episodes = try Episodes(
      columns: [Episodes.Column(name: "step", shape: [], values: steps)], ends: numbers.episode_ends)
    let step = [ColumnSelector("step")]
    let identity = Normalizer(fitting: [-1, 1], dimensions: 1)
    let windows = try Windows(
      PolicyDataset(episodes, recipe: PolicyRecipe(observation: step, action: step)), observationNormalizer: identity,
      actionNormalizer: identity)
    var ends: [Int64] = []
    var observations: [Float] = [0, 0]
    var actions = [Float](repeating: 0, count: 16)
    for window in 0..<windows.count {
      observations.withUnsafeMutableBufferPointer { observations in
        actions.withUnsafeMutableBufferPointer { actions in
          windows.fill(window, observations: observations, actions: actions)
        }
      }
      #expect(observations == Array(actions[..<2]))
      ends += [Int64(actions[0]), Int64(actions[15])]
    }
    #expect(ends.withUnsafeBytes { crc32($0) } == numbers.windows_crc32)
  }
}
