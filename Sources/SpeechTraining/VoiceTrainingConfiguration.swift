import Backbone
import Consistency
import SpeechHead
import Training

/// How a voice is trained: the keys of its YAML file and of `--set`.
public struct VoiceTrainingConfiguration: Sendable, Codable, Equatable {
  /// The phoneme encoder and its training.
  public struct Encoder: Sendable, Equatable {
    public var width = 160
    public var layers = 5
    public var kernel = 5
    public var groups = 8
    public var durationWidth = 128
    /// States of every phoneme.
    public var states = 2
    public var dropout = 0.3
    /// What refiner and decoder are told of how a sentence is said.
    public var prosody = [Prosody.pitch]
    /// Share of the steps in which frames are dealt out evenly among the states.
    public var flatStart = 0.02
    public var training = TrainingConfiguration()
  }

  /// The refiner of the mean and its training.
  public struct Refiner: Sendable, Equatable {
    public var width = 160
    public var layers = 6
    public var kernel = 5
    public var groups = 8
    public var dropout = 0.2
    public var training = TrainingConfiguration()
  }

  /// The decoder: the shared backbone.
  public struct Decoder: Sendable, Codable, Equatable {
    public var widths = [128, 128, 128]
    public var kernel = 5
    public var groups = 8
    public var embedding = 128
    public var dropout = 0.1
    /// How the noise level enters the embedding.
    public var noiseScale = NoiseScale.edm
    /// Seconds of a stretch that is trained on.
    public var cropSeconds = 2.0
  }

  /// One of the decoder's trainings.
  public struct Stage: Sendable, Equatable {
    public var objective: ObjectiveConfiguration
    /// Trains low-rank adapters of this rank alone, beside the frozen weights of the stage before; 0: all weights of the
    /// decoder.
    public var loraRank = 0
    /// Their α: see `LowRankAdaptation`.
    public var loraAlpha = 8.0
    public var training = TrainingConfiguration()

    var adaptation: LowRankAdaptation? { LowRankAdaptation(loraRank: loraRank, loraAlpha: loraAlpha) }
  }

  public var mel = VoiceDescription.Mel()
  /// LUFS to which every recording is brought.
  public var loudness = -23.0
  /// Share of the sentences that is never trained on.
  public var heldOutSentences = 0.1
  public var encoder = Encoder()
  public var refiner = Refiner()
  public var decoder = Decoder()
  public var teacher: Stage
  public var student: Stage
  /// How the bundled voice is sampled: applied after the training, and changed without another.
  /// Less noise than a sampler of the whole distribution has: half as many words are misunderstood.
  public var use = VoiceUse(temperature: 0.3)

  public init() {
    // More noise than for images: what a spectrogram says is decided where no single bin can be made out any more.
    var denoising = EDMObjective.Configuration()
    (denoising.logMean, denoising.logDeviation, denoising.sigmaMax) = (-0.6, 1.4, 20)
    var tuning = EasyConsistencyTuning.Configuration()
    (tuning.logMean, tuning.logDeviation, tuning.sigmaMax) = (-0.4, 1.6, 20)
    teacher = Stage(objective: ObjectiveConfiguration(denoising))
    student = Stage(objective: ObjectiveConfiguration(tuning))
    encoder.training.steps = 3000
    encoder.training.batchSize = 16
    encoder.training.learningRate = 1e-3
    encoder.training.weightDecay = 1e-2
    encoder.training.emaMaximum = 0.999
    refiner.training = encoder.training
    refiner.training.steps = 6000
    for stage in [\Self.teacher, \.student] {
      self[keyPath: stage].training.batchSize = 16
      self[keyPath: stage].training.emaMaximum = 0.9995
      self[keyPath: stage].training.evaluationExamples = 128
    }
    encoder.training.evaluationExamples = 128
    refiner.training.evaluationExamples = 128
    teacher.training.steps = 12_000
    student.training.steps = 8000
    student.training.learningRate = 2e-4
  }

  /// What is wrong with the values, or nil.
  public var problem: String? {
    if !(-60...0).contains(loudness) { return "loudness is \(loudness); -60 to 0 LUFS are possible" }
    if !(0..<1).contains(heldOutSentences) { return "heldOutSentences is \(heldOutSentences); a share in [0, 1)" }
    if !(0.1...60).contains(decoder.cropSeconds) {
      return "decoder.cropSeconds is \(decoder.cropSeconds); 0.1 to 60 are possible"
    }
    if !(0...1).contains(encoder.flatStart) { return "encoder.flatStart is \(encoder.flatStart); a share in [0, 1]" }
    if Set(encoder.prosody).count != encoder.prosody.count { return "encoder.prosody names something twice" }
    if teacher.loraRank != 0 {
      return "teacher.loraRank is \(teacher.loraRank); the teacher has no weights to adapt: set student.loraRank"
    }
    if let problem = student.adaptation?.problem { return "student.\(problem)" }
    for (name, training) in [
      ("encoder", encoder.training), ("refiner", refiner.training), ("teacher", teacher.training),
      ("student", student.training),
    ] {
      if let problem = training.problem { return "\(name).\(problem)" }
    }
    return nil
  }

