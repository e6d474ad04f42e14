import ArgumentParser
import Communication
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TextFrontEnd
import Training

/// `saltus train speech`: the four stages of a voice, and its bundled file.
struct TrainSpeech: SharedByRanks {
  static let configuration = CommandConfiguration(
    commandName: "speech", abstract: "Train a voice on recorded sentences.",
    discussion: """
      Recordings are in the LJSpeech layout: a folder with metadata.csv (lines ID|text) and wavs/ID.wav or .flac, 20
      minutes or more of one speaker. Several --data train one network for several speakers, named like their folders.

      Four stages, each with checkpoints and metrics.jsonl in a folder of its own in --out: encoder (phones → mean
      spectrum and durations; finds the alignment by itself), refiner (a mean for every frame), teacher (a diffusion
      decoder), student (one-step consistency decoder). OUT/voice.safetensors is the voice in half precision; OUT/samples has what it says.

      Under mpirun ranks share every batch, as in train policy; each machine reads --data, the first writes --out.

      --lexicon says how words of your own are pronounced in the recordings. The voice does not keep it: give the same
      file to saltus speak, and to every --resume.

      Ctrl-C saves; run the same command with --resume to go on. Keys: encoder.steps, refiner.steps, teacher.steps,
      student.steps, decoder.widths, use.temperature, heldOutSentences, … A wrong key is answered with the nearest right one.
      encoder.prosody says what the decoder is told of how a sentence is said: pitch, energy, both (pitch,energy) or nothing ([]).
      student.objective takes the methods of train policy (lcm with teacher.objective.conditionDropout=0.1);
      student.loraRank trains low-rank adapters of the decoder (see saltus help lora).

      EXAMPLES:
        saltus train speech --data recordings/me --out runs/me
        saltus train speech --data kathleen --data ljspeech-part --out runs/voice --config Examples/Presets/voice/voice.yaml
        saltus speak "Hello." --voice runs/me/voice.safetensors -o hello.wav
      """)

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Folders of recordings, one for each speaker.", valueName: "DIR"))
  var data: [String]

  @Option(help: ArgumentHelp("Directory of the stages, the samples and voice.safetensors.", valueName: "DIR"))
  var out: String

  @Option(
    help: ArgumentHelp(
      "Pronunciations of your own, as for saltus speak, which should be given the same file.", valueName: "FILE"))
  var lexicon: String?

  @Flag(help: "Continue the run in --out.")
  var resume = false

  @OptionGroup var options: ConfigurationOptions
  @OptionGroup var threadOptions: ThreadOptions

  func run() throws {
    let configuration = try options.load(defaults: VoiceTrainingConfiguration())
    if let problem = configuration.problem { throw CommandFailure(problem) }
    let lexicon = try UserLexicon(option: lexicon)
    let corpora = try data.map { try SpeechCorpus($0) }
    Interrupt.install()
    let examples = try VoiceTrainingCommand.read(
      corpora, configuration, lexicon: lexicon, threads: threadOptions.threads)
    let trainer = try VoiceTrainer(
      configuration, examples: examples, output: URL(filePath: out), communicator: Ranks.communicator,
      threads: threadOptions.threads)
    let encoder = try stage("encoder", configuration.encoder.training, trainer) {
      try trainer.encoderStage(resume: $0)
    }
    let steps = try trainer.aligned(by: encoder)
    let refiner = try stage("refiner", configuration.refiner.training, trainer) {
      try trainer.refinerStage(start: encoder, aligned: steps, resume: $0)
    }
    let aligned = try trainer.aligned(by: refiner)
    let teacher = try stage("teacher", configuration.teacher.training, trainer) {
      try trainer.decoderStage(configuration.teacher, name: "teacher", start: refiner, aligned: aligned, resume: $0)
    }
    let student = try stage("student", configuration.student.training, trainer) {
      try trainer.decoderStage(configuration.student, name: "student", start: teacher, aligned: aligned, resume: $0)
    }
    guard Ranks.isFirst else { return }
    let voice = URL(filePath: out).appending(path: "voice.safetensors")
    try student.used(configuration.use).writeBundle(to: voice)
    TrainingCommand.note("wrote \(voice.path)")
  }

  /// Trains one stage, or goes on with it, with samples of what the voice says as it learns.
  private func stage<Task>(
    _ name: String, _ settings: TrainingConfiguration, _ voices: VoiceTrainer,
    make: (Bool) throws -> VoiceStage<Task>
  ) throws -> TrainedVoice {
    let samples = VoiceSamples(stage: name, directory: URL(filePath: out).appending(path: "samples"))
    return try VoiceTrainingCommand.stage(name, settings, voices, resume: resume, make: make) { voice, step in
      try samples.write(voice, step: step, threads: threadOptions.threads)
    }
  }
}
