import Autograd
import Checkpoints
import Communication
import Consistency
import Datasets
import Environments
import Foundation
import PolicyHead
import Training

/// Trains a policy on recorded demonstrations: data set → windows → task → trainer.
public struct PolicyTrainer {
  /// The policy that comes out, but for its weights.
  public let description: PolicyDescription
  /// Windows that are trained on, and held out.
  public let trainingWindows: Windows
  public let heldOutWindows: Windows?
  public let trainer: Trainer<PolicyTask>
  /// What the user should know about the data, each a sentence; see `DatasetFile.remarks`.
  public let dataRemarks: [String]

  /// Reads the data, fits normalisers and noise scale on the training episodes, and makes or restores the run.
  ///
  /// - Parameters:
  ///   - data: a data set in any format of `DatasetFile`.
  ///   - output: directory of checkpoints and metrics.
  ///   - start: a policy whose averaged weights are the starting point: for ECT an EDM teacher.
  ///   - teacher: the frozen policy that consistency distillation follows; also the starting point if there is no other.
  ///   - symmetries: of the demonstrated world (`Environment.symmetries`): the training episodes are seen through each
  ///     of them as well.
  ///   - communicator: the ranks that train together; each reads the data.
  ///   - resume: continue the run in `output`.
  public init(
    _ configuration: PolicyTrainingConfiguration, data: URL, output: URL, start: TrainedPolicy? = nil,
    teacher: TrainedPolicy? = nil, symmetries: [Symmetry] = [], communicator: any Communicator = SingleProcess(),
    threads: Int, resume: Bool = false
  ) throws {
    if let problem = configuration.problem { throw TrainingError.configuration(problem) }
    let recipe = PolicyRecipe(observation: configuration.observation, action: configuration.action)
    let file = try DatasetFile(data)
    dataRemarks = try file.remarks(columns: recipe.columnNames)
    let episodes = try file.episodes(columns: recipe.columnNames)
    // The split belongs to the data, not to a run: every seed holds the same episodes out.
    let split = episodes.split(heldOutFraction: configuration.heldOutEpisodes, seed: 0)
    let recorded = try PolicyDataset(split.training, recipe: recipe)
    let training = try symmetries.reduce(recorded) { try Self.adding($1, to: $0) }
    let network = configuration.network(
      observationSize: training.observationSize, actionSize: training.actionSize)
    for (role, policy) in [("start", start), ("teacher", teacher)] {
      guard let given = policy?.description else { continue }
      try GivenPolicy(role: role, given).check(
        configuration, network: network)
    }
    // A start or a teacher fixes the scale of observations and actions.
    let given = (start ?? teacher)?.description
    let observationNormalizer =
      given?.observationNormalizer
      ?? Normalizer(
        fitting: training.observations, dimensions: training.observationSize, mode: configuration.normalizer)
    let actionNormalizer =
      given?.actionNormalizer
      ?? Normalizer(fitting: training.actions, dimensions: training.actionSize, mode: configuration.normalizer)
    if let start, let teacher {
      try GivenPolicy(role: "teacher", teacher.description).checkScale(equals: start.description)
    }
    let shape = Windows.Shape(
      observed: configuration.observationSteps, horizon: configuration.horizon, executed: configuration.actionSteps)
    let windows = try Windows(
      training, shape: shape, observationNormalizer: observationNormalizer, actionNormalizer: actionNormalizer)
    trainingWindows = windows
    let heldOut = split.heldOut.count == 0 ? nil : try PolicyDataset(split.heldOut, recipe: recipe)
    heldOutWindows = try heldOut.map {
      try Windows(
        $0, shape: shape, observationNormalizer: observationNormalizer, actionNormalizer: actionNormalizer)
    }

    let sigmaData =
      given?.parameterisation.preconditioning.sigmaData ?? Self.rounded(windows.actionStandardDeviation())
    guard sigmaData > 0 else {
      throw TrainingError.configuration("\(data.path): all actions are the same: there is nothing to learn")
    }
    let objective = try configuration.objective.objective(sigmaData: sigmaData)
    let sampling = try Self.sampling(objective, middle: configuration.middleSigmas)
    description = PolicyDescription(
      observationSteps: configuration.observationSteps, horizon: configuration.horizon,
      actionSteps: configuration.actionSteps, observationColumns: configuration.observation.map(\.description),
      actionColumns: configuration.action.map(\.description), observationNormalizer: observationNormalizer,
      actionNormalizer: actionNormalizer, network: network,
      parameterisation: Parameterisation(
        Preconditioning(
          sigmaData: sigmaData, boundarySigma: objective.boundarySigma, frame: type(of: objective).frame),
        noiseScale: configuration.noiseScale),
      objective: configuration.objective, sampling: sampling, adaptation: configuration.adaptation)
    guard configuration.adaptation == nil || start != nil || teacher != nil else {
      throw TrainingError.configuration(
        "loraRank is \(configuration.loraRank), but there are no weights to adapt: give --start")
    }
    if objective.needsTeacher {
      guard let teacher else {
        throw TrainingError.configuration("the objective \(objective.name) needs a teacher: give one with --teacher")
      }
      try GivenPolicy(role: "teacher", teacher.description).check(teaches: objective)
    }

    let task = PolicyTask(
      description, objective: objective, teacher: objective.needsTeacher ? teacher?.description.parameterisation : nil,
      training: Self.examples(windows),
      heldOut: heldOutWindows.map(Self.examples) ?? PolicyExamples(count: 0) { _, _, _ in })
    let fingerprint = DataFingerprint(
      training: training, heldOut: heldOut, windows: windows.count, heldOutWindows: heldOutWindows?.count ?? 0)
    func adopted(_ policy: TrainedPolicy) -> ParameterBuffer {
      task.layout.initialize(seed: configuration.training.seed, adopting: policy.weights, of: policy.layout)
    }
    trainer = try Trainer(
      task, configuration.training, directory: output,
      metadata: [TrainedPolicy.metadataKey: try Self.json(description), "data": try Self.json(fingerprint)],
      start: (start ?? teacher).map(adopted), teacher: objective.needsTeacher ? teacher.map(adopted) : nil,
      communicator: communicator, threads: threads, resume: resume)
  }

  private static func adding(_ symmetry: Symmetry, to data: PolicyDataset) throws(TrainingError) -> PolicyDataset {
    guard symmetry.observationCount == data.observationSize && symmetry.actionCount == data.actionSize else {
      throw .configuration(
        "the world's symmetry is of \(symmetry.observationCount) observed and \(symmetry.actionCount) acted numbers, the "
          + "data's columns give \(data.observationSize) and \(data.actionSize): choose the world's columns")
    }
    return data.adding(observation: symmetry.observation, action: symmetry.action)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Three digits: a property of the data, not of their rounding.
  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  private static func examples(_ windows: Windows) -> PolicyExamples {
    PolicyExamples(count: windows.count) { windows.fill($0, observations: $1, actions: $2) }
  }

  /// The sampling chains of a trained policy, which must all be possible: a wrong one is told before the training.
  private static func sampling(
    _ objective: any Objective, middle: [[Double]]
  ) throws(ConsistencyError) -> SamplingSchedule {
    var sampling = SamplingSchedule(of: objective)
    try sampling.use(middle: middle, boundary: objective.boundarySigma)
    return sampling
  }
}
