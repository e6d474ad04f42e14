import Consistency

/// How a trained voice is sampled: chosen after the training, on sentences that it was not trained on.
public struct VoiceUse: Sendable, Codable, Equatable {
  /// Falling middle noise levels of sampling chains, in units of the normalised mel: entry i belongs to i + 2 steps.
  public var middleSigmas: [[Double]]?
  /// See `SamplingSchedule.temperature`.
  public var temperature: Double?

  public init(middleSigmas: [[Double]]? = nil, temperature: Double? = nil) {
    self.middleSigmas = middleSigmas
    self.temperature = temperature
  }
}

extension TrainedVoice {
  /// The same networks, used in another way.
  ///
  /// - Throws: `SpeechError.badSetting` for a chain that does not fall, or an impossible temperature.
  public func used(_ use: VoiceUse) throws(SpeechError) -> TrainedVoice {
    var description = description
    do {
      try description.sampling.use(
        middle: use.middleSigmas, temperature: use.temperature,
        boundary: description.parameterisation.preconditioning.boundarySigma)
    } catch {
      throw .badSetting("\(error)")
    }
    return try TrainedVoice(description, weights: weights)
  }
}
