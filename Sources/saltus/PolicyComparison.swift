import Comparison
import Environments
import Foundation
import PolicyHead
import PolicyTraining
import PushTEnv
import Reporting
import TwoWayEnv

/// Policies in a comparison: trained on demonstrations, measured in a simulated world.
struct PolicyComparison: ComparedHead {
  typealias Stage = ComparisonPlan<PolicyTrainingConfiguration>.Stage

  let preset: ComparisonPreset
  let settings: ComparisonSettings
  let world: SimulatedWorld
  let reset: ResetGenerator
  let data: String
  let out: String
  /// Files in place of checkpoints, by the stage's folder.
  let trained: [String: String]
  let threads: Int

  private func checkpoint(_ folder: String) -> String { trained[folder] ?? "\(out)/\(folder)/last.safetensors" }

  func train(_ stage: Stage) throws {
    try TrainingCommand.run(
      stage.configuration, data: data, out: "\(out)/\(stage.folder)", start: stage.start.map(checkpoint),
      teacher: stage.teacher.map(checkpoint), symmetriesOf: preset.symmetries ? world : nil, threads: threads,
      resume: FileManager.default.fileExists(atPath: checkpoint(stage.folder)), label: stage.folder)
  }

  /// The trained policy, with the γ that it is to be sampled with.
  private func policy(_ stage: Stage, _ sampling: ComparisonPreset.Sampling) throws -> TrainedPolicy {
    try TrainedPolicy(contentsOf: URL(filePath: checkpoint(stage.folder))).used(PolicyUse(gamma: sampling.gamma))
  }

  func evaluate(_ stage: Stage) throws -> [EvaluationReport] {
    try stage.evaluate.map { sampling in
      let used = try policy(stage, sampling)
      let label = "\(stage.folder), \(sampling.inWords)"
      return switch world {
      case .pusht: try evaluate(used, sampling, label: label) { PushT() }
      case .twoway:
        try evaluate(
          used, sampling, label: label, world: { TwoWay() }, hasCollided: { (world: TwoWay) in world.hasCollided })
      }
    }
  }

  func hasCheckpoint(_ stage: Stage) -> Bool { FileManager.default.fileExists(atPath: checkpoint(stage.folder)) }

  /// Over starts of Push-T that leave a choice, from the comparison's first on; or samples of TwoWay's one start.
  func modes(_ stage: Stage, _ sampling: ComparisonPreset.Sampling) throws -> ModeReport? {
    let rollout = ModeRollout(
      evaluation: PolicyEvaluation(try policy(stage, sampling), sampler: sampling.method, threads: threads),
      firstSeed: settings.firstSeed)
    let counts =
      switch world {
      case .twoway: [try rollout.twoWay(samples: Self.modeStarts * Self.modeSamples).counts]
      case .pusht:
        try rollout.pushT(
          seeds: ModeRollout.pushTSeeds(from: settings.firstSeed, count: Self.modeStarts, reset: reset),
          samplesPerStart: Self.modeSamples, reset: reset)
      }
    // Calls are in the row.
    return ModeReport(starts: counts, networkCallsPerChunk: 1)
  }

  private static let modeStarts = 40
  private static let modeSamples = 25

  /// - Parameter hasCollided: whether an episode of the world ended in a collision; nil in worlds that know none.
  private func evaluate<World: Environment>(
    _ policy: TrainedPolicy, _ sampling: ComparisonPreset.Sampling, label: String,
    world: @escaping @Sendable () -> World, hasCollided: (@Sendable (World) -> Bool)? = nil
  ) throws -> EvaluationReport {
    let firstSeed = settings.firstSeed
    let starts = try EpisodeStarts(count: settings.episodes, first: firstSeed, generator: reset, world: world)
    let report = try PolicyRollout.report(
      of: policy, sampler: sampling.method, starts: starts, threads: threads, label: label,
      seed: { firstSeed + UInt64($0) }, hasCollided: hasCollided)
    // Comparisons are no command of several ranks.
    return report!
  }
}
