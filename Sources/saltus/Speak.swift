import ArgumentParser
import AudioFile
import Charts
import Communication
import Foundation
import Reporting
import SpeechHead
import TextFrontEnd

/// `saltus speak`: text → audio.
struct Speak: SharedByRanks {
  static let configuration = CommandConfiguration(
    abstract: "Speak text: to a WAV or FLAC file, or as it is made to standard output.",
    discussion: """
      Text comes from the argument, or from standard input. Numbers, dates, sums of money and the like are written out
      (--print-normalized shows how). [[HH AH0 L OW1]] in the text are phonemes; --ssml reads <break>, <prosody rate>,
      <phoneme> and <sub>. Either is spoken sentence by sentence as it comes, in bounded memory; a mistake in markup is told
      when it is reached, and leaves no file. A sentence is spoken about two dozen words behind its end, which may
      decide whether it is one, or when an empty line ends its paragraph; with --lines at the end of its line, as someone who
      types or another program expects.

      --jsonl speaks one {"text": …, "output": FILE} per line with the voice loaded once; "speaker" and "seed" are possible,
      too. Each line is answered with one: what it cost and warnings, or an error. Under mpirun (a build for MPI) ranks share
      the lines of --jsonl out; outputs are written where they are spoken.

      EXAMPLES:
        saltus speak "Hello, it is 5 p.m." -o hello.wav
        tail -f log.txt | saltus speak --raw --lines | aplay -r 22050 -f S16_LE
        saltus speak --raw < book.txt | aplay -r 22050 -f S16_LE
        saltus speak "Mark the words." -o words.wav --timings words.TextGrid --spectrogram words.png
        saltus speak --ssml '<speak>One <break time="1s"/> two.</speak>' -o two.flac
      """)

  @Argument(help: ArgumentHelp("What to say; - or nothing for standard input.", valueName: "TEXT"))
  var text: String?

  @Option(
    name: [.short, .customLong("output-file"), .customLong("output")],
    help: ArgumentHelp("WAV or FLAC file.", valueName: "FILE"))
  var output: String?

  @Flag(
    name: [.customLong("raw"), .customLong("output-raw")],
    help: "16-bit mono samples at the voice's rate to standard output, sentence by sentence as they are made.")
  var raw = false

  @OptionGroup var voiceArguments: VoiceArguments

  @Flag(help: "The text is SSML.")
  var ssml = false

  @Flag(help: "Every line of the text ends a sentence, which is spoken at once.")
  var lines = false

  @Flag(help: "Each line of the input is a JSON object with text and output, and maybe speaker and seed.")
  var jsonl = false

  @Flag(help: "Print the text as it will be spoken, and stop: letters by name in capitals.")
  var printNormalized = false

  @Flag(help: "Print the phonemes, and stop.")
  var phonemes = false

  @Option(
    help: ArgumentHelp(
      "When each word and phone is spoken, as .json or .TextGrid; or subtitles of the text, as .srt.",
      valueName: "FILE"))
  var timings: String?

  @Option(help: ArgumentHelp("The predicted mel spectrogram as .png or .svg.", valueName: "FILE"))
  var spectrogram: String?

  @Option(help: ArgumentHelp("Write times, network calls and warnings as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if lines && (ssml || jsonl) {
      throw ValidationError("--lines: not with \(ssml ? "--ssml, where the ends of lines mean nothing" : "--jsonl").")
    }
    if jsonl && (output != nil || raw || timings != nil || spectrogram != nil || json != nil) {
      throw ValidationError("--jsonl: every line names its own output.")
    }
    if !jsonl && !printNormalized && !phonemes && (output == nil) != raw {
      throw ValidationError(
        raw ? "--raw and -o: give one." : "Where to? Give -o FILE.wav, or --raw for standard output.")
    }
  }

  func run() throws {
    guard jsonl || Ranks.communicator.size == 1 else {
      throw CommandFailure("several ranks speak --jsonl only: start this without mpirun")
    }
    if printNormalized || phonemes { return try show() }
    // What cannot be written is said before the work.
    if let output { _ = try AudioFormat(path: output) }
    let format = try timings.map { try SpeechTimings.format(of: $0) }
    if let spectrogram { _ = try Figure.Format(path: spectrogram) }
    try OutputFiles.prepare(output, timings, spectrogram, json)
    let start = DispatchTime.now()
    let voice = try voiceArguments.load()
    let job = SpeechJob(
      voice: voice, settings: try voiceArguments.settings(for: voice), lexicon: try voiceArguments.userLexicon(),
      threads: threadOptions.threads)
    _ = try job.synthesizer()
    let loaded = start.millisecondsAgo
    Interrupt.install()
    if jsonl { return try speakLines(job) }
    let keeps = SpeechJob.Keeps(words: format != nil, subtitles: format == .srt, spectra: spectrogram != nil)
    var result = try job.run(
      SentenceSource(text, isSSML: ssml, lexicon: job.lexicon, keepsText: keeps.subtitles, byLine: lines),
      output: SpeechOutput(path: output, sampleRate: voice.description.mel.sampleRate),
      keeps: keeps)
    result.report.loadMs = loaded
    result.report.warnings = result.warnings.isEmpty ? nil : result.warnings
    for warning in result.warnings { TrainingCommand.note("warning: \(warning)") }
    if let timings { try result.timings.write(to: timings) }
    if let spectrogram { try result.recording.spectrogram(title: output ?? "speech").write(to: spectrogram) }
    if let json { try JSONFile.write(result.report, to: json) }
    if !raw { print(result.report.summary) }
    if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
  }