  /// The networks for a corpus, and a description without decoder training.
  func description(phones: [String], speakers: [VoiceDescription.Speaker]) -> VoiceDescription {
    let features = PhonemeFeatures(phoneCount: phones.count, speakerCount: speakers.count)
    var encoder = PhonemeEncoder.Configuration(inputs: features.count, bands: mel.bands)
    encoder.width = self.encoder.width
    encoder.layers = self.encoder.layers
    encoder.kernel = self.encoder.kernel
    encoder.groups = self.encoder.groups
    encoder.durationWidth = self.encoder.durationWidth
    encoder.states = self.encoder.states
    encoder.dropout = Float(self.encoder.dropout)
    encoder.prosody = self.encoder.prosody == [.pitch] ? nil : Prosody.allCases.filter(self.encoder.prosody.contains)
    var refiner = MeanRefiner.Configuration(inputs: FrameConditions.count(encoder), bands: mel.bands)
    refiner.width = self.refiner.width
    refiner.layers = self.refiner.layers
    refiner.kernel = self.refiner.kernel
    refiner.groups = self.refiner.groups
    refiner.dropout = Float(self.refiner.dropout)
    let network = TemporalUNet.Configuration(
      channels: mel.bands, widths: decoder.widths, kernel: decoder.kernel, groups: decoder.groups,
      embedding: decoder.embedding, globalCondition: speakers.count, frameCondition: FrameConditions.count(encoder),
      dropout: Float(decoder.dropout), fullResolution: true)
    return VoiceDescription(
      mel: mel, phones: phones, speakers: speakers, encoder: encoder, refiner: refiner, decoder: network,
      parameterisation: Parameterisation(Preconditioning(sigmaData: 1), noiseScale: decoder.noiseScale),
      objective: nil, sampling: SamplingSchedule())
  }

  /// Frames of a stretch that is trained on.
  var cropLength: Int {
    let multiple = 1 << (decoder.widths.count - 1)
    let frames = Int(decoder.cropSeconds * mel.frameRate)
    return max(1, frames / multiple) * multiple
  }
}

extension VoiceTrainingConfiguration.Encoder: Codable {
  private enum CodingKeys: CodingKey {
    case width, layers, kernel, groups, durationWidth, states, dropout, prosody, flatStart
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    width = try values.decode(Int.self, forKey: .width)
    layers = try values.decode(Int.self, forKey: .layers)
    kernel = try values.decode(Int.self, forKey: .kernel)
    groups = try values.decode(Int.self, forKey: .groups)
    durationWidth = try values.decode(Int.self, forKey: .durationWidth)
    states = try values.decode(Int.self, forKey: .states)
    dropout = try values.decode(Double.self, forKey: .dropout)
    prosody = try values.decode([Prosody].self, forKey: .prosody)
    flatStart = try values.decode(Double.self, forKey: .flatStart)
    training = try TrainingConfiguration(from: decoder)
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(width, forKey: .width)
    try values.encode(layers, forKey: .layers)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(groups, forKey: .groups)
    try values.encode(durationWidth, forKey: .durationWidth)
    try values.encode(states, forKey: .states)
    try values.encode(dropout, forKey: .dropout)
    try values.encode(prosody, forKey: .prosody)
    try values.encode(flatStart, forKey: .flatStart)
    try training.encode(to: encoder)
  }
}

extension VoiceTrainingConfiguration.Refiner: Codable {
  private enum CodingKeys: CodingKey { case width, layers, kernel, groups, dropout }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    width = try values.decode(Int.self, forKey: .width)
    layers = try values.decode(Int.self, forKey: .layers)
    kernel = try values.decode(Int.self, forKey: .kernel)
    groups = try values.decode(Int.self, forKey: .groups)
    dropout = try values.decode(Double.self, forKey: .dropout)
    training = try TrainingConfiguration(from: decoder)
  }

  public func encode(to encoder: any Swift.Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(width, forKey: .width)
    try values.encode(layers, forKey: .layers)
    try values.encode(kernel, forKey: .kernel)
    try values.encode(groups, forKey: .groups)
    try values.encode(dropout, forKey: .dropout)
    try training.encode(to: encoder)
  }
}

extension VoiceTrainingConfiguration.Stage: Codable {
  private enum CodingKeys: CodingKey { case objective, loraRank, loraAlpha }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    objective = try values.decode(ObjectiveConfiguration.self, forKey: .objective)
    loraRank = try values.decode(Int.self, forKey: .loraRank)
    loraAlpha = try values.decode(Double.self, forKey: .loraAlpha)
    training = try TrainingConfiguration(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(objective, forKey: .objective)
    try values.encode(loraRank, forKey: .loraRank)
    try values.encode(loraAlpha, forKey: .loraAlpha)
    try training.encode(to: encoder)
  }
}
