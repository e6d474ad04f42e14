import Adapters
import Autograd
import Communication
import Consistency
import Foundation
import SpeechHead
import Training

/// Trains a voice in four stages, each a run of its own with checkpoints in a folder of its own: the phoneme encoder; the
/// refiner of its mean; the decoder as a denoiser (teacher); the decoder as a consistency model (student).
public struct VoiceTrainer {
  public let configuration: VoiceTrainingConfiguration
  private let examples: SpeechExamples
  private let output: URL
  private let fingerprint: StageFingerprint
  private let communicator: any Communicator
  private let threads: Int

  /// - Parameters:
  ///   - output: directory that gets one directory per stage.
  ///   - communicator: the ranks that train together; each reads the recordings.
  public init(
    _ configuration: VoiceTrainingConfiguration, examples: SpeechExamples, output: URL,
    communicator: any Communicator = SingleProcess(), threads: Int
  ) throws(TrainingError) {
    if let problem = configuration.problem { throw .configuration(problem) }
    var description = configuration.description(phones: examples.phones, speakers: examples.speakers)
    // Checked here; the finished voice gets it.
    description.contrast = configuration.use.contrast
    if let problem = description.problem { throw .configuration(problem) }
    // What a later stage would object to is said before the first is trained.
    do {
      let (teacher, student) = (
        try configuration.teacher.objective.objective(sigmaData: 1),
        try configuration.student.objective.objective(sigmaData: 1)
      )
      guard !teacher.needsTeacher else {
        throw TrainingError.configuration("teacher.objective: \(teacher.name) needs a teacher itself; edm is one")
      }
      let origin = DecoderOrigin(role: "teacher", objective: configuration.teacher.objective)
      try origin.check(leadsTo: student, stage: "student")
      if student.needsTeacher { try origin.check(teaches: student, stage: "student") }
      var sampling = SamplingSchedule(of: student)
      try sampling.use(guidance: configuration.use.guidance, of: student)
      try sampling.use(
        temperature: configuration.use.temperature, gamma: configuration.use.gamma, boundary: student.boundarySigma,
        jumps: type(of: student).needsTargetTime)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw .configuration("\(error)")
    }
    fingerprint = StageFingerprint(examples)
    self.configuration = configuration
    self.examples = examples
    self.output = output
    self.communicator = communicator
    self.threads = threads
  }

  /// Where a stage's checkpoints lie.
  public func directory(_ stage: String) -> URL { output.appending(path: stage) }

  /// The first stage.
  ///
  /// - Throws: `TrainingError`; see `Trainer`.
  public func encoderStage(resume: Bool) throws -> VoiceStage<EncoderTask> {
    let description = configuration.description(phones: examples.phones, speakers: examples.speakers)
    let task = EncoderTask(
      description.model, features: description.features, training: examples.training, heldOut: examples.heldOut,
      flatStart: configuration.encoder.flatStart)
    var fingerprint = fingerprint
    fingerprint.flatStart = configuration.encoder.flatStart
    return try VoiceStage(
      description, task, configuration.encoder.training, fingerprint, directory: directory("encoder"),
      communicator: communicator, threads: threads, resume: resume)
  }

  /// The second stage.
  ///
  /// - Parameters:
  ///   - start: the voice that the first stage made.
  ///   - aligned: by it.
  /// - Throws: `TrainingError`, see `Trainer`; `SpeechError.badSetting` for impossible mel bands.
  public func refinerStage(
    start: TrainedVoice, aligned: (training: [AlignedUtterance], heldOut: [AlignedUtterance]), resume: Bool
  ) throws -> VoiceStage<RefinerTask> {
    let task = try RefinerTask(
      start.description, training: aligned.training, heldOut: aligned.heldOut, cropLength: configuration.cropLength)
    return try VoiceStage(
      start.description, task, configuration.refiner.training,
      fingerprint.following(start, cropLength: configuration.cropLength), directory: directory("refiner"),
      start: start.weights, communicator: communicator, threads: threads, resume: resume)
  }

  /// What the second stage would have made, of a voice that was trained elsewhere on these recordings: its encoder and its
  /// refiner, and a decoder that is not trained.
  ///
  /// - Throws: `TrainingError.configuration` for networks of other sizes or other recordings.
  public func refiner(of given: GivenVoice) throws(TrainingError) -> TrainedVoice {
    try given.checkFront(configuration)
    try given.check(examples)
    let voice = given.voice
    let description = configuration.description(phones: examples.phones, speakers: examples.speakers)
    let model = description.model
    let weights = model.layout.initialize(seed: configuration.encoder.training.seed)
    // Encoder and refiner lie in front of the decoder.
    weights.pointer.update(from: voice.weights.pointer, count: model.refinerParameters.upperBound)
    do {
      return try TrainedVoice(description, weights: weights)
    } catch {
      throw .configuration("\(error)")
    }
  }

