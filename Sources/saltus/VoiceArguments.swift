import ArgumentParser
import Consistency
import Foundation
import Reporting
import SpeechHead
import TextFrontEnd

/// Which voice, and how it speaks.
struct VoiceArguments: ParsableArguments {
  @Option(help: ArgumentHelp("A voice file, a checkpoint of training, or bundled:default.", valueName: "FILE"))
  var voice = "bundled:default"

  @Option(help: ArgumentHelp("Speaker of a voice that has several; the first by default.", valueName: "NAME"))
  var speaker: String?

  @Option(
    help: ArgumentHelp(
      "Network calls per chunk of speech: 1, 2 or more; 0 for the mean alone. With --solver its intervals.",
      valueName: "N"))
  var steps = 1

  @Flag(help: "With --steps 0: the encoder's mean, one spectrum for each part of a sound, before it is refined.")
  var unrefined = false

  @Option(
    help: "Follow the ODE with this solver, as for a teacher's checkpoint: euler or multistep (N calls), heun (2N - 1)."
  )
  var solver: ODEMethod?

  @Option(
    help: ArgumentHelp(
      "Falling noise levels of the chain, in place of --steps; in standard deviations of the normalised spectrogram.",
      valueName: "80,0.5"))
  var sigmas: String?

  @Option(
    help: ArgumentHelp(
      "Strength of the noise, 0 to 2; by default the voice's own. Less is clearer and flatter, 1 as varied as recordings.",
      valueName: "X"))
  var temperature: Double?

  @Option(
    help: ArgumentHelp(
      "Of voices that jump between any two noise levels (ctm, meanflow): 0 for long jumps without fresh noise, 1 for "
        + "consistency sampling; by default the voice's own.", valueName: "X"))
  var gamma: Double?

  @Option(
    help: ArgumentHelp(
      "How strongly a voice trained with guidance (objective=lcm) keeps to what it is to say, in place of its own; 0 is plain.",
      valueName: "W"))
  var guidance: Double?

  @Option(
    help: ArgumentHelp(
      "How far spectra rise and fall about their mean, in place of the voice's own, 0.5 to 2: above 1 clearer, and harsher in "
        + "the end.", valueName: "X"))
  var contrast: Double?

  @Option(help: ArgumentHelp("Decides the noise: the same seed is the same audio.", valueName: "N"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Above 1 slower, below 1 faster, 0.25 to 4.", valueName: "X"))
  var lengthScale = 1.0

  @Option(help: ArgumentHelp("Seconds of silence behind each sentence.", valueName: "S"))
  var sentenceSilence = 0.2

  @Option(
    help: ArgumentHelp(
      "Pronunciations of your own, lines like: Saltus  S AE1 L T AH0 S (the CMU dictionary's form). Words as they are "
        + "written (FBI, iPhone, H2O, Dr) or spoken, abbreviations with their full stop (Abt.); an entry in the same case "
        + "comes first.", valueName: "FILE"))
  var lexicon: String?

  func validate() throws {
    if !(0...1000).contains(steps) { throw ValidationError("--steps \(steps): 0 to 1,000 are possible.") }
    if unrefined && steps != 0 { throw ValidationError("--unrefined is a mean: it goes with --steps 0.") }
    if steps == 0 && solver != nil { throw ValidationError("--solver needs at least one of --steps.") }
    if sigmas != nil && (solver != nil || steps == 0) {
      throw ValidationError("--sigmas is a chain of its own: drop --solver and --steps 0.")
    }
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
    if let contrast, !(0.5...2).contains(contrast) {
      throw ValidationError("--contrast \(contrast): 0.5 to 2 are possible.")
    }
    try PolicyArguments.check(gamma: gamma, solver: solver)
    if !(0.25...4).contains(lengthScale) {
      throw ValidationError("--length-scale \(lengthScale): 0.25 to 4 are possible.")
    }
    if !(0...60).contains(sentenceSilence) {
      throw ValidationError("--sentence-silence \(sentenceSilence): 0 to 60 seconds are possible.")
    }
  }

  func load() throws -> TrainedVoice {
    try TrainedVoice(contentsOf: BundledModels.file(voice)).used(
      VoiceUse(temperature: temperature, gamma: gamma, guidance: guidance, contrast: contrast))
  }

  func userLexicon() throws -> UserLexicon { try UserLexicon(option: lexicon) }

  func settings(for voice: TrainedVoice) throws -> SpeechSynthesizer.Settings {
    var settings = SpeechSynthesizer.Settings()
    if let speaker { settings.speaker = try voice.description.speaker(named: speaker) }
    if let solver {
      settings.method = .sampled(.solver(solver, intervals: steps))
    } else if let sigmas {
      settings.method = .sampled(.chain(sigmas: try noiseLevels(sigmas, option: "--sigmas")))
    } else {
      let mean: AcousticPredictor.Method = unrefined ? .encoderMean : .mean
      settings.method = steps == 0 ? mean : .sampled(.consistency(steps: steps))
    }
    settings.seed = seed
    settings.lengthScale = lengthScale
    settings.sentenceSilence = sentenceSilence
    return settings
  }
}

extension UserLexicon {
  /// The lexicon of `--lexicon FILE`; an empty one without it.
  init(option path: String?) throws {
    self = try path.map { try UserLexicon(path: $0) } ?? UserLexicon()
  }
}
