import Environments
import Testing

/// The smallest environment: a point that moves by the action.
private final class Walk: Environment {
  let observationCount = 1
  let actionLow = [-1.0]
  let actionHigh = [2.0]
  let maxSteps = 3
  let controlRate = 10.0
  private(set) var episode = EpisodeRecord()
  private var position = 0.0

  func reset(seed: UInt64, generator: ResetGenerator) -> [Double] {
    episode = EpisodeRecord()
    position = 0
    return [position]
  }

  func step(_ action: [Double]) throws(EnvironmentError) -> StepResult<Double> {
    position += try validated(action)[0]
    let isLast = episode.stepCount + 1 == maxSteps
    episode.add(reward: position, isSuccess: position > 3, isLast: isLast)
    return StepResult(
      observation: [position], reward: position, terminated: false, truncated: isLast, info: position)
  }

  func render(size: Int, plan: [[Double]]) throws(RenderingError) -> Frame {
    try Canvas(size: size, worldSize: 1).frame()
  }
}

struct EnvironmentTests {
  @Test func nonFiniteActionsAreRefused() {
    let walk = Walk()
    #expect(throws: EnvironmentError.nonFiniteAction(index: 0, value: "nan")) { try walk.step([.nan]) }
    #expect(throws: EnvironmentError.nonFiniteAction(index: 0, value: "-inf")) { try walk.step([-.infinity]) }
  }

  @Test func wrongSizedActionsAreRefused() {
    #expect(throws: EnvironmentError.wrongActionCount(expected: 1, found: 2)) { try Walk().step([0, 0]) }
    #expect(throws: EnvironmentError.wrongActionCount(expected: 1, found: 0)) { try Walk().step([]) }
  }

  @Test func actionsAreClampedToTheLimits() throws {
    let walk = Walk()
    #expect(try walk.step([9]).observation == [2])
    #expect(try walk.step([-9]).observation == [1])
  }

  @Test func recordKeepsTheLargestRewardAndEverySuccess() throws {
    let walk = Walk()
    _ = walk.reset(seed: 0, generator: .legacy)
    for action in [2.0, 2, -1] { _ = try walk.step([action]) }
    #expect(walk.episode.maximumReward == 4)
    #expect(walk.episode.totalReward == 9)
    #expect(walk.episode.isSuccess)
    #expect(walk.episode.isOver)
    #expect(walk.episode.stepCount == 3)
  }

  @Test func errorsSayWhatToDo() {
    let errors: [EnvironmentError] = [
      .wrongActionCount(expected: 2, found: 3), .nonFiniteAction(index: 1, value: "nan"),
      .wrongStateCount(expected: 5, found: 4), .stepBeforeReset, .stepAfterEnd(steps: 300),
      .stateOutOfRange(name: "block x", value: "inf", low: -512, high: 1024),
      .seedOutOfRange(seed: 1 << 32, generator: .legacy, limit: (1 << 32) - 1),
    ]
    for error in errors { #expect(error.description.contains(":"), "\(error)") }
  }
}
