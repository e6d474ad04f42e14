import Backbone
import Datasets
import Training

/// How a temporal autoencoder of action chunks is trained: the keys of its YAML file and of `--set`. Coded as one flat section:
/// the training keys (`steps`, `batchSize`, …) stand beside these.
public struct AutoencoderTrainingConfiguration: Sendable, Equatable {
  /// Columns that make up an observation, which only the world's symmetries ask for, and an action.
  public var observation = PolicyRecipe.pushT.observation
  public var action = PolicyRecipe.pushT.action
  /// Observations, predicted and executed actions of the policies to come: which windows there are.
  public var observationSteps = 2
  public var horizon = 16
  public var actionSteps = 8
  /// Channels of the network, per level; every level but the last halves the time.
  public var widths = [64, 128]
  public var kernel = 5
  /// Channels of the latents.
  public var latentChannels = 4
  /// τ, the deviation of the noise on latents in training, 0 or more: see `AutoencoderTask`.
  public var latentNoise = 0.1
  /// β, which keeps latents near N(0, 1), 0 or more.
  public var latentWeight = 1e-3
  /// Share of the episodes that is never trained on.
  public var heldOutEpisodes = 0.02
  public var training = TrainingConfiguration()

  public init() {}

  /// The network for actions of this size.
  func network(actionSize: Int) -> TemporalAutoencoder.Configuration {
    TemporalAutoencoder.Configuration(
      channels: actionSize, widths: widths, latentChannels: latentChannels, kernel: kernel)
  }

  /// What is wrong with the values, or nil.
  public var problem: String? {
    let network = network(actionSize: 1)
    if let problem = network.problem { return problem }
    if !(0..<1).contains(heldOutEpisodes) {
      return "heldOutEpisodes is \(heldOutEpisodes); a share in [0, 1) is needed"
    }
    for (name, length) in [
      ("observationSteps", observationSteps), ("horizon", horizon), ("actionSteps", actionSteps),
    ] where !(1...10_000).contains(length) {
      return "\(name) is \(length); 1 to 10,000 steps are possible"
    }
    if let problem = Windows.Shape(observed: observationSteps, horizon: horizon, executed: actionSteps).problem {
      return problem
    }
    if horizon % network.timeMultiple != 0 {
      return "horizon is \(horizon); \(widths.count) levels need a multiple of \(network.timeMultiple)"
    }
    for (name, value) in [("latentNoise", latentNoise), ("latentWeight", latentWeight)]
    where !(value >= 0) || !value.isFinite {
      return "\(name) is \(value); it must be a number, 0 or more"
    }
    return training.problem
  }
}

extension AutoencoderTrainingConfiguration: Codable {
  private enum CodingKeys: CodingKey {
    case observation, action, observationSteps, horizon, actionSteps, widths, kernel, latentChannels
    case latentNoise, latentWeight, heldOutEpisodes
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    observation = try values.decode([ColumnSelector].self, forKey: .observation)
    action = try values.decode([ColumnSelector].self, forKey: .action)
    observationSteps = try values.decode(Int.self, forKey: .observationSteps)
    horizon = try values.decode(Int.self, forKey: .horizon)
    actionSteps = try values.decode(Int.self, forKey: .actionSteps)
    widths = try values.decode([Int].self, forKey: .widths)
    kernel = try values.decode(Int.self, forKey: .kernel)
    latentChannels = try values.decode(Int.self, forKey: .latentChannels)
    latentNoise = try values.decode(Double.self, forKey: .latentNoise)
    latentWeight = try values.decode(Double.self, forKey: .latentWeight)
    heldOutEpisodes = try values.decode(Double.self, forKey: .heldOutEpisodes)
    training = try TrainingConfiguration(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(observation, forKey: .observation)
    try values.encode(action, forKey: .action)
    try values.encode(observationSteps, forKey: .observationSteps)
    try values.encode(horizon, forKey: .horizon)
    try values.encode(actionSteps, forKey: .actionSteps)
    try values.encode(widths, forKey: .widths)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(latentChannels, forKey: .latentChannels)
    try values.encode(latentNoise, forKey: .latentNoise)
    try values.encode(latentWeight, forKey: .latentWeight)
    try values.encode(heldOutEpisodes, forKey: .heldOutEpisodes)
    try training.encode(to: encoder)
  }
}
