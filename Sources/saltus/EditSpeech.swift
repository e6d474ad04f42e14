import ArgumentParser
import AudioFile
import Charts
import Consistency
import Foundation
import Reporting
import SpeechHead
import TextFrontEnd

/// `saltus edit speech`: a recorded sentence, repaired by a voice that knows what was said; or two takes, and one between.
struct EditSpeech: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speech",
    abstract: "Repair a recorded sentence: gaps, noise, bandwidth, resolution in time; or say it between two takes.",
    discussion: """
      The voice must be that of the recording: train one on recordings of the speaker, or take bundled:default for its
      own. --text is what is said in all of the recording, the missing part included: the text is aligned with what is
      known, and what is missing is drawn by the decoder so that known mel bands stay exactly as they are.

        --gap FROM:TO     seconds; the samples outside stay bit for bit
        --bandwidth HZ    nothing above HZ is known, as of a telephone's 3,400
        --denoise SIGMA   strength of the noise, in standard deviations of the mel: 0.3 for hiss, 1 for a loud one.
                          Everything is drawn anew
        --coarse K        of every K frames of the mel (11.6 ms each) only the mean is known; it stays, but for rounding
        --every K         only every K-th frame of the mel is known

      --between A B --share S takes its noise from between those of two seeds, on the sphere: for any of the above, or without
      IN for --text as the voice says it; --picture then shows all three takes. --json says how far the take is from both
      others, and how much of their detail (the root mean square of ln mel less the voice's mean) it has, beside straight
      lines between their spectrograms.

      --simulate takes an intact recording, hides what the options say from the edit, and measures against it.

      EXAMPLES:
        saltus edit speech broken.wav -o whole.wav --text "Not at this particular case." --gap 0.8:1.1
        saltus edit speech intact.wav -o test.wav --text "…" --gap 0.8:1.1 --simulate --json test.json --picture test.png
        saltus edit speech telephone.wav -o wide.wav --text "…" --bandwidth 3400
        saltus edit speech noisy.wav -o clean.wav --text "…" --denoise 0.5
        saltus edit speech intact.wav -o test.wav --text "…" --coarse 4 --simulate --json test.json --picture test.png
        saltus edit speech broken.wav -o whole.wav --text "…" --gap 0.8:1.1 --sigmas 20,2,0.5,0.1
        saltus edit speech -o middle.wav --text "Not at this particular case." --between 1 2 --share 0.5
      """)

  @Argument(
    help: ArgumentHelp("WAV or FLAC file of one sentence or a few; none for --between alone.", valueName: "IN"))
  var input: String?

  @Option(name: [.short, .long], help: ArgumentHelp("WAV or FLAC file, at the voice's rate.", valueName: "OUT"))
  var output: String

  @Option(help: ArgumentHelp("What is said in the whole recording.", valueName: "TEXT"))
  var text: String

  @Option(help: ArgumentHelp("A stretch that is missing, in seconds; may be repeated.", valueName: "FROM:TO"))
  var gap: [SecondsRange] = []

  @Option(help: ArgumentHelp("Draw what lies above this frequency.", valueName: "HZ"))
  var bandwidth: Double?

  @Option(help: ArgumentHelp("Remove noise of this strength.", valueName: "SIGMA"))
  var denoise: Double?

  @Option(help: ArgumentHelp("Only the means of so many frames are known.", valueName: "K"))
  var coarse: Int?

  @Option(help: ArgumentHelp("Only the first of so many frames is known.", valueName: "K"))
  var every: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Draw between the samples of two seeds, by --share.", valueName: "SEED"))
  var between: [UInt64] = []

  @Option(help: ArgumentHelp("0 is the first sample of --between, 1 the second.", valueName: "X"))
  var share: Double?

  @Flag(help: "The recording is intact: hide from the edit what is to be missing, and measure against it.")
  var simulate = false

  @Option(help: ArgumentHelp("A voice file, a checkpoint of training, or bundled:default.", valueName: "FILE"))
  var voice = "bundled:default"

  @Option(help: ArgumentHelp("Speaker of a voice that has several; the first by default.", valueName: "NAME"))
  var speaker: String?

  @Option(
    help: ArgumentHelp(
      "Network calls, by default 8: with more, the new part fits the known one better. Without IN by default 1. Of voices "
        + "trained for one chain alone (pcm, pd) that one's number.", valueName: "N"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Falling noise levels, one per call, in place of --steps; in standard deviations of the normalised spectrogram.",
      valueName: "20,2,0.5"))
  var sigmas: String?

  @Option(help: ArgumentHelp("Strength of the noise, 0 to 2; by default the voice's own.", valueName: "X"))
  var temperature: Double?

  @Option(help: ArgumentHelp("Fresh noise along the chain, 0 to 1: see saltus speak.", valueName: "G"))
  var gamma: Double?

  @Option(help: ArgumentHelp("Decides the noise: the same seed is the same audio.", valueName: "N"))
  var seed: UInt64 = 0

  @Option(help: ArgumentHelp("Pronunciations of your own: see saltus speak.", valueName: "FILE"))
  var lexicon: String?

  @Option(help: ArgumentHelp("Spectrograms as .png: before and after, one above the other.", valueName: "FILE"))
  var picture: String?

  @Option(help: ArgumentHelp("Write the measurements as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    let (hasHole, isSparse) = (!gap.isEmpty || bandwidth != nil, coarse != nil || every != nil)
    if input == nil {
      guard !between.isEmpty else {
        throw ValidationError("IN is missing: which recording? Only --between needs none.")
      }
      if hasHole || isSparse || denoise != nil || simulate {
        throw ValidationError("--between without IN renders the text: there is no recording to edit.")
      }
    } else if !hasHole && !isSparse && denoise == nil {
      throw ValidationError(
        "What is to be edited? Give --gap FROM:TO, --bandwidth HZ, --denoise SIGMA, --coarse K or --every K.")
    }
    if denoise != nil && (hasHole || isSparse || simulate) {
      throw ValidationError("--denoise draws everything anew: give it alone, and without --simulate.")
    }
    if isSparse && hasHole || coarse != nil && every != nil {
      throw ValidationError("--coarse, --every, and --gap with --bandwidth: give one of these.")
    }
    for (name, value) in [("coarse", coarse), ("every", every)] {
      if let value, !(2...100).contains(value) { throw ValidationError("--\(name) \(value): 2 to 100 are possible.") }
    }
    if between.isEmpty ? share != nil : between.count != 2 || share == nil {
      throw ValidationError("--between A B and --share S belong together: two seeds, and a number from 0 to 1.")
    }
    if let share, !(0...1).contains(share) { throw ValidationError("--share \(share): 0 to 1 are possible.") }
    if let denoise, !(0.01...80).contains(denoise) {
      throw ValidationError("--denoise \(denoise): 0.01 to 80 are possible.")
    }
    let fewest = input == nil ? 1 : 2
    if let steps, !(fewest...1000).contains(steps) {
      throw ValidationError("--steps \(steps): \(fewest) to 1,000 are possible.")
    }
    if let sigmas {
      if steps != nil { throw ValidationError("--sigmas is a chain of its own, in place of --steps: give one.") }
      if denoise != nil {
        throw ValidationError("--sigmas and --denoise: the first noise level is --denoise's own; give --steps.")
      }
      if try noiseLevels(sigmas, option: "--sigmas").count < fewest {
        throw ValidationError("--sigmas \(sigmas): at least \(fewest) noise levels are needed.")
      }
    }
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
    try PolicyArguments.check(gamma: gamma, solver: nil)
    if text.allSatisfy(\.isWhitespace) { throw ValidationError("--text is empty: what is said in the recording?") }
  }

  func run() throws {
    // What cannot be written is said before the work.
    _ = try AudioFormat(path: output)
    if let picture { _ = try Figure.Format(path: picture) }
    try OutputFiles.prepare(output, picture, json)
    let voice = try TrainedVoice(contentsOf: BundledModels.file(voice)).used(
      VoiceUse(temperature: temperature, gamma: gamma))
    let number = try speaker.map { try voice.description.speaker(named: $0) } ?? 0
    let tokens = try tokens(for: voice)
    let editor = try MelEditor(voice, speaker: number, threads: threadOptions.threads)
    let method = try method(for: voice.description.sampling)
    // So is a chain that the voice was not trained for.
    let calls = try editor.networkCalls(method)
    if let input {
      try edit(input, tokens, editor, method, calls: calls)
    } else {
      try render(tokens, editor, method, calls: calls)
    }
  }

  /// How the decoder is asked: as the options say, or as it is best for the voice.
  private func method(for sampling: SamplingSchedule) throws -> SamplingMethod {
    if let sigmas { return .chain(sigmas: try noiseLevels(sigmas, option: "--sigmas")) }
    guard let denoise else {
      let usual = input == nil ? 1 : 8
      return .consistency(steps: steps ?? (sampling.phases.isEmpty ? usual : sampling.fewestSteps))
    }
    guard sampling.phases.isEmpty else {
      throw CommandFailure(
        "--denoise \(denoise): this voice was trained for one chain of noise levels alone, \(sampling.phases), which does "
          + "not begin at the recording's noise")
    }
    let count = steps ?? 8
    return .chain(sigmas: (0..<count).map { denoise * pow(0.1, Double($0) / Double(count - 1)) })
  }

  private var noise: NoiseSource {
    guard between.count == 2, let share else { return .seed(seed) }
    return .between(between[0], between[1], share: share)
  }

  private func edit(
    _ input: String, _ tokens: [PhonemeToken], _ editor: MelEditor, _ method: SamplingMethod, calls: Int
  ) throws {
    let mel = editor.description.mel
    let hidden: EditedRecording.Hidden =
      if let coarse { .finerThanBlocks(of: coarse) } else if let every { .allButEvery(every) } else {
        .parts(gaps: gap, bandwidth: bandwidth)
      }
    let recording = try EditedRecording(path: input, mel: mel, hidden: hidden)
    func result(_ noise: NoiseSource) throws -> MelEditor.Result {
      if denoise != nil, case .chain(let sigmas) = method {
        return try editor.denoise(
          recording.logMel, pitch: recording.pitch, tokens: tokens, sigmas: sigmas, noise: noise)
      }
      return try editor.complete(
        recording.logMel, pitch: recording.pitch, missing: recording.missing, tokens: tokens, method: method,
        noise: noise)
    }
    let edited = try result(noise)
    let report = EditReport(
      seconds: recording.seconds, networkCalls: calls, missing: recording.missing, edited: edited.logMel,
      mean: edited.mean, recorded: recording.logMel, truth: simulate ? recording.intactMel : nil,
      between: try share.map { share in
        TakesBetween(
          share: share, first: try result(.seed(between[0])).logMel, second: try result(.seed(between[1])).logMel,
          taken: edited.logMel, mean: edited.mean)
      })
    try Waveform(samples: try recording.samples(for: edited.logMel), sampleRate: mel.sampleRate).write(to: output)
    if let picture { try recording.pictures(edited.logMel, title: output, truth: simulate).write(to: picture) }
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
  }

  /// The text between two takes of the voice.
  private func render(_ tokens: [PhonemeToken], _ editor: MelEditor, _ method: SamplingMethod, calls: Int) throws {
    let mel = editor.description.mel
    func take(_ noise: NoiseSource) throws -> MelEditor.Result {
      try editor.render(tokens, method: method, noise: noise)
    }
    let taken = try take(noise)
    let ends = try between.map { try take(.seed($0)).logMel }
    let samples = try MelVocoder(mel)(taken.logMel)
    let report = EditReport(
      seconds: Double(samples.count) / Double(mel.sampleRate), networkCalls: calls,
      between: TakesBetween(
        share: share ?? 0, first: ends[0], second: ends[1], taken: taken.logMel, mean: taken.mean))
    try Waveform(samples: samples, sampleRate: mel.sampleRate).write(to: output)
    if let picture {
      let parts = [("seed \(between[0])", ends[0]), ("between", taken.logMel), ("seed \(between[1])", ends[1])]
      try SpectrogramStack(
        parts.map {
          Spectrogram(values: $0.1, bands: mel.bands, frameRate: mel.frameRate, title: "\(output): \($0.0)")
        }
      ).write(to: picture)
    }
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
  }

  private func tokens(for voice: TrainedVoice) throws -> [PhonemeToken] {
    let lexicon = try UserLexicon(option: lexicon)
    let sequence = try PhonemeSequence(
      TextNormalizer(lexicon: lexicon).normalize(text).sentences, pronouncer: Pronouncer(lexicon: lexicon),
      phones: voice.description.phones)
    if sequence.isEmpty { throw CommandFailure("--text: there is nothing to say in it") }
    return sequence.tokens
  }
}

/// `FROM:TO` in seconds.
struct SecondsRange: ExpressibleByArgument, Sendable {
  let start: Double
  let end: Double

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard parts.count == 2, let start = parts[0], let end = parts[1], start >= 0, end > start, end < 1e6 else {
      return nil
    }
    self.start = start
    self.end = end
  }

  var defaultValueDescription: String { "\(start):\(end)" }
}
