import Comparison
import Consistency
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TextFrontEnd
import Training

/// Voices in a comparison: one encoder and one refiner, in OUT/encoder and OUT/refiner or of a voice that was trained elsewhere,
/// and a decoder for every method; measured on held-out sentences of the first corpus.
final class SpeechComparison: ComparedHead {
  typealias Stage = ComparisonPlan<VoiceTrainingConfiguration>.Stage

  /// What all decoders are trained on.
  private struct Common {
    var trainer: VoiceTrainer
    var examples: SpeechExamples
    var refiner: TrainedVoice
    var aligned: (training: [AlignedUtterance], heldOut: [AlignedUtterance])
  }

  private let corpora: [SpeechCorpus]
  private let settings: ComparisonSettings
  private let lexicon: UserLexicon
  private let out: String
  /// Voices in place of checkpoints, by the stage's folder; `refiner` is the one that is shared.
  private let trained: [String: URL]
  /// One of them, whose encoder and refiner are everyone's.
  private let front: GivenVoice?
  /// Of rows that are there already: see `ComparisonRow`.
  private let expectedWeights: String?
  private let threads: Int
  /// All but the decoder's training.
  private let shared: VoiceTrainingConfiguration
  /// Made when the first stage asks for it.
  private var common: Common?
  private var evaluation: SpeechEvaluation?

  /// - Parameters:
  ///   - trained: voices in place of checkpoints, by the stage's folder. They bring encoder and refiner with them.
  ///   - sharedWeights: of rows that are there already, which encoder and refiner must have.
  /// - Throws: `CommandFailure` for stages that would not share data and networks, or a stage's way of sampling that is none;
  ///   `SpeechError` for a file that is no voice, `TrainingError` for one that is another than would be trained.
  init(
    _ corpora: [SpeechCorpus], _ plans: [ComparisonPlan<VoiceTrainingConfiguration>], settings: ComparisonSettings,
    lexicon: UserLexicon, out: String, trained: [String: URL],
    sharedWeights: String?, threads: Int
  ) throws {
    self.corpora = corpora
    self.settings = settings
    self.lexicon = lexicon
    self.out = out
    self.trained = trained
    expectedWeights = sharedWeights
    self.threads = threads
    let stages = plans.flatMap(\.stages)
    shared = Self.shared(stages.first?.configuration ?? VoiceTrainingConfiguration())
    let given = try Self.front(trained, stages, shared)
    front = given
    if let given { try requireExpected(given.voice.frontChecksum) }
    for stage in stages where Self.shared(stage.configuration) != shared {
      throw CommandFailure(
        "\(stage.folder): its file sets more than the sections student and use: what all methods share belongs into the "
          + "preset's common file")
    }
    for stage in stages {
      do {
        try Self.check(stage)
      } catch {
        throw CommandFailure("\(stage.folder): \(error)")
      }
    }
  }

  /// Whether a trained stage can be sampled as it asks for; its middle noise levels are checked when the data's scale is known.
  private static func check(_ stage: Stage) throws {
    let objective = try stage.configuration.student.objective.objective(sigmaData: 1)
    let (use, jumps) = (stage.configuration.use, type(of: objective).needsTargetTime)
    var sampling = SamplingSchedule(of: objective)
    try sampling.use(guidance: use.guidance, of: objective)
    try sampling.use(
      temperature: use.temperature, gamma: use.gamma, boundary: objective.boundarySigma, jumps: jumps)
    for sample in stage.evaluate where sample.steps > 0 {
      var used = sampling
      try used.use(gamma: sample.gamma, boundary: objective.boundarySigma, jumps: jumps)
      _ = try Sampler(sample.method, used, boundary: objective.boundarySigma, jumps: jumps, elementCount: 0)
    }
  }

  /// A configuration without what belongs to one method.
  private static func shared(_ configuration: VoiceTrainingConfiguration) -> VoiceTrainingConfiguration {
    let defaults = VoiceTrainingConfiguration()
    var configuration = configuration
    (configuration.teacher, configuration.student) = (defaults.teacher, defaults.student)
    configuration.use = defaults.use
    return configuration
  }

  private func checkpoint(_ folder: String) -> URL {
    trained[folder] ?? URL(filePath: "\(out)/\(folder)/last.safetensors")
  }

  func sharedWeights() throws -> String? { try prepared().refiner.frontChecksum }

