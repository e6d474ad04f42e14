import ArgumentParser
import Charts
import Comparison
import Environments
import Foundation
import PolicyHead
import Reporting
import SpeechCorpus
import Support
import TextFrontEnd
import Training

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

      --speech compares voices: --data are folders of recordings as for 'saltus train speech', and what is trained anew for
      every method is the decoder. All methods share one encoder and one refiner, in OUT/encoder and OUT/refiner, or those of a
      voice that was trained elsewhere on the same recordings: --trained edm/teacher=FILE brings its own, and --trained
      refiner=FILE takes no more than these. Measured are held-out sentences of the first speaker, which lie in OUT/audio
      beside their recordings. Word error rates need an outside recogniser: --metrics takes
      what Examples/Benchmarks/speech_metrics.py prints, and without it the table says that they are missing.

      EXAMPLES:
        saltus compare --env pusht --data pusht_cchi_v7_replay.zarr --out runs/compare --table compare.md --plot compare.png
        saltus compare --env pusht --data pusht_cchi_v7_replay.zarr --out runs/compare --methods cd,ect --budget 6000
        saltus compare --env pusht --data pusht_cchi_v7_replay.zarr --out runs/compare --methods cd \\
          --trained edm/teacher=Examples/Comparison/pusht/edm-teacher.safetensors
        saltus compare --rows Examples/Comparison/pusht --table compare.md --plot compare.png
        saltus record --env twoway --left-share 0.7 --episodes 2000 --out twoway.zarr
        saltus compare --env twoway --data twoway.zarr --out runs/twoway-compare --table twoway.md
        saltus compare --speech --data kathleen --data ljspeech-part --out runs/voices --methods cd
        saltus compare --speech --data kathleen --data ljspeech-part --out runs/voices --trained refiner=bundled:default
        Examples/Benchmarks/speech_metrics.py runs/voices/audio/sentences.json runs/voices/audio/real \
          runs/voices/audio/cd-student-* > metrics.jsonl
        saltus compare --speech --out runs/voices --metrics metrics.jsonl --table voices.md --plot voices.png
      """)

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Flag(help: "Compare voices instead of policies.")
  var speech = false

  @Option(
    help: ArgumentHelp(
      "Demonstrations: Zarr folder or .zip, or .npz; with --speech folders of recordings, one for each speaker.",
      valueName: "PATH"))
  var data: [String] = []

  @Option(help: ArgumentHelp("Directory of checkpoints and rows.", valueName: "DIR"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Which methods; by default Examples/Presets/compare/ENV/comparison.yaml, with --speech ENV is speech.",
      valueName: "FILE"))
  var preset: String?

  @Option(help: ArgumentHelp("Only these methods, and what they start from or follow.", valueName: "cd,ect"))
  var methods: String?

  @Option(
    help: ArgumentHelp(
      "Forward passes on a batch that each method may spend; by default the preset's, or 60000.", valueName: "N"))
  var budget: Int?

  @Option(help: ArgumentHelp("Examples per step; by default the preset's, or 128, with --speech 16.", valueName: "N"))
  var batch: Int?

  @Option(help: ArgumentHelp("Seed of every training.", valueName: "S"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Episodes of each evaluation, by default 500; with --speech sentences, at most 100.", valueName: "N"))
  var episodes: Int?

  @Option(help: ArgumentHelp("Seed of the first episode; with --speech of the noise.", valueName: "S"))
  var firstSeed: UInt64 = 5000

  @Option(help: "How seeds become starts: legacy or gymnasium.")
  var reset = ResetGenerator.legacy

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Sets one key in every stage, such as widths=32,64; not steps, batchSize, seed. With --speech the decoder's training is "
        + "student: student.learningRate=1e-4.", valueName: "key=value"))
  var overrides: [String] = []

  @Option(
    help: ArgumentHelp(
      "A stage that those of --methods start from or follow, or with --speech refiner, trained elsewhere: a checkpoint, a "
        + "bundle or a bundled model in place of OUT/STAGE; may be repeated.", valueName: "STAGE=FILE"))
  var trained: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --speech pronunciations of your own, for training and for measuring: see saltus train speech.",
      valueName: "FILE"))
  var lexicon: String?

  @Option(help: ArgumentHelp("Folders of rows that were made before.", valueName: "DIR"))
  var rows: [String] = []

  @Option(
    help: ArgumentHelp(
      "Word error rates of the folders in OUT/audio, which go into the rows in --out.", valueName: "FILE"))
  var metrics: String?

  @Option(help: ArgumentHelp("Write the table as Markdown; by default it is printed.", valueName: "FILE"))
  var table: String?

  @Option(
    help: ArgumentHelp("Draw what was measured over the number of network calls, .png or .svg.", valueName: "FILE"))
  var plot: String?

  @Option(help: ArgumentHelp("Write all rows into one JSON file.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if data.isEmpty {
      // Rows that are there already: their word error rates may be new.
      let isEnough = out == nil ? !rows.isEmpty : metrics != nil
      guard isEnough else {
        throw ValidationError("Give --data and --out to train, or --rows alone to make the table anew.")
      }
    } else {
      guard out != nil else {
        throw ValidationError("Give --data and --out to train, or --rows alone to make the table anew.")
      }
      if data.count > 1 && !speech {
        throw ValidationError("--data: one data set is possible; several are for --speech.")
      }
    }
    if let wrong = trained.first(where: { !$0.dropFirst().contains("=") || $0.hasSuffix("=") }) {
      throw ValidationError("--trained \(wrong): STAGE=FILE is needed, such as edm/teacher=teacher.safetensors.")
    }
    if lexicon != nil && !speech { throw ValidationError("--lexicon is for --speech.") }
    if metrics != nil && !speech { throw ValidationError("--metrics is for --speech.") }
    for (name, value) in [("budget", budget ?? 1), ("batch", batch ?? 1), ("episodes", episodes ?? 1)]
    where value < 1 {
      throw ValidationError("--\(name) \(value): at least 1 is needed.")
    }
    if let json, let out {
      // What lies in --out as JSON is read as rows.
      let folder = URL(filePath: json).deletingLastPathComponent().standardizedFileURL.path
      if folder == URL(filePath: out).standardizedFileURL.path {
        throw ValidationError("--json \(json): --out is for single rows; choose another directory.")
      }
    }
    try EpisodeSeeds.check(firstSeed, count: episodes ?? 500)
  }

  func run() throws {
    if speech {
      try runSpeech()
    } else {
      try runPolicies()
    }
  }

  private func runPolicies() throws {
    let (preset, folder) = try readPreset(env.rawValue)
    let settings = ComparisonSettings(
      world: env.rawValue, budget: budget ?? preset.budget ?? 60_000, batchSize: batch ?? preset.batchSize ?? 128,
      seed: seed, episodes: episodes ?? 500, firstSeed: firstSeed, reset: reset.rawValue)
    let rows: [ComparisonRow<EvaluationReport>] = try collectedRows(settings) { out, _ in
      try ComparisonRun<PolicyComparison>(
        preset: preset, in: folder, methods: methodNames, settings: settings, overrides: overrides, out: out,
        trained: trainedStages
      ) { preset, plans in
        let trained = try trainedFiles(plans)
        for file in trained.values { _ = try TrainedPolicy(contentsOf: file) }
        return PolicyComparison(
          preset: preset, settings: settings, world: env, reset: reset, data: data[0], out: out,
          trained: trained.mapValues(\.path), threads: threadOptions.threads)
      }.run()
    }
    try write(Comparison(rows))
  }

  private func runSpeech() throws {
    let recognised = try metrics.map { try RecognitionMetrics(contentsOf: $0) }
    let corpora = try data.map { try SpeechCorpus($0) }
    let pronunciations = try UserLexicon(option: lexicon)
    let (preset, folder) = try readPreset("speech")
    let settings = ComparisonSettings(
      speakers: corpora.map(\.name), budget: budget ?? preset.budget ?? 60_000,
      batchSize: batch ?? preset.batchSize ?? 16, seed: seed, sentences: episodes ?? 100, firstSeed: firstSeed,
      lexicon: try lexicon.map(Self.checksum))
    var rows: [ComparisonRow<SpeechEvaluationReport>] = try collectedRows(settings) { out, earlier in
      try ComparisonRun<SpeechComparison>(
        preset: preset, in: folder, methods: methodNames, settings: settings, overrides: overrides, out: out,
        trained: trainedStages
      ) { _, plans in
        try SpeechComparison(
          corpora, plans, settings: settings, lexicon: pronunciations, out: out,
          trained: try trainedFiles(plans, and: ["refiner"]), sharedWeights: earlier.compactMap(\.sharedWeights).first,
          threads: threadOptions.threads)
      }.run()
    }
    if let recognised {
      let before = rows
      rows = try recognised.added(to: rows)
      for (row, known) in zip(rows, before) where row != known {
        guard let out, FileManager.default.fileExists(atPath: "\(out)/\(row.method).json") else { continue }
        try JSONFile.write(row, to: "\(out)/\(row.method).json")
      }
    }
    try write(Comparison(rows))
  }

  /// What the preset says, which is nothing where nothing is trained, and its folder.
  private func readPreset(_ name: String) throws -> (ComparisonPreset, folder: URL) {
    let file = preset ?? "Examples/Presets/compare/\(name)/comparison.yaml"
    let values = try data.isEmpty ? ComparisonPreset() : ComparisonPreset(file: file)
    return (values, URL(filePath: file).deletingLastPathComponent())
  }

  private static func checksum(_ file: String) throws -> String {
    var checksum = DataChecksum()
    for byte in try Data(contentsOf: URL(filePath: file)) { checksum.add(UInt32(byte)) }
    return checksum.text
  }

  private var trainedStages: [String: String] {
    let pairs = trained.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    return Dictionary(pairs.map { ($0[0], $0[1]) }) { $1 }
  }

  /// The files of `--trained`.
  ///
  /// - Parameter more: stages that are not of a method.
  /// - Throws: `CommandFailure` for stages that are not only started from or followed: a row needs its training's own record.
  private func trainedFiles<Configuration>(
    _ plans: [ComparisonPlan<Configuration>], and more: [String] = []
  ) throws -> [String: URL] {
    let origins = plans.filter { methodNames?.contains($0.method.name) == false }
    let stages = origins.flatMap { $0.stages.map(\.folder) } + more
    if let unknown = trainedStages.keys.sorted().first(where: { !stages.contains($0) }) {
      throw CommandFailure(
        "--trained \(unknown): no stage that these methods start from or follow; there are: "
          + (stages.isEmpty ? "none" : stages.joined(separator: ", "))
          + (methodNames == nil ? "; choose some with --methods" : ""))
    }
    return try trainedStages.mapValues(BundledModels.file)
  }

  private var methodNames: [String]? {
    methods?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The rows of `--rows`, and those of `--out` after what is missing there was made.
  ///
  /// - Parameter make: fills a directory; knows the rows that are there.
  private func collectedRows<Report>(
    _ settings: ComparisonSettings, make: (_ out: String, _ earlier: [ComparisonRow<Report>]) throws -> Void
  ) throws -> [ComparisonRow<Report>] {
    var found: [ComparisonRow<Report>] = []
    for folder in rows { found += try ComparisonRow<Report>.read(folder: folder) }
    guard let out else { return found }
    if !data.isEmpty {
      let earlier: [ComparisonRow<Report>] =
        FileManager.default.fileExists(atPath: out) ? try ComparisonRow<Report>.read(folder: out) : []
      // Said before the training, not when the table is made.
      for row in found + earlier where row.settings != settings {
        throw CommandFailure(
          "the row of \(row.method) was made with other settings: \(row.settings.summary); use the same, or choose another "
            + "--out directory")
      }
      // Rows in the directory are newer than others of the same methods.
      try make(out, found.filter { row in !earlier.contains { $0.method == row.method } } + earlier)
    }
    // The folder's rows are newer than any others of the same methods.
    let made = try ComparisonRow<Report>.read(folder: out)
    return found.filter { row in !made.contains { $0.method == row.method } } + made
  }

  private func write<Report>(_ comparison: Comparison<Report>) throws {
    let markdown = Report.markdown(comparison)
    if let table {
      try AtomicFile.write(markdown.utf8, to: table)
    } else {
      print(markdown)
    }
    if let json { try JSONFile.write(comparison.rows, to: json) }
    if let plot { try Report.figure(comparison).write(to: plot, width: 1100, height: 450) }
  }
}
