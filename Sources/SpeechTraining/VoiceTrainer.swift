import Autograd
import Consistency
import Foundation
import SpeechHead
import Training

/// The recorded sentences that a voice is trained on.
public struct SpeechExamples: Sendable {
  /// Phones and pauses without stress, by token number.
  public var phones: [String]
  public var speakers: [VoiceDescription.Speaker]
  public var training: [SpeechUtterance]
  public var heldOut: [SpeechUtterance]

  public init(
    phones: [String], speakers: [VoiceDescription.Speaker], training: [SpeechUtterance], heldOut: [SpeechUtterance]
  ) {
    self.phones = phones
    self.speakers = speakers
    self.training = training
    self.heldOut = heldOut
  }
}

/// Trains a voice in three stages, each a run of its own with checkpoints in a folder of its own: the phoneme encoder;
/// the decoder as a denoiser (teacher); the decoder as a consistency model (student).
public struct VoiceTrainer {
  public let configuration: VoiceTrainingConfiguration
  private let examples: SpeechExamples
  private let output: URL
  private let threads: Int

  /// - Parameter output: directory that gets one directory per stage.
  public init(
    _ configuration: VoiceTrainingConfiguration, examples: SpeechExamples, output: URL, threads: Int
  ) throws(TrainingError) {
    if let problem = configuration.problem { throw .configuration(problem) }
    let description = configuration.description(phones: examples.phones, speakers: examples.speakers)
    if let problem = description.problem { throw .configuration(problem) }
    self.configuration = configuration
    self.examples = examples
    self.output = output
    self.threads = threads
  }

  /// Where a stage's checkpoints lie.
  public func directory(_ stage: String) -> URL { output.appending(path: stage) }

  /// The first stage.
  public func encoderTrainer(resume: Bool) throws -> Trainer<EncoderTask> {
    let description = configuration.description(phones: examples.phones, speakers: examples.speakers)
    let model = AcousticModel(encoder: description.encoder, decoder: description.decoder)
    let task = EncoderTask(
      model, features: description.features, training: examples.training, heldOut: examples.heldOut,
      flatStart: configuration.encoder.flatStart)
    return try Trainer(
      task, configuration.encoder.training, directory: directory("encoder"),
      metadata: [TrainedVoice.metadataKey: try Self.json(description)], threads: threads, resume: resume)
  }

  /// Encodes and aligns all sentences with the encoder that the first stage trained.
  public func aligned(by voice: TrainedVoice) -> (training: [AlignedUtterance], heldOut: [AlignedUtterance]) {
    let aligner = UtteranceAligner(voice, threads: threads)
    return (aligner(examples.training), aligner(examples.heldOut))
  }

  /// The second or the third stage.
  ///
  /// - Parameters:
  ///   - start: the voice that the stage before made.
  ///   - aligned: by its encoder.
  public func decoderTrainer(
    _ stage: VoiceTrainingConfiguration.Stage, name: String, start: TrainedVoice,
    aligned: (training: [AlignedUtterance], heldOut: [AlignedUtterance]), resume: Bool
  ) throws -> Trainer<DecoderTask> {
    var description = start.description
    let isFirst = description.objective == nil
    let sigmaData =
      isFirst
      ? (aligned.training.residualDeviation(bands: description.mel.bands) * 1000).rounded() / 1000
      : description.parameterisation.preconditioning.sigmaData
    let objective = try stage.objective.objective(sigmaData: sigmaData)
    let teacher = objective.needsTeacher ? description.parameterisation : nil
    description.parameterisation = Parameterisation(
      Preconditioning(sigmaData: sigmaData, boundarySigma: objective.boundarySigma),
      noiseScale: configuration.decoder.noiseScale)
    description.objective = stage.objective
    description.sampling = SamplingSchedule(of: objective, middle: stage.middleSigmas)
    let task = DecoderTask(
      description, objective: objective, teacher: teacher, training: aligned.training, heldOut: aligned.heldOut,
      cropLength: configuration.cropLength)
    return try Trainer(
      task, stage.training, directory: directory(name),
      metadata: [TrainedVoice.metadataKey: try Self.json(description)], start: start.weights,
      teacher: objective.needsTeacher ? start.weights : nil, threads: threads, resume: resume)
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
