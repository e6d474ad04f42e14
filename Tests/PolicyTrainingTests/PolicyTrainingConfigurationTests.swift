import Configuration
import Consistency
import Datasets
import Foundation
import PolicyTraining
import Testing

/// The keys of a policy's YAML file and of `--set`.
struct PolicyTrainingConfigurationTests {
  private func load(_ yaml: String = "", _ overrides: String...) throws(ConfigurationError)
    -> PolicyTrainingConfiguration
  {
    try ConfigurationLoader.load(
      defaults: PolicyTrainingConfiguration(), text: yaml, name: "run.yaml", overrides: overrides)
  }

  private func problems(_ yaml: String = "", _ overrides: String...) -> [String] {
    do throws(ConfigurationError) {
      _ = try ConfigurationLoader.load(
        defaults: PolicyTrainingConfiguration(), text: yaml, name: "run.yaml", overrides: overrides)
      return []
    } catch {
      return error.problems
    }
  }

  @Test func theKeysAreFlat() throws {
    let keys = try ConfigurationLoader.keys(of: PolicyTrainingConfiguration()).map(\.key)
    let expected = [
      "observation", "action", "observationSteps", "horizon", "actionSteps", "normalizer", "widths", "kernel", "groups",
      "embedding",
      "dropout", "noiseScale", "loraRank", "loraAlpha", "middleSigmas", "heldOutEpisodes", "steps", "batchSize",
      "shards", "learningRate",
      "warmupSteps", "beta1", "beta2", "epsilon", "weightDecay", "clipNorm", "emaPower", "emaMaximum", "seed",
      "checkpointEvery", "keepCheckpoints", "logEvery", "evaluateEvery", "evaluationExamples", "objective",
    ]
    #expect(keys.sorted() == expected.sorted())
  }

  @Test func everyKeyIsReadFromYAML() throws {
    let value = try load(
      """
      observation: [keypoint, "state[0:2]"]
      action: [action]
      observationSteps: 3
      horizon: 32
      actionSteps: 6
      normalizer: gaussian
      widths: [32, 64]
      kernel: 3
      groups: 4
      embedding: 64
      dropout: 0.1
      noiseScale: edm
      objective: {method: ect, units: data, logMean: -0.5, q: 4}
      middleSigmas: [[0.5], [1.0, 0.3]]
      heldOutEpisodes: 0.1
      steps: 2e4
      batchSize: 64
      learningRate: 3e-4
      seed: 7
      checkpointEvery: 500
      """)
    #expect(value.observation == [ColumnSelector("keypoint"), ColumnSelector("state", start: 0, end: 2)])
    #expect(value.action == [ColumnSelector("action")])
    #expect(value.observationSteps == 3 && value.horizon == 32 && value.actionSteps == 6 && value.kernel == 3)
    #expect(value.widths == [32, 64])
    #expect(value.groups == 4 && value.embedding == 64 && value.dropout == 0.1 && value.noiseScale == .edm)
    var ect = EasyConsistencyTuning.Configuration()
    ect.units = .data
    ect.logMean = -0.5
    ect.q = 4
    #expect(value.objective == ObjectiveConfiguration(ect))
    #expect(value.middleSigmas == [[0.5], [1, 0.3]])
    #expect(value.heldOutEpisodes == 0.1)
    #expect(value.training.steps == 20_000 && value.training.batchSize == 64 && value.training.seed == 7)
    #expect(value.training.learningRate == 3e-4 && value.training.checkpointEvery == 500)
    #expect(value.training.beta2 == 0.999)
    #expect(value.problem == nil)
  }

  @Test func aConfigurationReadsBackFromItsText() throws {
    let value = try load(
      "objective: {method: cd, meshCount: 40, intervals: {lognormal: {mean: -1, deviation: 2}}, targetDecay: 0.9}",
      "widths=32,64", "middleSigmas=[[0.5], [1, 0.25]]", "seed=18446744073709551615", "learningRate=1.1e-4")
    let text = try ConfigurationLoader.json(value)
    #expect(try load(text) == value)
    let again = try ConfigurationLoader.load(
      defaults: PolicyTrainingConfiguration.tiny(), text: text, name: "text")
    #expect(again == value)
  }

  @Test func overridesGoOverTheFileInTheirOrder() throws {
    let value = try load(
      "steps: 10\nobjective: edm\nwidths: [8]", "steps=20", "widths=64,128", "objective=ect", "objective.q=4",
      "steps=30")
    #expect(value.training.steps == 30)
    #expect(value.widths == [64, 128])
    var ect = EasyConsistencyTuning.Configuration()
    ect.q = 4
    #expect(value.objective == ObjectiveConfiguration(ect))
  }

  @Test func middleSigmasAreAListOfLists() throws {
    #expect(try load("", "middleSigmas=[[0.5]]").middleSigmas == [[0.5]])
    #expect(try load("middleSigmas: []").middleSigmas == [])
    #expect(problems("", "middleSigmas=[0.5]").count == 1)
  }

  @Test func anUnknownKeyIsAnsweredWithTheNearest() {
    #expect(
      problems("lerningRate: 1\nbatchsize: 2")
        == [
          #"run.yaml:1: unknown key "lerningRate"; did you mean "learningRate"?"#,
          #"run.yaml:2: unknown key "batchsize"; did you mean "batchSize"?"#,
        ])
    #expect(
      problems("", "width=64")
        == [#"--set width=64: unknown key "width"; did you mean "widths"?"#])
    #expect(
      problems("", "objective=ect", "objective.sigmMax=5")
        == [#"--set objective.sigmMax=5: unknown key "objective.sigmMax"; did you mean "objective.sigmaMax"?"#])
    // A key of another objective, and a key in the wrong section.
    #expect(problems("", "objective=edm", "objective.q=4").count == 1)
    #expect(
      problems("", "objective.steps=4")
        == [#"--set objective.steps=4: unknown key "objective.steps"; did you mean "steps"?"#])
    #expect(
      problems("", "training.steps=4").first?.contains(#"unknown key "training""#) == true)
  }

  @Test func aWrongChoiceListsWhatThereIs() {
    let objective = problems("", "objective=etc").first ?? ""
    for name in ["edm", "cd", "ect"] { #expect(objective.contains(name), "\(objective)") }
    let scale = problems("", "noiseScale=log").first ?? ""
    #expect(scale.contains("consistency, edm"), "\(scale)")
    #expect(problems("", "steps=many").first?.contains("an integer") == true)
    #expect(problems("", "observation=state[2").first?.contains("state[0:2]") == true)
  }
}
