import ArgumentParser
import Datasets
import Foundation
import Reporting
import SpeechTraining
import TextFrontEnd

/// `saltus data`: looking at recorded data.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Look at recorded data.", subcommands: [Describe.self])

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Print columns, shapes, episodes, ranges, rate and problems of a data set, or what is in a folder of recordings.",
      discussion: """
        Of recordings it asks what 'saltus train speech' asks, so that both leave out the same sentences; what is said there
        of --lexicon, --config and --set should be said here, too. The exit code is 1 where a data set has problems, and
        where no sentence can be trained on.

        EXAMPLES:
          saltus data describe pusht_cchi_v7_replay.zarr
          saltus data describe door_human_v0.npz --json door.json
          saltus data describe recordings/me
          saltus data describe recordings/me --lexicon words.dict --config Examples/Presets/voice/voice.yaml
        """)

    @Argument(
      help: ArgumentHelp(
        "Zarr v2 folder or .zip, .npz or .npy; or a folder of recordings with metadata.csv.", valueName: "path"))
    var path: String

    @Option(help: ArgumentHelp("Write the description as JSON.", valueName: "FILE"))
    var json: String?

    @Option(help: ArgumentHelp("Of recordings: pronunciations of your own, as for train speech.", valueName: "FILE"))
    var lexicon: String?

    @OptionGroup(title: "Training of recordings") var options: ConfigurationOptions
    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      if CorpusDescription.isCorpus(path) {
        let configuration = try options.load(defaults: VoiceTrainingConfiguration())
        if let problem = configuration.problem { throw CommandFailure(problem) }
        let description = try CorpusDescription(
          path, configuration, lexicon: UserLexicon(option: lexicon), threads: threadOptions.threads)
        if let json { try JSONFile.write(description, to: json) }
        print(description.table)
        if description.trained == 0 { throw ExitCode.failure }
        return
      }
      guard lexicon == nil, options.isEmpty else {
        throw CommandFailure(
          "--lexicon, --config and --set are for recordings, and \(path) is no folder with metadata.csv")
      }
      let description = try DatasetDescription(URL(filePath: path))
      if let json { try JSONFile.write(description, to: json) }
      print(description.table)
      if !description.problems.isEmpty { throw ExitCode.failure }
    }
  }
}
