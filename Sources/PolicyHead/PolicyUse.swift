/// What of a policy is chosen after its training, on held-out data or on starts that do not count; nil leaves it as it
/// was trained.
public struct PolicyUse: Sendable, Codable, Equatable {
  /// Actions of every chunk that are executed.
  public var actionSteps: Int?
  /// Falling middle noise levels of sampling chains: entry i belongs to i + 2 steps.
  public var middleSigmas: [[Double]]?
  /// See `SamplingSchedule.temperature`.
  public var temperature: Double?
  /// See `SamplingSchedule.initialTemperature`.
  public var initialTemperature: Double?
  /// See `SamplingSchedule.gamma`; only for a network that was trained to jump between any two noise levels.
  public var gamma: Double?
  /// See `SamplingSchedule.guidance`; only for a network that was trained with it.
  public var guidance: Double?

  public init(
    actionSteps: Int? = nil, middleSigmas: [[Double]]? = nil, temperature: Double? = nil,
    initialTemperature: Double? = nil, gamma: Double? = nil, guidance: Double? = nil
  ) {
    self.actionSteps = actionSteps
    self.middleSigmas = middleSigmas
    self.temperature = temperature
    self.initialTemperature = initialTemperature
    self.gamma = gamma
    self.guidance = guidance
  }
}

extension TrainedPolicy {
  /// The same network, used in another way.
  ///
  /// - Throws: `PolicyError` for a chunk that the horizon does not hold, a chain that does not fall, a gamma for a network
  ///   that knows no jumps, or a guidance that was not trained.
  public func used(_ use: PolicyUse) throws(PolicyError) -> TrainedPolicy {
    var description = description
    if let actionSteps = use.actionSteps { description.actionSteps = actionSteps }
    if let problem = description.problem { throw .badSetting(problem) }
    let parameterisation = description.parameterisation
    do {
      try description.sampling.use(
        guidance: use.guidance,
        of: description.objective.objective(sigmaData: parameterisation.preconditioning.sigmaData))
      try description.sampling.use(
        middle: use.middleSigmas, temperature: use.temperature, initialTemperature: use.initialTemperature,
        gamma: use.gamma,
        boundary: parameterisation.preconditioning.boundarySigma,
        jumps: description.objective.method.objective.needsTargetTime)
    } catch {
      throw .badSetting("\(error)")
    }
    return try TrainedPolicy(description, weights: weights, autoencoder: autoencoder, storage: storage)
  }
}
