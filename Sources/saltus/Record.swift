import ArgumentParser
import Datasets
import Foundation
import PushTEnv
import Reporting

/// `saltus record`: demonstrations from a scripted player, for users without data of their own.
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record demonstrations of a simulated world with a scripted player.",
    discussion: """
      Writes a Zarr v2 folder in diffusion_policy's layout, which 'saltus train policy' reads.

      EXAMPLE:
        saltus record --env pusht --episodes 200 --out demonstrations.zarr
        saltus train policy --data demonstrations.zarr --out runs/mine
      """)

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Number of episodes.", valueName: "N"))
  var episodes = 100

  @Option(help: ArgumentHelp("Seed of the first episode.", valueName: "S"))
  var firstSeed: UInt64 = 0

  @Option(help: ArgumentHelp("Strength of the player's random detours; 0 for none.", valueName: "X"))
  var noise = 1.0

  @Option(help: ArgumentHelp("Folder to write; must not exist.", valueName: "PATH"))
  var out: String

  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func validate() throws {
    if episodes < 1 { throw ValidationError("--episodes \(episodes): at least 1 is needed.") }
    if firstSeed.addingReportingOverflow(UInt64(episodes)).overflow {
      throw ValidationError("--first-seed \(firstSeed): there are no \(episodes) seeds from there on.")
    }
    if !(noise >= 0) { throw ValidationError("--noise \(noise): a number that is not negative is needed.") }
  }

  func run() throws {
    Interrupt.install()
    let writer = try EpisodesWriter(
      URL(filePath: out), columns: PushTDemonstration.columns.map { .init(name: $0.name, shape: $0.shape) },
      rate: PushT().controlRate)
    var progress = ProgressReporter(label: "record", total: episodes)
    var scores: [Double] = []
    for episode in 0..<episodes where !Interrupt.isRequested {
      let demonstration = try PushTDemonstration(seed: firstSeed + UInt64(episode), noise: noise)
      try writer.append(demonstration.values)
      scores.append(demonstration.score)
      progress.update(step: episode + 1)
    }
    progress.finish()
    guard !scores.isEmpty else { throw ExitCode(Interrupt.exitCode) }
    try writer.finish()
    print("\(scores.count) episodes, mean score \(String(format: "%.3f", Statistics.mean(scores))), in \(out)")
    // What was recorded before an interruption is kept.
    if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
  }
}
