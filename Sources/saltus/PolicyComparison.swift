import ArgumentParser
import Comparison
import Configuration
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import Training
import TwoWayEnv

/// Trains and evaluates the methods of a comparison, one after the other, each into its folder and its row.
struct PolicyComparison {
  private let plans: [ComparisonPlan]
  /// Those whose rows are asked for; the others are only trained, for these.
  private let asked: [String]
  private let preset: ComparisonPreset
  private let settings: ComparisonSettings
  private let world: SimulatedWorld
  private let reset: ResetGenerator
  private let data: String
  private let out: String
  private let threads: Int

  /// Reads preset and configurations; trains nothing.
  ///
  /// - Throws: `CommandFailure` and `ConfigurationError`: see `ComparisonPreset` and `ComparisonPlan`.
  init(
    preset path: String, methods: [String]?, settings: ComparisonSettings, overrides: [String], world: SimulatedWorld,
    reset: ResetGenerator, data: String, out: String, threads: Int
  ) throws {
    let preset = try ComparisonPreset(file: path)
    let asked = try preset.methods(named: methods).map(\.name)
    let folder = URL(filePath: path).deletingLastPathComponent()
    let plans = try preset.methods.map {
      try ComparisonPlan($0, of: preset, folder: folder, settings, overrides: overrides)
    }
    // Origins come before what needs them, so that going backwards finds those of origins, too.
    var needed = Set(asked)
    for plan in plans.reversed() where needed.contains(plan.method.name) { needed.formUnion(plan.origins) }
    self.plans = plans.filter { needed.contains($0.method.name) }
    self.asked = asked
    self.preset = preset
    self.settings = settings
    self.world = world
    self.reset = reset
    self.data = data
    self.out = out
    self.threads = threads
  }

  /// Does what is not done yet.
  ///
  /// - Throws: `CommandFailure` for a row of another configuration; what training and evaluation throw.
  func run() throws {
    Interrupt.install()
    let unfinished = try plans.filter { try asked.contains($0.method.name) && !hasRow($0) }
    let needed = Set(unfinished.flatMap { [$0.method.name] + origins(of: $0) })
    for plan in plans where needed.contains(plan.method.name) {
      try train(plan)
      guard unfinished.contains(where: { $0.method.name == plan.method.name }) else { continue }
      let row = try row(of: plan)
      try JSONFile.write(row, to: path(plan))
      TrainingCommand.note("wrote \(path(plan))")
    }
  }

  private func path(_ plan: ComparisonPlan) -> String { "\(out)/\(plan.method.name).json" }

  private func origins(of plan: ComparisonPlan) -> [String] {
    plan.origins.flatMap { name in
      [name] + (plans.first { $0.method.name == name }.map(origins) ?? [])
    }
  }

  /// Whether the method's row is there already, made in the same way.
  private func hasRow(_ plan: ComparisonPlan) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path(plan)) else { return false }
    let row = try ComparisonRow.read(path(plan))
    let configurations = try plan.stages.map { try ConfigurationLoader.json($0.configuration) }
    guard row.training.map(\.configuration) == configurations else {
      throw CommandFailure(
        "\(path(plan)) was made with another configuration; remove it, or choose another --out directory")
    }
    return true
  }

  private func train(_ plan: ComparisonPlan) throws {
    func checkpoint(_ folder: String) -> String { "\(out)/\(folder)/last.safetensors" }
    for stage in plan.stages {
      // A finished stage, too, is asked whether it was trained with these settings.
      try TrainingCommand.run(
        stage.configuration, data: data, out: "\(out)/\(stage.folder)", start: stage.start.map(checkpoint),
        teacher: stage.teacher.map(checkpoint), symmetriesOf: preset.symmetries ? world : nil, threads: threads,
        resume: FileManager.default.fileExists(atPath: checkpoint(stage.folder)), label: stage.folder)
    }
  }

  private func row(of plan: ComparisonPlan) throws -> ComparisonRow {
    var training: [ComparisonRow.Training] = []
    var results: [ComparisonRow.Result] = []
    for (stage, described) in zip(plan.stages, plan.method.stages) {
      let metrics = try MetricsFile.read("\(out)/\(stage.folder)/metrics.jsonl")
      training.append(
        ComparisonRow.Training(
          stage: described.folder, steps: stage.configuration.training.steps,
          evaluationsPerStep: stage.evaluationsPerStep, seconds: MetricsFile.seconds(metrics),
          configuration: try ConfigurationLoader.json(stage.configuration)))
      let policy = try TrainedPolicy(contentsOf: URL(filePath: "\(out)/\(stage.folder)/last.safetensors"))
      for sampling in stage.evaluate {
        let report = try evaluate(policy, sampling, label: "\(stage.folder), \(sampling.steps) steps")
        results.append(
          ComparisonRow.Result(stage: described.folder, solver: sampling.solver?.rawValue, report: report))
      }
    }
    return ComparisonRow(
      method: plan.method.name, title: plan.method.title, settings: settings, origins: plan.origins,
      training: training, results: results)
  }

  private func evaluate(
    _ policy: TrainedPolicy, _ sampling: ComparisonPreset.Sampling, label: String
  ) throws -> EvaluationReport {
    switch world {
    case .pusht: try evaluate(policy, sampling, label: label) { PushT() }
    case .twoway: try evaluate(policy, sampling, label: label) { TwoWay() }
    }
  }

  private func evaluate<World: Environment>(
    _ policy: TrainedPolicy, _ sampling: ComparisonPreset.Sampling, label: String,
    world: @escaping @Sendable () -> World
  ) throws -> EvaluationReport {
    let firstSeed = settings.firstSeed
    let starts = try EpisodeStarts(count: settings.episodes, first: firstSeed, generator: reset, world: world)
    let report = try PolicyRollout.report(
      of: policy, sampler: sampling.method, starts: starts, threads: threads, label: label,
      seed: { firstSeed + UInt64($0) })
    // Comparisons are no command of several ranks.
    return report!
  }
}
