import Configuration
import Consistency
import Foundation
import Reporting

/// One method's trainings with their numbers of steps, before any of them is started.
public struct ComparisonPlan<Configuration: ComparedConfiguration>: Sendable {
  /// One of them.
  public struct Stage: Sendable {
    /// Where its checkpoints lie, `METHOD/STAGE` relative to the comparison's folder.
    public var folder: String
    /// Steps, batch and seed included.
    public var configuration: Configuration
    /// See `Objective.evaluationsPerStep`.
    public var evaluationsPerStep: Int
    /// Folders of the stages that it starts from and follows.
    public var start: String?
    public var teacher: String?
    public var evaluate: [ComparisonPreset.Sampling]
  }

  public let method: ComparisonPreset.Method
  public let stages: [Stage]
  /// Other methods that a stage starts from or follows, without repetition.
  public let origins: [String]

  /// Reads the stages' configurations and shares out the budget.
  ///
  /// - Parameters:
  ///   - folder: of the preset, to which its paths are relative.
  ///   - overrides: `key=value` texts that go over all of the preset.
  /// - Throws: `ConfigurationError` for a file that cannot be read or a wrong key; `CommandFailure` for impossible values,
  ///   a γ for a method that knows none, or a budget that does not pay for a step; `ConsistencyError` for an objective's
  ///   impossible setting.
  public init(
    _ method: ComparisonPreset.Method, of preset: ComparisonPreset, folder: URL, _ settings: ComparisonSettings,
    overrides: [String] = []
  ) throws {
    var stages: [Stage] = []
    var origins: [String] = []
    // The stage that stands for another method is its last one.
    func place(_ origin: String) -> String {
      if method.stages.contains(where: { $0.folder == origin }) { return "\(method.name)/\(origin)" }
      if !origins.contains(origin) { origins.append(origin) }
      let other = preset.methods.first { $0.name == origin }
      return "\(origin)/\(other?.stages.last?.folder ?? "")"
    }
    let common: Configuration = try ConfigurationLoader.load(
      defaults: Configuration(), file: preset.common.map { folder.appending(path: $0).path })
    for stage in method.stages {
      var configuration: Configuration = try ConfigurationLoader.load(
        defaults: common, file: folder.appending(path: stage.config).path,
        overrides: preset.set + (stage.set ?? []) + overrides)
      // The objective's price does not depend on the data's scale.
      let objective = try configuration.comparedObjective.objective(sigmaData: 1)
      let price = objective.evaluationsPerStep
      let share = stage.share ?? 1
      configuration.comparedTraining.steps = settings.steps(share: share, evaluationsPerStep: price)
      configuration.comparedTraining.batchSize = settings.batchSize
      configuration.comparedTraining.seed = settings.seed
      guard configuration.comparedTraining.steps > 0 else {
        let least = Int((Double(price) / share).rounded(.up))
        throw CommandFailure(
          "--budget \(settings.budget): \(method.name) spends \(price) network evaluations a step, so that its stage "
            + "\(stage.folder) would have none; give \(least) or more")
      }
      if let problem = configuration.problem { throw CommandFailure("\(method.name): \(stage.folder): \(problem)") }
      do {
        for sampling in stage.evaluate ?? [] { try sampling.check(objective) }
      } catch {
        throw CommandFailure("\(method.name): \(stage.folder): \(error)")
      }
      stages.append(
        Stage(
          folder: "\(method.name)/\(stage.folder)", configuration: configuration, evaluationsPerStep: price,
          start: stage.start.map(place), teacher: stage.teacher.map(place), evaluate: stage.evaluate ?? []))
    }
    self.method = method
    self.stages = stages
    self.origins = origins
  }
}
