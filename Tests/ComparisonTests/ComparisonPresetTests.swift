import Comparison
import Configuration
import Consistency
import Foundation
import PolicyTraining
import Reporting
import SpeechTraining
import TestSupport
import Testing

/// What is compared, and the presets that come with the project.
struct ComparisonPresetTests {
  private static let presets = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Examples/Presets")

  @Test(arguments: [("pusht", 60_000, [64, 128, 256]), ("twoway", 30_000, [32, 64])])
  func aPresetOfPoliciesSharesOneBudgetFairly(world: String, budget: Int, widths: [Int]) throws {
    let batch = world == "pusht" ? 128 : 64
    let file = Self.presets.appending(path: "compare/\(world)/comparison.yaml")
    let preset = try ComparisonPreset(file: file.path)
    var settings = ComparisonSettings.example
    (settings.budget, settings.batchSize) = (preset.budget ?? 60_000, preset.batchSize ?? 128)
    #expect(settings.budget == budget && settings.batchSize == batch)
    #expect(preset.symmetries == (world == "pusht"))
    var methods: Set<ObjectiveConfiguration.Method> = []
    for method in preset.methods {
      let plan = try ComparisonPlan<PolicyTrainingConfiguration>(
        method, of: preset, folder: file.deletingLastPathComponent(), settings)
      let spent = plan.stages.reduce(0) { $0 + $1.configuration.training.steps * $1.evaluationsPerStep }
      // A step that is not paid for in full is not made.
      #expect(spent <= budget && spent > budget - 12 * plan.stages.count, "\(method.name): \(spent)")
      for stage in plan.stages {
        let configuration = stage.configuration
        #expect(configuration.problem == nil)
        #expect(configuration.widths == widths && configuration.noiseScale == .edm)
        #expect(configuration.training.batchSize == batch && configuration.training.seed == 1)
        let observed = configuration.observation.map(\.description)
        #expect(world == "pusht" || observed == ["position"], "\(stage.folder)")
        methods.insert(configuration.objective.method)
        let objective = try configuration.objective.objective(sigmaData: 0.418)
        #expect(objective.needsTeacher == (stage.teacher != nil), "\(stage.folder)")
        var sampling = SamplingSchedule(of: objective)
        try sampling.use(middle: configuration.middleSigmas, boundary: objective.boundarySigma)
        let jumps = type(of: objective).secondEmbedding == .targetTime
        for sample in stage.evaluate {
          var used = sampling
          try used.use(gamma: sample.gamma, boundary: objective.boundarySigma, jumps: jumps)
          _ = try Sampler(sample.method, used, boundary: objective.boundarySigma, jumps: jumps, elementCount: 1)
        }
        if jumps { #expect(stage.evaluate.map(\.gamma) == [nil, 0, 0, 1, 1], "\(stage.folder)") }
      }
    }
    #expect(methods == Set(ObjectiveConfiguration.Method.allCases))
  }

  @Test func theSpeechPresetTrainsEveryDecoderAlike() throws {
    let file = Self.presets.appending(path: "compare/speech/comparison.yaml")
    let preset = try ComparisonPreset(file: file.path)
    var settings = ComparisonSettings.speech
    (settings.budget, settings.batchSize) = (60_000, 16)
    var methods: Set<ObjectiveConfiguration.Method> = []
    let defaults = VoiceTrainingConfiguration()
    var shared: VoiceTrainingConfiguration?
    for method in preset.methods {
      let plan = try ComparisonPlan<VoiceTrainingConfiguration>(
        method, of: preset, folder: file.deletingLastPathComponent(), settings)
      let spent = plan.stages.reduce(0) { $0 + $1.configuration.student.training.steps * $1.evaluationsPerStep }
      #expect(spent <= 60_000 && spent > 60_000 - 12 * plan.stages.count, "\(method.name): \(spent)")
      for stage in plan.stages {
        var configuration = stage.configuration
        #expect(configuration.problem == nil)
        #expect(configuration.student.training.batchSize == 16 && configuration.student.training.seed == 1)
        #expect(configuration.use.temperature == 0.3)
        methods.insert(configuration.student.objective.method)
        let objective = try configuration.student.objective.objective(sigmaData: 0.5)
        #expect(objective.needsTeacher == (stage.teacher != nil), "\(stage.folder)")
        var sampling = SamplingSchedule(of: objective)
        try sampling.use(middle: configuration.use.middleSigmas, boundary: objective.boundarySigma)
        let jumps = type(of: objective).needsTargetTime
        for sample in stage.evaluate where sample.steps > 0 {
          var used = sampling
          try used.use(gamma: sample.gamma, boundary: objective.boundarySigma, jumps: jumps)
          _ = try Sampler(sample.method, used, boundary: objective.boundarySigma, jumps: jumps, elementCount: 1)
        }
        if jumps { #expect(stage.evaluate.map(\.name) == ["1", "2-gamma-0", "4-gamma-0", "2-gamma-1", "4-gamma-1"]) }
        // The bundled voice's networks and data.
        configuration.student = defaults.student
        configuration.use = defaults.use
        #expect(shared ?? configuration == configuration, "\(stage.folder)")
        shared = configuration
        #expect(configuration.encoder.training.steps == 3000 && configuration.refiner.training.steps == 6000)
        #expect(configuration.decoder.widths == [128, 128, 128] && configuration.decoder.noiseScale == .edm)
      }
    }
    #expect(methods == Set(ObjectiveConfiguration.Method.allCases))
    #expect(preset.methods[0].stages[0].evaluate?.map(\.steps) == [0, 1, 2, 4, 32])
  }

  @Test func everyPolicyPresetIsValid() throws {
    let folders = ["pusht", "twoway", "compare/pusht", "compare/twoway", "consistency-policy", "latent-consistency"]
    for folder in folders {
      let url = Self.presets.appending(path: folder)
      for name in try FileManager.default.contentsOfDirectory(atPath: url.path)
      where name.hasSuffix(".yaml") && !["recipe.yaml", "comparison.yaml", "autoencoder.yaml"].contains(name) {
        let configuration: PolicyTrainingConfiguration = try ConfigurationLoader.load(
          defaults: PolicyTrainingConfiguration(), file: url.appending(path: name).path)
        #expect(configuration.problem == nil, "\(folder)/\(name)")
        _ = try configuration.objective.objective(sigmaData: 0.418)
      }
    }
  }

  @Test func theAutoencoderPresetFitsItsPolicies() throws {
    func load<Value: Codable>(_ name: String, _ defaults: Value) throws -> Value {
      try ConfigurationLoader.load(
        defaults: defaults, file: Self.presets.appending(path: "latent-consistency/\(name).yaml").path)
    }
    let autoencoder = try load("autoencoder", AutoencoderTrainingConfiguration())
    #expect(autoencoder.problem == nil)
    for name in ["teacher", "student"] {
      let policy = try load(name, PolicyTrainingConfiguration())
      #expect(policy.horizon == autoencoder.horizon && policy.action == autoencoder.action)
      let length = policy.horizon >> (autoencoder.widths.count - 1)
      #expect(length.isMultiple(of: 1 << (policy.widths.count - 1)))
    }
  }

  /// Karras' mesh of 80 points from 80 to 0.02 (Prasad et al. 2024): its bins 27 and 54 are the chain's middle.
  @Test func consistencyPolicysChainIsAtItsBins() throws {
    let text = try String(contentsOf: Self.presets.appending(path: "consistency-policy/recipe.yaml"), encoding: .utf8)
    let mesh = KarrasMesh(count: 80, sigmaMin: 0.02, sigmaMax: 80)
    let bins = [27, 54].map { String(format: "%.3f", mesh.sigmas[$0]) }
    #expect(text.contains("[\(bins[0]), \(bins[1])]"))
  }

  private func problem(_ methods: [ComparisonPreset.Method]) -> String? {
    var preset = ComparisonPreset()
    preset.methods = methods
    return preset.problem
  }

  @Test func contradictionsAreNamed() {
    func stage(_ name: String? = nil, teacher: String? = nil, share: Double? = nil, evaluated: Bool = true)
      -> ComparisonPreset.Stage
    {
      var stage = ComparisonPreset.Stage(config: "x.yaml")
      stage.name = name
      stage.teacher = teacher
      stage.share = share
      stage.evaluate = evaluated ? [.init(steps: 1)] : nil
      return stage
    }
    func method(_ name: String, _ stages: ComparisonPreset.Stage...) -> ComparisonPreset.Method {
      .init(name: name, title: name, stages: stages)
    }
    #expect(problem([method("edm", stage()), method("cd", stage(teacher: "edm"))]) == nil)
    #expect(problem([]) == "there are no methods")
    #expect(problem([method("cd", stage(teacher: "edm"))])?.contains("named edm") == true)
    #expect(problem([method("cd", stage()), method("cd", stage())]) == "two methods are named cd")
    #expect(problem([method("cd", stage("a"), stage("b"))])?.contains("more than 1") == true)
    #expect(problem([method("cd", stage("a", share: 0.5), stage("a", share: 0.5))])?.contains("named a") == true)
    #expect(problem([method("cd", stage(evaluated: false))]) == "cd: no stage is evaluated")
    #expect(problem([method("cd", stage(share: 0))])?.contains("(0, 1]") == true)
  }

  @Test func gammasAreOfChainsAlone() {
    func problem(_ sampling: ComparisonPreset.Sampling) -> String? {
      var stage = ComparisonPreset.Stage(config: "x.yaml")
      stage.evaluate = [.init(steps: 1), sampling]
      return self.problem([.init(name: "ctm", title: "", stages: [stage])])
    }
    #expect(problem(.init(steps: 2, gamma: 0)) == nil && problem(.init(steps: 2, gamma: 1)) == nil)
    #expect(problem(.init(steps: 2, gamma: 1.5)) == "ctm: student: gamma is 1.5; 0 to 1 are possible")
    #expect(problem(.init(steps: 2, solver: .heun, gamma: 0))?.contains("give one") == true)
    #expect(problem(.init(steps: 0, gamma: 0))?.contains("the mean alone") == true)
    #expect(ComparisonPreset.Sampling(steps: 20, solver: .heun).name == "20-heun")
    #expect(ComparisonPreset.Sampling(steps: 2, gamma: 0.5).name == "2-gamma-0.5")
    #expect(ComparisonPreset.Sampling(steps: 2, gamma: 0).inWords == "2 steps, γ 0")
  }

  /// Which methods know a γ is in their files.
  @Test func aMethodWithoutJumpsHasNoGamma() throws {
    try withTemporaryFolder { folder in
      func plan(_ objective: String) throws -> ComparisonPlan<PolicyTrainingConfiguration> {
        try Data("objective: \(objective)\n".utf8).write(to: folder.appending(path: "x.yaml"))
        var stage = ComparisonPreset.Stage(config: "x.yaml")
        stage.evaluate = [.init(steps: 2, gamma: 0)]
        let method = ComparisonPreset.Method(name: "some", title: "", stages: [stage])
        return try ComparisonPlan(method, of: ComparisonPreset(), folder: folder, .example)
      }
      for objective in ["ctm", "meanflow"] {
        let stages = try plan(objective).stages
        #expect(stages[0].evaluate == [.init(steps: 2, gamma: 0)])
      }
      for objective in ["cd", "edm", "pcm"] {
        let error = #expect(throws: CommandFailure.self) { try plan(objective) }
        let words = "some: student: gamma is 0.0; give none"
        #expect(error?.description.hasPrefix(words) == true, "\(String(describing: error))")
      }
    }
  }

  @Test func anUnknownMethodIsAnsweredWithTheNearest() throws {
    let preset = try ComparisonPreset(file: Self.presets.appending(path: "compare/pusht/comparison.yaml").path)
    let error = #expect(throws: CommandFailure.self) { try preset.methods(named: ["cd", "metnflow"]) }
    #expect(error?.description.contains(#"did you mean "meanflow"?"#) == true)
    #expect(try preset.methods(named: ["ect", "cd"]).map(\.name) == ["cd", "ect"])
  }
}
