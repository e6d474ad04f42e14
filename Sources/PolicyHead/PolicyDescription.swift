import Backbone
import Checkpoints
import Consistency

/// Everything besides weights that a trained policy needs: stored as JSON in its checkpoint under `policy`.
public struct PolicyDescription: Sendable, Codable, Equatable {
  /// Observations that one decision looks at, the newest included.
  public var observationSteps: Int
  /// Actions that one sample predicts; its first belongs to the oldest observation.
  public var horizon: Int
  /// Actions of a sample that are executed before the next decision.
  public var actionSteps: Int
  /// Columns of the data set that make up an observation and an action, in order.
  public var observationColumns: [String]
  public var actionColumns: [String]
  public var observationNormalizer: Normalizer
  public var actionNormalizer: Normalizer
  public var network: TemporalUNet.Configuration
  /// How sigma enters the denoiser, with the data's measured standard deviation.
  public var parameterisation: Parameterisation
  /// What it was trained with.
  public var objective: ObjectiveConfiguration
  /// The noise levels of its sampling chains.
  public var sampling: SamplingSchedule
  /// Where samples live; nil: they are normalised actions.
  public var latent: LatentSpace?
  /// Set while only low-rank adapters of the network are trained; nil for a policy that is used.
  public var adaptation: LowRankAdaptation?

  public init(
    observationSteps: Int, horizon: Int, actionSteps: Int, observationColumns: [String], actionColumns: [String],
    observationNormalizer: Normalizer, actionNormalizer: Normalizer, network: TemporalUNet.Configuration,
    parameterisation: Parameterisation, objective: ObjectiveConfiguration, sampling: SamplingSchedule,
    latent: LatentSpace? = nil, adaptation: LowRankAdaptation? = nil
  ) {
    self.observationSteps = observationSteps
    self.horizon = horizon
    self.actionSteps = actionSteps
    self.observationColumns = observationColumns
    self.actionColumns = actionColumns
    self.observationNormalizer = observationNormalizer
    self.actionNormalizer = actionNormalizer
    self.network = network
    self.parameterisation = parameterisation
    self.objective = objective
    self.sampling = sampling
    self.latent = latent
    self.adaptation = adaptation
  }

  public var observationSize: Int { observationNormalizer.dimensions }
  public var actionSize: Int { actionNormalizer.dimensions }
  /// Steps of a sample in time: the horizon, or what an autoencoder makes of it.
  public var sampleLength: Int { horizon / (latent?.autoencoder.timeMultiple ?? 1) }

  /// What contradicts itself, or nil.
  public var problem: String? {
    if let problem = network.problem ?? adaptation?.problem ?? latent?.problem { return problem }
    if network.frameCondition != 0 { return "a policy's network has no condition per frame" }
    if let problem = objective.method.problem(embedsTarget: network.targetEmbedding, guidance: sampling.guidance) {
      return problem
    }
    if observationSteps < 1 || actionSteps < 1 || horizon < 1 {
      return "observationSteps, actionSteps and horizon must be at least 1"
    }
    if observationSteps > horizon || actionSteps > horizon - (observationSteps - 1) {
      return "a horizon of \(horizon) does not hold \(observationSteps) − 1 past and \(actionSteps) executed actions"
    }
    if horizon % (network.timeMultiple * (latent?.autoencoder.timeMultiple ?? 1)) != 0 {
      return
        "the horizon \(horizon) is no multiple of \(network.timeMultiple), which \(network.widths.count) levels need"
        + (latent.map { ", times the autoencoder's \($0.autoencoder.timeMultiple)" } ?? "")
    }
    if network.globalCondition != observationSteps * observationSize
      || network.channels != latent?.autoencoder.latentChannels ?? actionSize
      || latent.map({ $0.autoencoder.channels != actionSize }) ?? false
    {
      return "the network's sizes do not fit the observations and actions"
    }
    return nil
  }

  /// A sampler of this policy's noise levels.
  func sampler(_ method: SamplingMethod, elementCount: Int) throws(ConsistencyError) -> Sampler {
    try Sampler(
      method, sampling, boundary: parameterisation.preconditioning.boundarySigma,
      jumps: objective.method.objective.needsTargetTime, elementCount: elementCount)
  }
}
