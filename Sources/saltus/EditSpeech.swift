import ArgumentParser
import AudioFile
import Consistency
import Foundation
import Reporting
import SpeechHead
import TextFrontEnd

/// `saltus edit speech`: a recorded sentence, repaired by a voice that knows what was said.
struct EditSpeech: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speech",
    abstract: "Repair a gap in a recorded sentence, remove noise, or extend its bandwidth.",
    discussion: """
      The voice must be that of the recording: train one on recordings of the speaker, or take bundled:default for its
      own. --text is what is said in all of the recording, the missing part included: the text is aligned with what is
      known, and what is missing is drawn by the decoder so that known mel bands stay exactly as they are.

        --gap FROM:TO     seconds; the samples outside stay bit for bit
        --bandwidth HZ    nothing above HZ is known, as of a telephone's 3,400
        --denoise SIGMA   strength of the noise, in standard deviations of the mel: 0.3 for hiss, 1 for a loud one.
                          Everything is drawn anew

      --simulate takes an intact recording, hides what the options say from the edit, and measures against it.

      EXAMPLES:
        saltus edit speech broken.wav -o whole.wav --text "Not at this particular case." --gap 0.8:1.1
        saltus edit speech intact.wav -o test.wav --text "…" --gap 0.8:1.1 --simulate --json test.json --picture test.png
        saltus edit speech telephone.wav -o wide.wav --text "…" --bandwidth 3400
        saltus edit speech noisy.wav -o clean.wav --text "…" --denoise 0.5
      """)

  @Argument(help: ArgumentHelp("WAV or FLAC file of one sentence or a few.", valueName: "IN"))
  var input: String

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

  @Flag(help: "The recording is intact: hide from the edit what is to be missing, and measure against it.")
  var simulate = false

  @Option(help: ArgumentHelp("A voice file, a checkpoint of training, or bundled:default.", valueName: "FILE"))
  var voice = "bundled:default"

  @Option(help: ArgumentHelp("Speaker of a voice that has several; the first by default.", valueName: "NAME"))
  var speaker: String?

  @Option(
    help: ArgumentHelp("Network calls, 2 or more: with more, the new part fits the known one better.", valueName: "N"))
  var steps = 8

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
    if gap.isEmpty && bandwidth == nil && denoise == nil {
      throw ValidationError("What is to be edited? Give --gap FROM:TO, --bandwidth HZ or --denoise SIGMA.")
    }
    if denoise != nil && (!gap.isEmpty || bandwidth != nil || simulate) {
      throw ValidationError("--denoise draws everything anew: give it without --gap, --bandwidth and --simulate.")
    }
    if let denoise, !(0.01...80).contains(denoise) {
      throw ValidationError("--denoise \(denoise): 0.01 to 80 are possible.")
    }
    if !(2...1000).contains(steps) { throw ValidationError("--steps \(steps): 2 to 1,000 are possible.") }
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
    try PolicyArguments.check(gamma: gamma, solver: nil)
    if text.allSatisfy(\.isWhitespace) { throw ValidationError("--text is empty: what is said in the recording?") }
  }

  func run() throws {
    // What cannot be written is said before the work.
    _ = try AudioFormat(path: output)
    let voice = try TrainedVoice(contentsOf: BundledModels.file(voice)).used(
      VoiceUse(temperature: temperature, gamma: gamma))
    let number = try speaker.map { try voice.description.speaker(named: $0) } ?? 0
    let tokens = try tokens(for: voice)
    let recording = try EditedRecording(path: input, mel: voice.description.mel, gaps: gap, bandwidth: bandwidth)
    let editor = try MelEditor(voice, speaker: number, threads: threadOptions.threads)
    let result: MelEditor.Result
    if let denoise {
      let sigmas = (0..<steps).map { denoise * pow(0.1, Double($0) / Double(steps - 1)) }
      result = try editor.denoise(
        recording.logMel, pitch: recording.pitch, tokens: tokens, sigmas: sigmas, seed: seed)
    } else {
      result = try editor.complete(
        recording.logMel, pitch: recording.pitch, missing: recording.missing, tokens: tokens,
        method: .consistency(steps: steps), seed: seed)
    }
    let report = EditReport(
      seconds: recording.seconds, networkCalls: steps, missing: recording.missing, edited: result.logMel,
      mean: result.mean, truth: simulate ? recording.intactMel : nil)
    try Waveform(samples: try recording.samples(for: result.logMel), sampleRate: voice.description.mel.sampleRate)
      .write(to: output)
    if let picture { try recording.pictures(result.logMel, title: output, truth: simulate).write(to: picture) }
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
