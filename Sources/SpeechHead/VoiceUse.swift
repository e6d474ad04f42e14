import Consistency

/// How a trained voice is sampled: chosen after the training, on sentences that it was not trained on.
public struct VoiceUse: Sendable, Codable, Equatable {
  /// Falling middle noise levels of sampling chains, in units of the normalised mel: entry i belongs to i + 2 steps.
  public var middleSigmas: [[Double]]?
  /// See `SamplingSchedule.temperature`.
  public var temperature: Double?
  /// See `SamplingSchedule.gamma`; only for a decoder that was trained to jump between any two noise levels.
  public var gamma: Double?
  /// See `SamplingSchedule.guidance`; only for a decoder that was trained with it.
  public var guidance: Double?
  /// See `VoiceDescription.contrast`.
  public var contrast: Double?

  public init(
    middleSigmas: [[Double]]? = nil, temperature: Double? = nil, gamma: Double? = nil, guidance: Double? = nil,
    contrast: Double? = nil
  ) {
    self.middleSigmas = middleSigmas
    self.temperature = temperature
    self.gamma = gamma
    self.guidance = guidance
    self.contrast = contrast
  }
}

extension TrainedVoice {
  /// The same networks, used in another way.
  ///
  /// - Throws: `SpeechError.badSetting` for a chain that does not fall, an impossible temperature, a gamma for a decoder
  ///   that knows no jumps, a guidance that was not trained, or an impossible contrast.
  public func used(_ use: VoiceUse) throws(SpeechError) -> TrainedVoice {
    var description = description
    if let contrast = use.contrast {
      if let problem = VoiceDescription.problem(contrast: contrast) { throw .badSetting(problem) }
      description.contrast = contrast
    }
    let preconditioning = description.parameterisation.preconditioning
    do {
      // A voice whose decoder is not trained yet is asked for no guidance either.
      let objective = description.objective ?? ObjectiveConfiguration(.edm)
      try description.sampling.use(
        guidance: use.guidance, of: objective.objective(sigmaData: preconditioning.sigmaData))
      try description.sampling.use(
        middle: use.middleSigmas, temperature: use.temperature, gamma: use.gamma,
        boundary: preconditioning.boundarySigma, jumps: description.jumps)
    } catch {
      throw .badSetting("\(error)")
    }
    return try TrainedVoice(description, weights: weights, storage: storage)
  }
}