  func train(_ stage: Stage) throws {
    let common = try prepared()
    let teacher = try stage.teacher.map { try TrainedVoice(contentsOf: checkpoint($0)) }
    let start = try stage.start.map { try TrainedVoice(contentsOf: checkpoint($0)) }
    _ = try VoiceTrainingCommand.stage(
      stage.folder, stage.configuration.student.training, common.trainer, resume: true
    ) { resume in
      // As for policies: who follows a teacher starts from it, unless the preset says otherwise.
      try common.trainer.decoderStage(
        stage.configuration.student, name: stage.folder, start: start ?? teacher ?? common.refiner, teacher: teacher,
        aligned: common.aligned, resume: resume)
    }
  }

  /// The first of the voices that were trained elsewhere, if all have the same encoder and refiner, and each the decoder that
  /// its stage would have.
  private static func front(
    _ trained: [String: URL], _ stages: [Stage], _ configuration: VoiceTrainingConfiguration
  ) throws -> GivenVoice? {
    let files = trained.sorted { $0.key < $1.key }
    let voices = try files.map { try TrainedVoice(contentsOf: $0.value) }
    let given = zip(files, voices).map { GivenVoice("--trained \($0.key)=\($0.value.path)", $1) }
    for (file, voice) in zip(files, given) {
      try voice.checkFront(configuration)
      if let stage = stages.first(where: { $0.folder == file.key }) { try voice.checkDecoder(stage.configuration) }
    }
    if let index = voices.indices.first(where: { voices[$0].frontChecksum != voices[0].frontChecksum }) {
      throw CommandFailure(
        "--trained: \(files[0].value.path) and \(files[index].value.path) have different encoders or refiners, which all methods "
          + "are to share")
    }
    return given.first
  }

  /// Reads the recordings, and trains encoder and refiner or goes on with them.
  private func prepared() throws -> Common {
    if let common { return common }
    let examples = try VoiceTrainingCommand.read(corpora, shared, lexicon: lexicon, threads: threads)
    let trainer = try VoiceTrainer(shared, examples: examples, output: URL(filePath: out), threads: threads)
    let refiner = try front.map(trainer.refiner) ?? trainedRefiner(trainer)
    try requireExpected(refiner.frontChecksum)
    let made = Common(
      trainer: trainer, examples: examples, refiner: refiner, aligned: try trainer.aligned(by: refiner))
    common = made
    return made
  }

  private func requireExpected(_ checksum: String) throws(CommandFailure) {
    guard let expectedWeights, expectedWeights != checksum else { return }
    throw CommandFailure(
      "the rows that are there are of another encoder or refiner, which all methods are to share: give --trained a voice with "
        + "theirs, choose another --out directory, or leave out --rows")
  }

  private func trainedRefiner(_ trainer: VoiceTrainer) throws -> TrainedVoice {
    let encoder = try VoiceTrainingCommand.stage("encoder", shared.encoder.training, trainer, resume: true) {
      try trainer.encoderStage(resume: $0)
    }
    let steps = try trainer.aligned(by: encoder)
    return try VoiceTrainingCommand.stage("refiner", shared.refiner.training, trainer, resume: true) {
      try trainer.refinerStage(start: encoder, aligned: steps, resume: $0)
    }
  }

  func evaluate(_ stage: Stage) throws -> [SpeechEvaluationReport] {
    let voice = try TrainedVoice(contentsOf: checkpoint(stage.folder)).used(stage.configuration.use)
    let evaluation = try evaluation ?? makeEvaluation(voice)
    self.evaluation = evaluation
    return try stage.evaluate.map { sampling in
      let method: AcousticPredictor.Method = sampling.steps == 0 ? .mean : .sampled(sampling.method)
      return try evaluation.report(
        of: voice.used(VoiceUse(gamma: sampling.gamma)), method,
        folder: "\(stage.folder.replacing("/", with: "-"))-\(sampling.name)", seed: settings.firstSeed,
        threads: threads)
    }
  }

  /// The first corpus's held-out sentences, as many as are asked for.
  private func makeEvaluation(_ voice: TrainedVoice) throws -> SpeechEvaluation {
    let corpus = corpora[0]
    let heldOut = Set(try prepared().examples.heldOut.map(\.name))
    let entries = corpus.entries.filter { heldOut.contains("\(corpus.name)/\($0.id)") }
    return try SpeechEvaluation(
      Array(entries.prefix(settings.episodes)), of: corpus, mel: voice.description.mel, loudness: shared.loudness,
      lexicon: lexicon, out: "\(out)/audio")
  }
}

extension TrainedVoice {
  /// Of encoder and refiner, in the precision of a float16 bundle.
  fileprivate var frontChecksum: String {
    var checksum = DataChecksum()
    for index in 0..<model.refinerParameters.upperBound { checksum.add(UInt32(Float16(weights[index]).bitPattern)) }
    return checksum.text
  }
}
