import Backbone
import Consistency
import Foundation
import Spectral

/// Everything besides weights that a voice needs: stored as JSON in its checkpoint under `voice`.
public struct VoiceDescription: Sendable, Codable, Equatable {
  /// How audio becomes the mel-spectrogram that is predicted.
  public struct Mel: Sendable, Codable, Equatable {
    /// Hz.
    public var sampleRate = 22_050
    /// Samples per Fourier transform and between frames.
    public var transformSize = 1024
    public var hop = 256
    public var bands = 128
    /// Hz, the lower end of the first band and the upper end of the last.
    public var minimumFrequency = 0.0
    public var maximumFrequency = 11_025.0

    public init() {}

    /// Frames per second.
    public var frameRate: Double { Double(sampleRate) / Double(hop) }

    /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
    func filterbank() throws(SpeechError) -> MelFilterbank {
      do {
        return try MelFilterbank(
          sampleRate: Double(sampleRate), fftSize: transformSize, bands: bands, lowest: minimumFrequency,
          highest: maximumFrequency)
      } catch {
        throw .badSetting("mel: \(error)")
      }
    }
  }

  /// One voice of the corpora that were trained on. normalised = (ln mel − mean[band]) / deviation.
  public struct Speaker: Sendable, Codable, Equatable {
    public var name: String
    /// `[bands]`
    public var mean: [Float]
    public var deviation: Float
    /// Of ln pitch in Hz, over the frames that have one.
    public var pitchMean: Float
    public var pitchDeviation: Float

    public init(name: String, mean: [Float], deviation: Float, pitchMean: Float, pitchDeviation: Float) {
      self.name = name
      self.mean = mean
      self.deviation = deviation
      self.pitchMean = pitchMean
      self.pitchDeviation = pitchDeviation
    }

    /// Hz of a normalised logarithm.
    func hertz(_ pitch: Float) -> Float { exp(pitch * pitchDeviation + pitchMean) }

    /// Hz, 0 for none → its normalised logarithm, 0 for none, in place.
    public func normalize(pitch: inout [Float]) {
      for i in pitch.indices where pitch[i] != 0 {
        let value = (log(pitch[i]) - pitchMean) / pitchDeviation
        pitch[i] = value == 0 ? 1e-6 : value
      }
    }

    /// ln mel, `[frames, bands]`, in place.
    public func normalize(_ mel: inout [Float]) {
      let bands = mean.count
      for i in mel.indices { mel[i] = (mel[i] - mean[i % bands]) / deviation }
    }

    /// The inverse of `normalize`.
    public func denormalize(_ mel: inout [Float]) {
      let bands = mean.count
      for i in mel.indices { mel[i] = mel[i] * deviation + mean[i % bands] }
    }
  }

  public var mel: Mel
  /// Phones and pauses without stress, by token number.
  public var phones: [String]
  public var speakers: [Speaker]
  public var encoder: PhonemeEncoder.Configuration
  public var refiner: MeanRefiner.Configuration
  public var decoder: TemporalUNet.Configuration
  /// How sigma enters the decoder, with the measured standard deviation of what it models: the normalised mel less its
  /// mean.
  public var parameterisation: Parameterisation
  /// What the decoder was trained with; nil while there is only an encoder.
  public var objective: ObjectiveConfiguration?
  /// The noise levels of its sampling chains.
  public var sampling: SamplingSchedule
  /// What the normalised mel is multiplied by, about the mean of its band, before it becomes sound; 0.5 to 2, nil: 1. Predicted
  /// spectra vary less over time than recorded ones do, and sound muffled for it (the global variance of Toda & Tokuda 2007).
  public var contrast: Double?
  /// Set while only low-rank adapters of the decoder are trained; nil for a voice that is used.
  public var adaptation: LowRankAdaptation?

  public init(
    mel: Mel, phones: [String], speakers: [Speaker], encoder: PhonemeEncoder.Configuration,
    refiner: MeanRefiner.Configuration, decoder: TemporalUNet.Configuration, parameterisation: Parameterisation,
    objective: ObjectiveConfiguration?, sampling: SamplingSchedule, contrast: Double? = nil,
    adaptation: LowRankAdaptation? = nil
  ) {
    self.mel = mel
    self.phones = phones
    self.speakers = speakers
    self.encoder = encoder
    self.refiner = refiner
    self.decoder = decoder
    self.parameterisation = parameterisation
    self.objective = objective
    self.sampling = sampling
    self.contrast = contrast
    self.adaptation = adaptation
  }

