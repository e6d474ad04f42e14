import Comparison
import Configuration
import Foundation
import Reporting
import Training

/// How one kind of network is trained and measured in a comparison.
protocol ComparedHead {
  associatedtype Configuration: ComparedConfiguration
  associatedtype Report: ComparedReport

  /// Trains a stage, or goes on with it. A finished one, too, is asked whether it was trained with these settings.
  func train(_ stage: ComparisonPlan<Configuration>.Stage) throws

  /// Measures a trained stage in the ways that it asks for, in their order.
  func evaluate(_ stage: ComparisonPlan<Configuration>.Stage) throws -> [Report]

  /// How the ways of doing the task are shared out by a trained stage sampled in one of the ways that it asks for; nil where
  /// there is no choice to measure.
  func modes(
    _ stage: ComparisonPlan<Configuration>.Stage, _ sampling: ComparisonPreset.Sampling
  ) throws -> ModeReport?

  /// Whether the trained stage is there to be measured once more.
  func hasCheckpoint(_ stage: ComparisonPlan<Configuration>.Stage) -> Bool

  /// `ComparisonRow.sharedWeights` of every row.
  func sharedWeights() throws -> String?
}

extension ComparedHead {
  /// Nothing to choose.
  func modes(
    _ stage: ComparisonPlan<Configuration>.Stage, _ sampling: ComparisonPreset.Sampling
  ) throws -> ModeReport? { nil }
  func hasCheckpoint(_ stage: ComparisonPlan<Configuration>.Stage) -> Bool { false }
  /// Nothing is shared.
  func sharedWeights() throws -> String? { nil }
}

/// Trains and evaluates the methods of a comparison, one after the other, each into its folder and its row.
struct ComparisonRun<Head: ComparedHead> {
  typealias Plan = ComparisonPlan<Head.Configuration>

  private let plans: [Plan]
  /// Those whose rows are asked for; the others are only trained, for these.
  private let asked: [String]
  private let settings: ComparisonSettings
  private let out: String
  private let trained: [String: String]
  private let head: Head

  /// Reads the methods' configurations; trains nothing.
  ///
  /// - Parameters:
  ///   - folder: the preset's, in which these are.
  ///   - trained: what `head` takes in place of a stage's checkpoint, by the stage's folder: these are not trained.
  ///   - head: made from the preset and the plans that are needed.
  /// - Throws: `CommandFailure` and `ConfigurationError`: see `ComparisonPreset` and `ComparisonPlan`; what `head` throws.
  init(
    preset: ComparisonPreset, in folder: URL, methods: [String]?, settings: ComparisonSettings, overrides: [String],
    out: String, trained: [String: String] = [:], head: (ComparisonPreset, [Plan]) throws -> Head
  ) throws {
    let asked = try preset.methods(named: methods).map(\.name)
    let plans = try preset.methods.map { try Plan($0, of: preset, folder: folder, settings, overrides: overrides) }
    // Origins come before what needs them, so that going backwards finds those of origins, too.
    var needed = Set(asked)
    for plan in plans.reversed() where needed.contains(plan.method.name) { needed.formUnion(plan.origins) }
    self.plans = plans.filter { needed.contains($0.method.name) }
    self.asked = asked
    self.settings = settings
    self.out = out
    self.trained = trained
    self.head = try head(preset, self.plans)
  }

  /// Does what is not done yet.
  ///
  /// - Throws: `CommandFailure` for a row of another configuration; what training and evaluation throw.
  func run() throws {
    Interrupt.install()
    for plan in plans where try asked.contains(plan.method.name) && hasRow(plan) { try complete(plan) }
    let unfinished = try plans.filter { try asked.contains($0.method.name) && !hasRow($0) }
    let needed = Set(unfinished.flatMap { [$0.method.name] + origins(of: $0) })
    for plan in plans where needed.contains(plan.method.name) {
      for stage in plan.stages where trained[stage.folder] == nil { try head.train(stage) }
      guard unfinished.contains(where: { $0.method.name == plan.method.name }) else { continue }
      let row = try row(of: plan)
      try JSONFile.write(row, to: path(plan))
      TrainingCommand.note("wrote \(path(plan))")
    }
  }

  private func path(_ plan: Plan) -> String { "\(out)/\(plan.method.name).json" }

  private func origins(of plan: Plan) -> [String] {
    plan.origins.flatMap { name in
      [name] + (plans.first { $0.method.name == name }.map(origins) ?? [])
    }
  }

  /// Whether the method's row is there already, made in the same way.
  private func hasRow(_ plan: Plan) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path(plan)) else { return false }
    let row = try ComparisonRow<Head.Report>.read(path(plan))
    // Keys that were not there yet have their defaults.
    let configurations = try? row.training.map {
      try ConfigurationLoader.load(defaults: Head.Configuration(), text: $0.configuration, name: path(plan))
    }
    guard configurations == plan.stages.map(\.configuration) else {
      throw CommandFailure(
        "\(path(plan)) was made with another configuration; remove it, or choose another --out directory")
    }
    return true
  }

  /// Measures what a row that is there lacks, where its checkpoints are still there.
  private func complete(_ plan: Plan) throws {
    var row = try ComparisonRow<Head.Report>.read(path(plan))
    var result = 0
    var isChanged = false
    for stage in plan.stages {
      for sampling in stage.evaluate where result < row.results.count {
        defer { result += 1 }
        let known = row.results[result]
        // A row from before the preset asked for a γ has other results.
        guard known.solver == sampling.solver?.rawValue, known.gamma == sampling.gamma, known.modeCoverage == nil,
          head.hasCheckpoint(stage)
        else { continue }
        let modes = try head.modes(stage, sampling)
        (row.results[result].modeCoverage, row.results[result].leftShare) = (modes?.entropy, modes?.leftShare)
        isChanged = isChanged || row.results[result].modeCoverage != nil
      }
    }
    guard isChanged else { return }
    try JSONFile.write(row, to: path(plan))
    TrainingCommand.note("completed \(path(plan))")
  }

  private func row(of plan: Plan) throws -> ComparisonRow<Head.Report> {
    var row = ComparisonRow<Head.Report>(
      method: plan.method.name, title: plan.method.title, settings: settings, origins: plan.origins, training: [],
      results: [])
    if !trained.isEmpty { row.trained = trained }
    row.sharedWeights = try head.sharedWeights()
    for (stage, described) in zip(plan.stages, plan.method.stages) {
      let metrics = try MetricsFile.read("\(out)/\(stage.folder)/metrics.jsonl")
      row.training.append(
        .init(
          stage: described.folder, steps: stage.configuration.comparedTraining.steps,
          evaluationsPerStep: stage.evaluationsPerStep, seconds: MetricsFile.seconds(metrics),
          configuration: try ConfigurationLoader.json(stage.configuration)))
      if stage.evaluate.isEmpty { continue }
      for (sampling, report) in zip(stage.evaluate, try head.evaluate(stage)) {
        let modes = try head.modes(stage, sampling)
        row.results.append(
          .init(
            stage: described.folder, solver: sampling.solver?.rawValue, gamma: sampling.gamma, report: report,
            modeCoverage: modes?.entropy, leftShare: modes?.leftShare))
      }
    }
    return row
  }
}