  /// Encodes and aligns all sentences, and finds their means: by the encoder, and by the refiner once it is trained.
  ///
  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public func aligned(
    by voice: TrainedVoice
  ) throws(SpeechError) -> (training: [AlignedUtterance], heldOut: [AlignedUtterance]) {
    let aligner = try UtteranceAligner(voice, threads: threads)
    return (aligner(examples.training), aligner(examples.heldOut))
  }

  /// The third or the fourth stage.
  ///
  /// - Parameters:
  ///   - name: of its directory below the output.
  ///   - start: the voice that the stage before made; after the second stage the decoder is trained from scratch.
  ///   - teacher: the frozen voice, where the objective needs one; by default the start.
  ///   - aligned: by the voice that the second stage made.
  /// - Throws: `TrainingError`, see `Trainer`, or for a start or a teacher that the objective or adapters can do nothing with;
  ///   `ConsistencyError` for an objective's impossible setting.
  public func decoderStage(
    _ stage: VoiceTrainingConfiguration.Stage, name: String, start: TrainedVoice, teacher: TrainedVoice? = nil,
    aligned: (training: [AlignedUtterance], heldOut: [AlignedUtterance]), resume: Bool
  ) throws -> VoiceStage<DecoderTask> {
    var description = start.description
    let isFirst = description.objective == nil
    let sigmaData =
      isFirst
      ? (aligned.training.residualDeviation * 1000).rounded() / 1000
      : description.parameterisation.preconditioning.sigmaData
    let objective = try stage.objective.objective(sigmaData: sigmaData)
    if let trained = description.objective {
      try DecoderOrigin(role: "start", objective: trained).check(leadsTo: objective, stage: name)
    }
    guard stage.adaptation == nil || !isFirst else {
      throw TrainingError.configuration(
        "\(name): loraRank is \(stage.loraRank), but the start's decoder is not trained, so that there are no weights to adapt"
      )
    }
    let followed = objective.needsTeacher ? teacher ?? start : nil
    if let followed {
      guard let trained = followed.description.objective else {
        throw TrainingError.configuration(
          "\(name): objective=\(objective.name) needs a teacher whose decoder is trained")
      }
      try DecoderOrigin(role: "teacher", objective: trained).check(teaches: objective, stage: name)
    }
    description.parameterisation = Parameterisation(
      Preconditioning(
        sigmaData: sigmaData, boundarySigma: objective.boundarySigma, frame: type(of: objective).frame),
      noiseScale: configuration.decoder.noiseScale)
    description.objective = stage.objective
    description.decoder.targetEmbedding = type(of: objective).secondEmbedding != nil
    description.sampling = SamplingSchedule(of: objective)
    description.adaptation = stage.adaptation
    // A finished voice's, which a start may be.
    description.contrast = nil
    let task = try DecoderTask(
      description, objective: objective, teacher: followed?.description.parameterisation, training: aligned.training,
      heldOut: aligned.heldOut, cropLength: configuration.cropLength)
    func adopted(_ voice: TrainedVoice) -> ParameterBuffer {
      description.start(task.layout, seed: stage.training.seed, from: voice.description, weights: voice.weights)
    }
    return try VoiceStage(
      description, task, stage.training, fingerprint.following(start, cropLength: configuration.cropLength),
      directory: directory(name), start: adopted(start), teacher: followed.map(adopted), communicator: communicator,
      threads: threads, resume: resume)
  }
}

/// One of a voice's trainings.
public struct VoiceStage<Task: TrainingTask> {
  public let description: VoiceDescription
  public let trainer: Trainer<Task>

  init(
    _ description: VoiceDescription, _ task: Task, _ configuration: TrainingConfiguration,
    _ fingerprint: StageFingerprint, directory: URL, start: ParameterBuffer? = nil, teacher: ParameterBuffer? = nil,
    communicator: any Communicator, threads: Int, resume: Bool
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func json(_ value: some Encodable) throws -> String { String(decoding: try encoder.encode(value), as: UTF8.self) }
    self.description = description
    trainer = try Trainer(
      task, configuration, directory: directory,
      metadata: [TrainedVoice.metadataKey: try json(description), "data": try json(fingerprint)], start: start,
      teacher: teacher, communicator: communicator, threads: threads, resume: resume)
  }

  /// The voice as it is now: a copy.
  public func voice() throws(SpeechError) -> TrainedVoice {
    let (description, weights) = self.description.merged(trainer.optimizer.ema)
    return try TrainedVoice(description, weights: weights)
  }
}