  /// The networks, without weights.
  public var model: AcousticModel { AcousticModel(encoder: encoder, refiner: refiner, decoder: decoder) }

  public var features: PhonemeFeatures {
    PhonemeFeatures(phoneCount: phones.count, speakerCount: speakers.count)
  }

  /// Whether encoder and refiner have the sizes of another voice's, so that their weights fit there.
  func hasFront(of other: VoiceDescription) -> Bool {
    var (encoder, refiner) = (encoder, refiner)
    (encoder.dropout, refiner.dropout) = (other.encoder.dropout, other.refiner.dropout)
    return encoder == other.encoder && refiner == other.refiner
  }

  /// The number of a speaker.
  ///
  /// - Throws: `SpeechError.unknownSpeaker`, which names those that there are.
  public func speaker(named name: String) throws(SpeechError) -> Int {
    guard let index = speakers.firstIndex(where: { $0.name == name }) else {
      throw .unknownSpeaker(name: name, known: speakers.map(\.name))
    }
    return index
  }

  /// ln mel of a normalised one, `[frames, bands]`, in place: with the voice's contrast, as the speaker's.
  package func finish(_ mel: inout [Float], speaker: Int) {
    if let contrast = contrast.map(Float.init) {
      for i in mel.indices { mel[i] *= contrast }
    }
    speakers[speaker].denormalize(&mel)
  }

  static func problem(contrast: Double) -> String? {
    (0.5...2).contains(contrast) ? nil : "contrast is \(contrast); 0.5 to 2 are possible"
  }

  /// What contradicts itself, or nil.
  public var problem: String? {
    if let problem = encoder.problem { return "encoder: \(problem)" }
    if let problem = refiner.problem { return "refiner: \(problem)" }
    if let problem = decoder.problem ?? adaptation?.problem { return "decoder: \(problem)" }
    if phones.isEmpty || Set(phones).count != phones.count { return "the phones are none, or not all different" }
    if speakers.isEmpty || Set(speakers.map(\.name)).count != speakers.count {
      return "the speakers are none, or not all different"
    }
    if encoder.inputs != features.count { return "the encoder's inputs do not fit the phones and speakers" }
    if mel.bands != encoder.bands || mel.bands != decoder.channels {
      return "the mel has \(mel.bands) bands, the encoder \(encoder.bands), the decoder \(decoder.channels)"
    }
    if refiner.inputs != FrameConditions.count(encoder) || refiner.bands != mel.bands {
      return "the refiner does not fit the encoder"
    }
    if decoder.frameCondition != FrameConditions.count(encoder) || decoder.globalCondition != speakers.count {
      return "the decoder's conditions do not fit the encoder and the speakers"
    }
    // A decoder that is not trained yet is like one that embeds its noise level only.
    let method = objective?.method ?? .edm
    if let problem = method.problem(embedsTarget: decoder.targetEmbedding, guidance: sampling.guidance) {
      return "decoder: \(problem)"
    }
    for speaker in speakers
    where !speaker.pitchMean.isFinite || !(speaker.pitchDeviation > 0) || speaker.mean.count != mel.bands
      || !(speaker.deviation > 0) || !speaker.mean.allSatisfy(\.isFinite)
    {
      return "speaker \(speaker.name): its mel statistics are damaged"
    }
    if let contrast, let problem = Self.problem(contrast: contrast) { return problem }
    let limits = [
      ("sampleRate", mel.sampleRate, 1000...384_000), ("transformSize", mel.transformSize, 16...65_536),
      ("hop", mel.hop, 1...65_536),
    ]
    for (name, value, range) in limits where !range.contains(value) { return "\(name) is \(value)" }
    if !(mel.minimumFrequency >= 0 && mel.minimumFrequency < mel.maximumFrequency)
      || mel.maximumFrequency > Double(mel.sampleRate) / 2
    {
      return "the mel reaches from \(mel.minimumFrequency) to \(mel.maximumFrequency) Hz at \(mel.sampleRate) Hz"
    }
    return nil
  }
}
