import ArgumentParser
import Charts
import Comparison
import Environments
import Foundation
import PushTEnv
import Reporting
import Support

/// `saltus compare`: methods side by side, each trained with the same network, data and compute.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train every method with the same network, data and compute, and write one table and one plot.",
    discussion: """
      A preset lists the methods with their stages; each method may spend --budget forward passes of the network on a batch,
      a trained pass counting 3 (forward and backward), a frozen one 1: methods whose steps cost more get fewer steps.
      Methods that start from or follow another one (the EDM teacher) need that one trained as well, at its own expense.

      Each method has a folder in --out with its checkpoints, and a row OUT/NAME.json. Run the same command again to go on
      after an interruption; what is finished is not done again. Methods may be trained in different calls: table and plot
      are made of all rows that are there, and of those in --rows.

      EXAMPLES:
        saltus compare --env pusht --data pusht_cchi_v7_replay.zarr --out runs/compare --table compare.md --plot compare.png
        saltus compare --env pusht --data pusht_cchi_v7_replay.zarr --out runs/compare --methods cd,ect --budget 6000
        saltus compare --rows Examples/Comparison/pusht --table compare.md --plot compare.png
      """)

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Demonstrations: Zarr folder or .zip, or .npz.", valueName: "PATH"))
  var data: String?

  @Option(help: ArgumentHelp("Directory of checkpoints and rows.", valueName: "DIR"))
  var out: String?

  @Option(
    help: ArgumentHelp("Which methods; by default Examples/Presets/compare/ENV/comparison.yaml.", valueName: "FILE"))
  var preset: String?

  @Option(help: ArgumentHelp("Only these methods, and what they start from or follow.", valueName: "cd,ect"))
  var methods: String?

  @Option(help: ArgumentHelp("Forward passes of the network on a batch that each method may spend.", valueName: "N"))
  var budget = 60_000

  @Option(help: ArgumentHelp("Examples per training step.", valueName: "N"))
  var batch = 128

  @Option(help: ArgumentHelp("Seed of every training.", valueName: "S"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Episodes of each evaluation.", valueName: "N"))
  var episodes = 500

  @Option(help: ArgumentHelp("Seed of the first episode.", valueName: "S"))
  var firstSeed: UInt64 = 5000

  @Option(help: "How seeds become starts: legacy or gymnasium.")
  var reset = ResetGenerator.legacy

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Sets one key in every stage, such as widths=32,64; not steps, batchSize, seed.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("Folders of rows that were made before.", valueName: "DIR"))
  var rows: [String] = []

  @Option(help: ArgumentHelp("Write the table as Markdown; by default it is printed.", valueName: "FILE"))
  var table: String?

  @Option(help: ArgumentHelp("Draw scores and success rates, .png or .svg.", valueName: "FILE"))
  var plot: String?

  @Option(help: ArgumentHelp("Write all rows into one JSON file.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    guard data != nil && out != nil || data == nil && out == nil && !rows.isEmpty else {
      throw ValidationError("Give --data and --out to train, or --rows alone to make the table anew.")
    }
    for (name, value) in [("budget", budget), ("batch", batch), ("episodes", episodes)] where value < 1 {
      throw ValidationError("--\(name) \(value): at least 1 is needed.")
    }
    if let json, let out {
      // What lies in --out as JSON is read as rows.
      let folder = URL(filePath: json).deletingLastPathComponent().standardizedFileURL.path
      if folder == URL(filePath: out).standardizedFileURL.path {
        throw ValidationError("--json \(json): --out is for single rows; choose another directory.")
      }
    }
    guard !firstSeed.addingReportingOverflow(UInt64(episodes)).overflow else {
      throw ValidationError("--first-seed \(firstSeed): there are no \(episodes) seeds from there on.")
    }
  }

  func run() throws {
    var found: [ComparisonRow] = []
    for folder in rows { found += try ComparisonRow.read(folder: folder) }
    if let data, let out {
      let earlier = FileManager.default.fileExists(atPath: out) ? try ComparisonRow.read(folder: out) : []
      let settings = ComparisonSettings(
        world: env.rawValue, budget: budget, batchSize: batch, seed: seed, episodes: episodes, firstSeed: firstSeed,
        reset: reset.rawValue)
      // Said before the training, not when the table is made.
      for row in found + earlier where row.settings != settings {
        throw CommandFailure(
          "the row of \(row.method) was made with other settings: \(row.settings.summary); use the same, or choose another "
            + "--out directory")
      }
      let comparison = try PolicyComparison(
        preset: preset ?? "Examples/Presets/compare/\(env.rawValue)/comparison.yaml",
        methods: methods?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }, settings: settings,
        overrides: overrides, world: env, reset: reset, data: data, out: out, threads: threadOptions.threads)
      try comparison.run()
      // The folder's rows are newer than any others of the same methods.
      let made = try ComparisonRow.read(folder: out)
      found = found.filter { row in !made.contains { $0.method == row.method } } + made
    }
    try write(Comparison(found))
  }

  private func write(_ comparison: Comparison) throws {
    let markdown = ComparisonTable(comparison).markdown
    if let table {
      try AtomicFile.write(markdown.utf8, to: table)
    } else {
      print(markdown)
    }
    if let json { try JSONFile.write(comparison.rows, to: json) }
    if let plot { try Figure(comparison).write(to: plot, width: 1100, height: 450) }
  }
}
