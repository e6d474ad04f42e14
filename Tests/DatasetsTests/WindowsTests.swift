import Checkpoints
import Datasets
import Foundation
import Testing

/// Windows are those of diffusion_policy.
struct WindowsTests {
  /// Identity normalisers, so that the numbers can be followed: observation = step, action = (step, −step).
  private func windows(_ lengths: [Int], _ shape: Windows.Shape) throws -> Windows {
    let count = lengths.reduce(0, +)
    var end = 0
    let episodes = try Episodes(
      columns: [
        .init(name: "o", shape: [], values: (0..<count).map { Float($0) }),
        .init(name: "a", shape: [2], values: (0..<count).flatMap { [Float($0), -Float($0)] }),
      ],
      ends: lengths.map { length in
        end += length
        return end
      })
    let recipe = PolicyRecipe(observation: [ColumnSelector("o")], action: [ColumnSelector("a")])
    return try Windows(
      PolicyDataset(episodes, recipe: recipe), shape: shape,
      observationNormalizer: Normalizer(fitting: [-1, 1], dimensions: 1),
      actionNormalizer: Normalizer(fitting: [-1, -1, 1, 1], dimensions: 2))
  }

  /// The steps that a window's observations and actions come from.
  private func steps(_ windows: Windows, _ index: Int) -> (observed: [Int], actions: [Int]) {
    var observations = [Float](repeating: 0, count: windows.shape.observed)
    var actions = [Float](repeating: 0, count: windows.shape.horizon * 2)
    observations.withUnsafeMutableBufferPointer { observations in
      actions.withUnsafeMutableBufferPointer { actions in
        windows.fill(index, observations: observations, actions: actions)
      }
    }
    let first = stride(from: 0, to: actions.count, by: 2).map { Int(actions[$0]) }
    let second = stride(from: 1, to: actions.count, by: 2).map { -Int(actions[$0]) }
    #expect(first == second)
    return (observations.map { Int($0) }, first)
  }

  @Test func outsideItsEpisodeAWindowRepeatsTheBorder() throws {
    let windows = try windows([5, 6], Windows.Shape(observed: 2, horizon: 4, executed: 3))
    // n − horizon + observed + executed − 1
    #expect(windows.count == 5 + 6)
    let expected: [(observed: [Int], actions: [Int])] = [
      ([0, 0], [0, 0, 1, 2]), ([0, 1], [0, 1, 2, 3]), ([1, 2], [1, 2, 3, 4]), ([2, 3], [2, 3, 4, 4]),
      ([3, 4], [3, 4, 4, 4]), ([5, 5], [5, 5, 6, 7]), ([5, 6], [5, 6, 7, 8]), ([6, 7], [6, 7, 8, 9]),
      ([7, 8], [7, 8, 9, 10]), ([8, 9], [8, 9, 10, 10]), ([9, 10], [9, 10, 10, 10]),
    ]
    for (index, expected) in expected.enumerated() {
      let steps = steps(windows, index)
      #expect(steps.observed == expected.observed)
      #expect(steps.actions == expected.actions)
    }
  }

  /// diffusion_policy's create_indices and sample_sequence, transcribed.
  @Test(arguments: [(2, 16, 8), (1, 4, 1), (3, 10, 8), (2, 8, 1)])
  func countsFollowTheReferencesRule(observed: Int, horizon: Int, executed: Int) throws {
    let lengths = [40, 1, 9, 16, 7, 23]
    let windows = try windows(lengths, Windows.Shape(observed: observed, horizon: horizon, executed: executed))
    let expected = lengths.reduce(0) { sum, length in
      let minStart = -(observed - 1)
      let maxStart = length - horizon + (executed - 1)
      return sum + max(0, maxStart - minStart + 1)
    }
    #expect(windows.count == expected)
  }

  @Test func episodesThatAreTooShortEverywhereAreNamed() {
    #expect(
      throws: DatasetError(
        .inconsistent, path: "windows",
        "none of the 2 episodes has the 8 steps that a window needs; use a shorter horizon")
    ) { try windows([7, 3], Windows.Shape()) }
    #expect(throws: Never.self) { try windows([8, 3], Windows.Shape()) }
  }

  @Test func impossibleShapesAreNamed() {
    #expect(Windows.Shape().problem == nil)
    #expect(Windows.Shape(observed: 0).problem == "window lengths must be at least 1")
    #expect(
      Windows.Shape(observed: 2, horizon: 8, executed: 8).problem
        == "a horizon of 8 steps is too short: 2 observed and 8 executed steps need 9")
  }

  @Test func theStandardDeviationIsThatOfAllWindowedActions() throws {
    let windows = try windows([5, 6], Windows.Shape(observed: 2, horizon: 4, executed: 3))
    let all = (0..<windows.count).flatMap { steps(windows, $0).actions }.flatMap { [Double($0), -Double($0)] }
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    #expect(abs(windows.actionStandardDeviation() - variance.squareRoot()) < 1e-9)
  }
}
