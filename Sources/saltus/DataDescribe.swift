import ArgumentParser
import Datasets
import Foundation
import Reporting

/// `saltus data`: looking at recorded data.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Look at recorded data.", subcommands: [Describe.self])

  struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Print columns, shapes, episodes, ranges, rate and problems of a data set, or what is in a folder of recordings.",
      discussion: """
        EXAMPLES:
          saltus data describe pusht_cchi_v7_replay.zarr
          saltus data describe door_human_v0.npz --json door.json
          saltus data describe recordings/me
        """)

    @Argument(
      help: ArgumentHelp(
        "Zarr v2 folder or .zip, .npz or .npy; or a folder of recordings with metadata.csv.", valueName: "path"))
    var path: String

    @Option(help: ArgumentHelp("Write the description as JSON.", valueName: "FILE"))
    var json: String?

    @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

    func run() throws {
      if CorpusDescription.isCorpus(path) {
        let description = try CorpusDescription(path, threads: threadOptions.threads)
        if let json { try JSONFile.write(description, to: json) }
        return print(description.table)
      }
      let description = try DatasetDescription(URL(filePath: path))
      if let json { try JSONFile.write(description, to: json) }
      print(description.table)
      if !description.problems.isEmpty { throw ExitCode.failure }
    }
  }
}