  /// What would be said, without a voice.
  private func show() throws {
    let lexicon = try voiceArguments.userLexicon()
    let pronouncer = Pronouncer(lexicon: lexicon)
    var source = SentenceSource(text, isSSML: ssml, lexicon: lexicon, byLine: lines)
    while let sentence = try source.next() {
      if printNormalized && !"\(sentence)".isEmpty { print(sentence) }
      guard phonemes else { continue }
      let sequence = try PhonemeSequence([sentence], pronouncer: pronouncer, phones: PhonemeSequence.symbols)
      if !sequence.isEmpty { print(sequence) }
    }
    for warning in source.warnings { TrainingCommand.note("warning: \(warning)") }
  }

  private struct NumberedLine: Codable {
    var number: Int
    var text: String
  }

  private struct Line: Decodable {
    var text: String
    var output: String
    var speaker: String?
    var seed: UInt64?

    private enum CodingKeys: CodingKey, CaseIterable {
      case text, output, speaker, seed
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseKeys(otherThan: CodingKeys.self)
      let values = try decoder.container(keyedBy: CodingKeys.self)
      text = try values.decode(String.self, forKey: .text)
      output = try values.decode(String.self, forKey: .output)
      speaker = try values.decodeIfPresent(String.self, forKey: .speaker)
      seed = try values.decodeIfPresent(UInt64.self, forKey: .seed)
    }
  }

  private struct Answer: Encodable {
    var output: String?
    var report: SpeechReport?
    var warnings: [String]?
    var error: String?
  }

  /// A line that cannot be spoken is answered with an error, and the next one is read. Ranks take the lines in turns, some
  /// at a time; alone, a process answers each before it reads the next.
  private func speakLines(_ job: SpeechJob) throws {
    let ranks = Ranks.communicator
    let atOnce = ranks.size == 1 ? 1 : 16 * ranks.size
    var number = 0
    while true {
      var lines: [NumberedLine] = []
      while Ranks.isFirst, lines.count < atOnce, !Interrupt.isRequested, let line = readLine() {
        number += 1
        if !line.allSatisfy(\.isWhitespace) { lines.append(NumberedLine(number: number, text: line)) }
      }
      lines = try ranks.broadcast(lines)
      var answers: [String] = []
      for index in stride(from: ranks.rank, to: lines.count, by: ranks.size) where !Interrupt.isRequested {
        answers.append(try answer(lines[index], job))
      }
      let all = try ranks.gather(answers)
      for index in lines.indices where Ranks.isFirst && index / ranks.size < all[index % ranks.size].count {
        print(all[index % ranks.size][index / ranks.size])
      }
      fflush(nil)
      if try ranks.any(Interrupt.isRequested) { throw try Ranks.interruption() }
      if lines.isEmpty { return }
    }
  }

  private func answer(_ line: NumberedLine, _ job: SpeechJob) throws -> String {
    var answer = Answer()
    do {
      let request: Line
      do {
        request = try JSONDecoder().decode(Line.self, from: Data(line.text.utf8))
      } catch let error as CommandFailure {
        throw error
      } catch {
        throw CommandFailure("each line is one {\"text\": …, \"output\": FILE}, maybe with \"speaker\" and \"seed\"")
      }
      var own = job
      if let speaker = request.speaker { own.settings.speaker = try job.voice.description.speaker(named: speaker) }
      if let seed = request.seed { own.settings.seed = seed }
      let rate = job.voice.description.mel.sampleRate
      let result = try own.run(
        SentenceSource(request.text, isSSML: ssml, lexicon: job.lexicon),
        output: SpeechOutput(path: request.output, sampleRate: rate), keeps: .init())
      answer = Answer(
        output: request.output, report: result.report, warnings: result.warnings.isEmpty ? nil : result.warnings)
    } catch {
      answer.error = "line \(line.number): \(error)"
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(answer), as: UTF8.self)
  }
}

extension DispatchTime {
  var nanosecondsAgo: UInt64 { DispatchTime.now().uptimeNanoseconds - uptimeNanoseconds }
  var millisecondsAgo: Double { Double(nanosecondsAgo) / 1e6 }

  func later(byNanoseconds wait: UInt64) -> DispatchTime { DispatchTime(uptimeNanoseconds: uptimeNanoseconds + wait) }
}
