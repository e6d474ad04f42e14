import Backbone
import Checkpoints
import Consistency
import Datasets
import Training

/// How a policy is trained: the keys of its YAML file and of `--set`. Coded as one flat section: the training keys
/// (`steps`, `batchSize`, …) stand beside these.
public struct PolicyTrainingConfiguration: Sendable, Equatable {
  /// Columns that make up an observation and an action, such as `state[0:2]`.
  public var observation = PolicyRecipe.pushT.observation
  public var action = PolicyRecipe.pushT.action
  /// Observations that a decision looks at.
  public var observationSteps = 2
  /// Actions that a sample predicts.
  public var horizon = 16
  /// Actions that are executed of it.
  public var actionSteps = 8
  /// What observations and actions are scaled to: limits ([−1, 1]) or gaussian (mean 0, variance 1). A start or a teacher
  /// brings its own scale.
  public var normalizer = Normalizer.Mode.limits
  /// Channels of the network, per level.
  public var widths = [64, 128, 256]
  public var kernel = 5
  public var groups = 8
  /// Features of the noise embedding.
  public var embedding = 128
  public var dropout = 0.0
  /// How the noise level enters the embedding: consistency (250 ln σ) or edm (ln σ / 4).
  public var noiseScale = NoiseScale.consistency
  /// Trains low-rank adapters of this rank alone, beside the frozen weights of the start; 0: all weights.
  public var loraRank = 0
  /// Their α: see `LowRankAdaptation`.
  public var loraAlpha = 8.0
  /// What is minimised, with its settings.
  public var objective = ObjectiveConfiguration(.edm)
  /// Middle noise levels of sampling chains: entry i belongs to i + 2 steps.
  public var middleSigmas: [[Double]] = []
  /// Share of the episodes that is never trained on.
  public var heldOutEpisodes = 0.02
  public var training = TrainingConfiguration()

  public init() {}

  /// The network for observations of the given size, and samples of so many channels: actions or latents.
  func network(observationSize: Int, sampleChannels: Int) -> TemporalUNet.Configuration {
    TemporalUNet.Configuration(
      channels: sampleChannels, widths: widths, kernel: kernel, groups: groups, embedding: embedding,
      globalCondition: observationSteps * observationSize,
      targetEmbedding: objective.method.objective.secondEmbedding != nil, dropout: Float(dropout))
  }

  var adaptation: LowRankAdaptation? { LowRankAdaptation(loraRank: loraRank, loraAlpha: loraAlpha) }

  /// What is wrong with the values, or nil.
  public var problem: String? {
    if let problem = network(observationSize: 1, sampleChannels: 1).problem { return problem }
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
    let multiple = 1 << (widths.count - 1)
    if horizon % multiple != 0 { return "horizon is \(horizon); \(widths.count) levels need a multiple of \(multiple)" }
    if let problem = adaptation?.problem { return problem }
    return training.problem
  }
}

extension PolicyTrainingConfiguration: Codable {
  private enum CodingKeys: CodingKey {
    case observation, action, observationSteps, horizon, actionSteps, normalizer, widths, kernel, groups, embedding,
      dropout
    case noiseScale, loraRank, loraAlpha, objective, middleSigmas, heldOutEpisodes
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    observation = try values.decode([ColumnSelector].self, forKey: .observation)
    action = try values.decode([ColumnSelector].self, forKey: .action)
    observationSteps = try values.decode(Int.self, forKey: .observationSteps)
    horizon = try values.decode(Int.self, forKey: .horizon)
    actionSteps = try values.decode(Int.self, forKey: .actionSteps)
    normalizer = try values.decode(Normalizer.Mode.self, forKey: .normalizer)
    widths = try values.decode([Int].self, forKey: .widths)
    kernel = try values.decode(Int.self, forKey: .kernel)
    groups = try values.decode(Int.self, forKey: .groups)
    embedding = try values.decode(Int.self, forKey: .embedding)
    dropout = try values.decode(Double.self, forKey: .dropout)
    noiseScale = try values.decode(NoiseScale.self, forKey: .noiseScale)
    loraRank = try values.decode(Int.self, forKey: .loraRank)
    loraAlpha = try values.decode(Double.self, forKey: .loraAlpha)
    objective = try values.decode(ObjectiveConfiguration.self, forKey: .objective)
    middleSigmas = try values.decode([[Double]].self, forKey: .middleSigmas)
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
    try values.encode(normalizer, forKey: .normalizer)
    try values.encode(widths, forKey: .widths)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(groups, forKey: .groups)
    try values.encode(embedding, forKey: .embedding)
    try values.encode(dropout, forKey: .dropout)
    try values.encode(noiseScale, forKey: .noiseScale)
    try values.encode(loraRank, forKey: .loraRank)
    try values.encode(loraAlpha, forKey: .loraAlpha)
    try values.encode(objective, forKey: .objective)
    try values.encode(middleSigmas, forKey: .middleSigmas)
    try values.encode(heldOutEpisodes, forKey: .heldOutEpisodes)
    try training.encode(to: encoder)
  }
}
