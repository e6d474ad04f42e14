import Environments
import Foundation
import PolicyHead
import PushTEnv
import Testing

/// The files that the program ships with, by what is said of them in their cards.
enum Models {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/saltus/Models")

  static func bytes(_ url: URL) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int)
  }
}

struct BundledPolicyTests {
  private let url = Models.folder.appending(path: "pusht.safetensors")

  @Test func itIsSmall() throws { #expect(try Models.bytes(url) <= 12_000_000) }

  /// The teacher, from which one-step methods can start: a denoiser of the same actions, used in many steps.
  @Test func itsTeacherIsADenoiserThatSolvesTheTask() throws {
    let file = Models.folder.appending(path: "pusht-teacher.safetensors")
    #expect(try Models.bytes(file) <= 12_000_000)
    let teacher = try TrainedPolicy(contentsOf: file)
    #expect(teacher.description.objective.method == .edm)
    let episodes = try PolicyEvaluation(teacher, sampler: .solver(.multistep, intervals: 12), threads: 2).run(
      episodes: 20,
      makeEnvironment: { index in
        let world = PushT()
        return (world, try world.reset(seed: 200_000 + UInt64(index), generator: .legacy))
      }, seed: { UInt64($0) })
    #expect(episodes.map(\.score).reduce(0, +) / 20 > 0.85)
  }

  /// 0.93 was measured on 500 starts; the mean of 40 others is within three standard errors of it.
  @Test func itPushesTheTInOneCallPerChunk() throws {
    let policy = try TrainedPolicy(contentsOf: url)
    let evaluation = PolicyEvaluation(policy, sampler: .consistency(steps: 1), threads: 2)
    let episodes = try evaluation.run(
      episodes: 40,
      makeEnvironment: { index in
        let world = PushT()
        return (world, try world.reset(seed: 200_000 + UInt64(index), generator: .legacy))
      }, seed: { UInt64($0) })
    let mean = episodes.map(\.score).reduce(0, +) / 40
    #expect(mean > 0.93 - 3 * 0.2 / 40.0.squareRoot(), "\(mean)")
    let chunk = policy.description.actionSteps
    for episode in episodes { #expect(episode.networkCalls == (episode.steps + chunk - 1) / chunk) }
  }
}
