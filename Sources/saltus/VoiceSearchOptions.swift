import ArgumentParser
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import SpeechTraining
import TextFrontEnd

/// On which sentences `saltus search` measures a voice.
struct VoiceSearchOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Folder of the speaker's recordings; its name is the speaker's.", valueName: "DIR"))
  var data: String?

  @Option(help: ArgumentHelp("Sentences of every trial, at most; by default 100.", valueName: "N"))
  var sentences: Int?

  @Option(
    help: ArgumentHelp("Share of the sentences that the training held out; by default 0.1.", valueName: "SHARE"))
  var heldOutSentences: Double?

  @Option(help: ArgumentHelp("Strength of the noise, 0 to 2; by default the voice's own.", valueName: "X"))
  var temperature: Double?

  @Option(help: ArgumentHelp("Decides the noise of every trial; by default 0.", valueName: "N"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Pronunciations of your own: see saltus speak.", valueName: "FILE"))
  var lexicon: String?

  func validate() throws {
    if let sentences, sentences < 1 { throw ValidationError("--sentences \(sentences): at least 1 is needed.") }
    if let heldOutSentences, !(heldOutSentences > 0 && heldOutSentences < 1) {
      throw ValidationError("--held-out-sentences \(heldOutSentences): a share between 0 and 1 is possible.")
    }
    if let temperature, !(0...2).contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 to 2 are possible.")
    }
  }

  var isEmpty: Bool {
    data == nil && sentences == nil && heldOutSentences == nil && temperature == nil && seed == nil && lexicon == nil
  }

  /// The held-out sentences that training could read, and their recordings.
  ///
  /// - Throws: `CommandFailure` if there is no corpus or no such sentence.
  func evaluation(of voice: TrainedVoice, threads: Int) throws -> SpeechEvaluation {
    guard let data else { throw CommandFailure("a voice is measured on recordings of its speaker: give --data DIR") }
    let corpus = try SpeechCorpus(data)
    _ = try voice.description.speaker(named: corpus.name)
    let lexicon = try UserLexicon(option: lexicon)
    var configuration = VoiceTrainingConfiguration()
    configuration.mel = voice.description.mel
    configuration.encoder.states = voice.description.encoder.states
    if let heldOutSentences { configuration.heldOutSentences = heldOutSentences }
    let examined = try CorpusExamination(corpus, configuration, lexicon: lexicon, threads: threads)
    return try SpeechEvaluation(
      Array(examined.heldOut.prefix(sentences ?? 100)), of: corpus, mel: configuration.mel,
      loudness: configuration.loudness, lexicon: lexicon)
  }
}
