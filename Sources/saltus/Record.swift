import ArgumentParser
import Datasets
import Environments
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
  var env = Evaluate.World.pusht

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
    if !(noise >= 0) { throw ValidationError("--noise \(noise): a number that is not negative is needed.") }
  }

  func run() throws {
    Interrupt.install()
    let world = PushT()
    let writer = try EpisodesWriter(
      URL(filePath: out),
      columns: [
        .init(name: "action", shape: [2]), .init(name: "state", shape: [5]), .init(name: "keypoint", shape: [9, 2]),
      ], rate: world.controlRate)
    var progress = ProgressReporter(label: "record", total: episodes)
    var scores: [Double] = []
    for episode in 0..<episodes where !Interrupt.isRequested {
      let seed = firstSeed + UInt64(episode)
      _ = try world.reset(seed: seed, generator: .gymnasium)
      let player = PushTDemonstrator(seed: UInt32(truncatingIfNeeded: seed), noise: noise)
      var columns: [String: [Float]] = ["action": [], "state": [], "keypoint": []]
      while !world.episode.isOver {
        let state = world.state
        let action = player.action(for: state)
        columns["action"]! += action.map(Float.init)
        columns["state"]! += state.stateObservation.map(Float.init)
        columns["keypoint"]! += state.keypointObservation.prefix(18).map(Float.init)
        _ = try world.step(action)
      }
      try writer.append(columns)
      scores.append(world.episode.maximumReward)
      progress.update(step: episode + 1)
    }
    progress.finish()
    guard !scores.isEmpty else { throw ExitCode(Interrupt.exitCode) }
    try writer.finish()
    print("\(scores.count) episodes, mean score \(String(format: "%.3f", Statistics.mean(scores))), in \(out)")
  }
}
