import Adapters
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
  ///   - autoencoder: in whose latent space the policy lives; a start or a teacher brings its own.
  ///   - symmetries: of the demonstrated world (`Environment.symmetries`): the training episodes are seen through each
  ///     of them as well.
  ///   - communicator: the ranks that train together; each reads the data.
  ///   - resume: continue the run in `output`.
  public init(
    _ configuration: PolicyTrainingConfiguration, data: URL, output: URL, start: TrainedPolicy? = nil,
    teacher: TrainedPolicy? = nil, autoencoder: AutoencoderCheckpoint? = nil, symmetries: [Symmetry] = [],
    communicator: any Communicator = SingleProcess(),
    threads: Int, resume: Bool = false
  ) throws {
    if let problem = configuration.problem { throw TrainingError.configuration(problem) }
    let demonstrations = try PolicyData(
      data, recipe: PolicyRecipe(observation: configuration.observation, action: configuration.action),
      heldOutEpisodes: configuration.heldOutEpisodes, symmetries: symmetries)
    dataRemarks = demonstrations.remarks
    let training = demonstrations.training
    // A start or a teacher fixes the scale of observations and actions, and the space of samples.
    let given = start ?? teacher
    if let autoencoder {
      try GivenAutoencoder(autoencoder.description).check(
        configuration, actionSize: training.actionSize, hasPolicy: given != nil)
    }
    let latentNetwork = autoencoder?.description.network ?? given?.description.latent?.autoencoder
    let network = configuration.network(
      observationSize: training.observationSize, sampleChannels: latentNetwork?.latentChannels ?? training.actionSize)
    for (role, policy) in [("start", start), ("teacher", teacher)] {
      guard let policy else { continue }
      try GivenPolicy(role: role, policy.description).check(configuration, network: network)
    }
    if let start, let teacher {
      try GivenPolicy(role: "teacher", teacher.description).checkScale(equals: start.description)
    }
    let observationNormalizer =
      given?.description.observationNormalizer
      ?? Normalizer(
        fitting: training.observations, dimensions: training.observationSize, mode: configuration.normalizer)
    let actionNormalizer =
      given?.description.actionNormalizer ?? autoencoder?.description.actionNormalizer
      ?? Normalizer(fitting: training.actions, dimensions: training.actionSize, mode: configuration.normalizer)
    let windows = try demonstrations.windows(
      Windows.Shape(
        observed: configuration.observationSteps, horizon: configuration.horizon, executed: configuration.actionSteps),
      observationNormalizer: observationNormalizer, actionNormalizer: actionNormalizer)
    (trainingWindows, heldOutWindows) = windows
    let frozen = autoencoder?.autoencoder ?? given?.autoencoder
    let latents = frozen.map {
      LatentWindows(windows, $0, known: given?.description.latent, threads: threads)
    }

    let sigmaData =
      given?.description.parameterisation.preconditioning.sigmaData
      ?? Self.rounded(latents?.standardDeviation ?? windows.training.actionStandardDeviation())
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
      objective: configuration.objective, sampling: sampling, latent: latents?.space,
      adaptation: configuration.adaptation)
    if let problem = description.problem { throw TrainingError.configuration(problem) }
    guard configuration.adaptation == nil || given != nil else {
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
      training: latents?.training ?? PolicyExamples(windows.training),
      heldOut: latents?.heldOut ?? PolicyExamples(windows.heldOut))
    let trained = description
    func adopted(_ policy: TrainedPolicy) -> ParameterBuffer {
      trained.start(task.layout, seed: configuration.training.seed, from: policy.description, weights: policy.weights)
    }
    trainer = try Trainer(
      task, configuration.training, directory: output,
      metadata: [
        TrainedPolicy.metadataKey: try metadataText(description),
        "data": try metadataText(demonstrations.fingerprint(windows)),
      ],
      start: given.map(adopted), teacher: objective.needsTeacher ? teacher.map(adopted) : nil,
      frozen: frozen.map {
        FrozenParameters(prefix: TrainedAutoencoder.prefix, layout: $0.layout, weights: $0.weights)
      }, communicator: communicator, threads: threads, resume: resume)
  }

  /// Three digits: a property of the data, not of their rounding.
  private static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

  /// The sampling chains of a trained policy, which must all be possible: a wrong one is told before the training.
  private static func sampling(
    _ objective: any Objective, middle: [[Double]]
  ) throws(ConsistencyError) -> SamplingSchedule {
    var sampling = SamplingSchedule(of: objective)
    try sampling.use(middle: middle, boundary: objective.boundarySigma)
    return sampling
  }
}

extension PolicyExamples {
  /// Those of windows; none of nil.
  init(_ windows: Windows?) {
    guard let windows else {
      self.init(count: 0) { _, _, _ in }
      return
    }
    self.init(count: windows.count) { windows.fill($0, observations: $1, actions: $2) }
  }
}
