import Configuration
import Consistency
import Foundation
import Reporting
import Support

/// Which methods are compared and how each is trained: a YAML file beside the methods' own configurations.
///
///     symmetries: true                       # the demonstrations are also seen through the world's symmetries
///     set: [noiseScale=edm]                  # for every stage of every method
///     methods:
///       - name: edm
///         title: EDM denoiser, the teacher
///         stages: [{config: edm.yaml, evaluate: [{steps: 20, solver: heun}]}]
///       - name: cd
///         title: consistency distillation
///         stages: [{config: cd.yaml, teacher: edm, evaluate: [{steps: 1}, {steps: 2}, {steps: 4}]}]
///       - name: ctm
///         title: consistency trajectory model
///         stages: [{config: ctm.yaml, teacher: edm, evaluate: [{steps: 1}, {steps: 2, gamma: 0}, {steps: 2, gamma: 1}]}]
///
/// A method's stages share its budget; what they start from or follow is an earlier stage of theirs, or another method.
/// For voices the files are of `VoiceTrainingConfiguration`, in which the section `student` is what is trained; they go over
/// the file `common`, which has the networks that all methods share.
public struct ComparisonPreset: Sendable, Codable, Equatable {
  /// How a network is sampled for its evaluation.
  public struct Sampling: Sendable, Codable, Equatable {
    /// Network calls of the consistency sampler, or intervals of the solver; for voices 0 is the mean alone.
    public var steps: Int
    public var solver: ODEMethod?
    /// See `SamplingSchedule.gamma`; only of methods that jump between any two noise levels. Nil: the trained network's own.
    public var gamma: Double?

    public init(steps: Int, solver: ODEMethod? = nil, gamma: Double? = nil) {
      self.steps = steps
      self.solver = solver
      self.gamma = gamma
    }

    /// The same for a sampler.
    public var method: SamplingMethod {
      solver.map { .solver($0, intervals: steps) } ?? .consistency(steps: steps)
    }

    /// What tells it from others in the names of folders, such as `2`, `20-heun` or `2-gamma-0`.
    public var name: String {
      let parts: [String?] = ["\(steps)", solver?.rawValue, gamma.map { String(format: "gamma-%g", $0) }]
      return parts.compactMap { $0 }.joined(separator: "-")
    }

    /// The same for a person, such as `2 steps` or `2 steps, γ 0`.
    public var inWords: String { "\(steps) steps" + (gamma.map { ", " + gammaInWords($0) } ?? "") }

    /// What contradicts itself, or nil.
    var problem: String? {
      guard let gamma else { return nil }
      if !(0...1).contains(gamma) { return "gamma is \(gamma); 0 to 1 are possible" }
      if solver != nil { return "gamma is for chains, solver for the ODE: give one" }
      return steps == 0 ? "gamma is for chains, and 0 steps are the mean alone" : nil
    }

    /// Refuses a γ that the network would not know.
    ///
    /// - Throws: `ConsistencyError` for a method that does not jump between any two noise levels.
    func check(_ objective: any Objective) throws(ConsistencyError) {
      guard let gamma else { return }
      var schedule = SamplingSchedule(of: objective)
      try schedule.use(gamma: gamma, boundary: objective.boundarySigma, jumps: type(of: objective).needsTargetTime)
    }
  }

  /// One training of a method.
  public struct Stage: Sendable, Codable, Equatable {
    /// The folder of its checkpoints in the method's own; without a name `student`.
    public var name: String?
    /// YAML file of the head's training configuration, relative to the preset.
    public var config: String
    /// `key=value` texts that go over the file, as with `--set`.
    public var set: [String]?
    /// An earlier stage or another method whose averaged weights are the starting point.
    public var start: String?
    /// An earlier stage or another method that is the frozen teacher.
    public var teacher: String?
    /// Share of the method's budget, in (0, 1]; without one 1.
    public var share: Double?
    /// How what comes out is evaluated; nothing for one that only leads to the next.
    public var evaluate: [Sampling]?

    public init(config: String) { self.config = config }

    /// `name`, or what it is without one.
    public var folder: String { name ?? "student" }
  }

  /// One method.
  public struct Method: Sendable, Codable, Equatable {
    /// As in `--methods`, the row's file and the table.
    public var name: String
    /// What it is, in a few words.
    public var title: String
    public var stages: [Stage]

    public init(name: String, title: String, stages: [Stage]) {
      self.name = name
      self.title = title
      self.stages = stages
    }
  }

  /// Forward passes of the network on a batch that each method may spend, and examples of a batch, where the command says
  /// nothing else; nil: as for other presets.
  public var budget: Int?
  public var batchSize: Int?
  /// Whether the demonstrations are seen through the world's symmetries as well; of policies only.
  public var symmetries = false
  /// YAML file under every stage's, relative to the preset.
  public var common: String?
  /// `key=value` texts that go over every stage's file.
  public var set: [String] = []
  /// In the order in which they are trained.
  public var methods: [Method] = []

  public init() {}

  /// Reads a preset.
  ///
  /// - Throws: `ConfigurationError` for a file that is no preset, `CommandFailure` for one that contradicts itself.
  public init(file: String) throws {
    self = try ConfigurationLoader.load(defaults: ComparisonPreset(), file: file)
    if let problem { throw CommandFailure("\(file): \(problem)") }
  }

  /// What contradicts itself, or nil.
  public var problem: String? {
    if methods.isEmpty { return "there are no methods" }
    for (name, value) in [("budget", budget), ("batchSize", batchSize)] {
      if let value, value < 1 { return "\(name) is \(value); at least 1 is needed" }
    }
    var known: [String] = []
    for method in methods {
      if known.contains(method.name) { return "two methods are named \(method.name)" }
      guard !method.stages.isEmpty else { return "\(method.name): there are no stages" }
      var stages: [String] = []
      for stage in method.stages {
        if stages.contains(stage.folder) { return "\(method.name): two stages are named \(stage.folder)" }
        for origin in [stage.start, stage.teacher].compactMap({ $0 }) where !(stages + known).contains(origin) {
          return "\(method.name): \(stage.folder): there is no earlier stage or method named \(origin)"
        }
        if let share = stage.share, !(share > 0 && share <= 1) {
          return "\(method.name): \(stage.folder): share is \(share); a number in (0, 1] is needed"
        }
        if let wrong = (stage.evaluate ?? []).compactMap(\.problem).first {
          return "\(method.name): \(stage.folder): \(wrong)"
        }
        stages.append(stage.folder)
      }
      let total = method.stages.reduce(0) { $0 + ($1.share ?? 1) }
      if total > 1 + 1e-9 { return "\(method.name): the stages' shares add up to \(total), more than 1" }
      if method.stages.allSatisfy({ ($0.evaluate ?? []).isEmpty }) { return "\(method.name): no stage is evaluated" }
      known.append(method.name)
    }
    return nil
  }

  /// The methods of these names in the preset's order, or all of them.
  ///
  /// - Throws: `CommandFailure` for an unknown name, with the nearest one.
  public func methods(named names: [String]?) throws(CommandFailure) -> [Method] {
    guard let names else { return methods }
    let known = methods.map(\.name)
    for name in names where !known.contains(name) {
      throw CommandFailure("--methods \(name): there is no such method; \(name.hint(among: known))")
    }
    return methods.filter { names.contains($0.name) }
  }
}
