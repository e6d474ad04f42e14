import ArgumentParser
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import Support
import TextFrontEnd

/// `saltus align`: when each phone of recorded sentences is spoken.
struct Align: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find when each phone of recorded sentences is spoken, by a voice's monotonic alignment.",
    discussion: """
      Writes one line per sentence: SPEAKER/ID, a tab, and PHONE:START:DURATION for every phone and pause, in
      milliseconds of the recording.

      EXAMPLE:
        saltus align runs/me/encoder/last.safetensors --data recordings/me -o alignment.tsv
      """)

  @Argument(help: ArgumentHelp("A voice, a checkpoint of its training, or bundled:default.", valueName: "voice"))
  var voice: String

  @Option(
    parsing: .upToNextOption, help: ArgumentHelp("Folders of recordings; their names are speakers.", valueName: "DIR"))
  var data: [String]

  @Option(name: [.short, .long], help: ArgumentHelp("File of the alignment.", valueName: "FILE"))
  var output: String

  @Option(help: ArgumentHelp("Pronunciations of your own: see saltus speak.", valueName: "FILE"))
  var lexicon: String?

  @OptionGroup var threadOptions: ThreadOptions

  func run() throws {
    try OutputFiles.prepare(output)
    let lexicon = try UserLexicon(option: lexicon)
    let voice = try TrainedVoice(contentsOf: BundledModels.file(voice))
    var configuration = VoiceTrainingConfiguration()
    configuration.mel = voice.description.mel
    configuration.encoder.states = voice.description.encoder.states
    configuration.heldOutSentences = 0
    let corpora = try data.map { try SpeechCorpus($0) }
    let examples = try SpeechExamples(
      corpora, configuration, lexicon: lexicon, threads: threadOptions.threads, known: voice.description.speakers)
    for exclusion in examples.excluded {
      TrainingCommand.note("warning: \(exclusion.name): left out: \(exclusion.reason)")
    }
    var lines: [String] = []
    let states = voice.description.encoder.states
    let frame = 1000 / voice.description.mel.frameRate
    for aligned in try UtteranceAligner(voice, threads: threadOptions.threads)(examples.training) {
      var start = 0
      let phones = aligned.utterance.tokens.enumerated().map { index, token in
        let frames = aligned.durations[index * states..<(index + 1) * states].reduce(0) { $0 + Int($1) }
        defer { start += frames }
        let name = voice.description.phones[token.phone]
        // Frames are centred on their times: a phone begins half a frame before its first one.
        let offset = 1000 * aligned.utterance.start - 0.5 * frame
        let begin = max(0, Double(start) * frame + offset)
        let end = max(0, Double(start + frames) * frame + offset)
        return "\(name):\(Int(begin.rounded())):\(Int((end - begin).rounded()))"
      }
      lines.append("\(aligned.utterance.name)\t\(phones.joined(separator: " "))")
    }
    try AtomicFile.write((lines.joined(separator: "\n") + "\n").utf8, to: output)
    print("aligned \(lines.count) sentences")
  }
}
