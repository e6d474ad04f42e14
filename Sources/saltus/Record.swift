import ArgumentParser
import Datasets
import Foundation
import PushTEnv
import Reporting
import TwoWayEnv

/// `saltus record`: demonstrations from a scripted player, for users without data of their own.
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Record demonstrations of a simulated world with a scripted player.",
    discussion: """
      Writes a Zarr v2 folder in diffusion_policy's layout, which 'saltus train policy' reads.

      In the world twoway, the player passes the obstacle on the left with a known probability.

      EXAMPLES:
        saltus record --env pusht --episodes 200 --out demonstrations.zarr
        saltus train policy --data demonstrations.zarr --out runs/mine
        saltus record --env twoway --left-share 0.7 --episodes 2000 --out twoway.zarr
      """)

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Number of episodes.", valueName: "N"))
  var episodes = 100

  @Option(help: ArgumentHelp("Seed of the first episode.", valueName: "S"))
  var firstSeed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Strength of the player's random detours; 0 for none. In twoway at most 1.", valueName: "X"))
  var noise = 1.0

  @Option(help: ArgumentHelp("Probability of passing on the left; twoway only, by default 0.5.", valueName: "P"))
  var leftShare: Double?

  @Option(help: ArgumentHelp("Folder to write; must not exist.", valueName: "PATH"))
  var out: String

  @OptionGroup(visibility: .hidden) var threadOptions: ThreadOptions

  func validate() throws {
    if episodes < 1 { throw ValidationError("--episodes \(episodes): at least 1 is needed.") }
    try EpisodeSeeds.check(firstSeed, count: episodes)
    if !(noise >= 0) { throw ValidationError("--noise \(noise): a number that is not negative is needed.") }
    if env == .twoway, noise > 1 {
      throw ValidationError("--noise \(noise): in twoway, 0 to 1 keep clear of the obstacle.")
    }
    if let leftShare {
      if env != .twoway { throw ValidationError("--left-share is for --env twoway.") }
      if !(0...1).contains(leftShare) { throw ValidationError("--left-share \(leftShare): 0 to 1 are possible.") }
    }
  }

  func run() throws {
    switch env {
    case .pusht:
      try record(columns: PushTDemonstration.columns, rate: PushT().controlRate) { seed in
        let demonstration = try PushTDemonstration(seed: seed, noise: noise)
        return (demonstration.values, demonstration.score, nil)
      }
    case .twoway:
      try record(columns: TwoWayDemonstration.columns, rate: TwoWay().controlRate) { seed in
        let demonstration = try TwoWayDemonstration(seed: seed, leftShare: leftShare ?? 0.5, noise: noise)
        return (demonstration.values, demonstration.score, demonstration.side == .left)
      }
    }
  }

  /// - Parameter demonstrate: a seed's episode: its columns' numbers, its score, and whether it went left where a world
  ///   has two ways.
  private func record(
    columns: [(name: String, shape: [Int])], rate: Double,
    demonstrate: (UInt64) throws -> (values: [String: [Float]], score: Double, isLeft: Bool?)
  ) throws {
    Interrupt.install()
    let writer = try EpisodesWriter(
      URL(filePath: out), columns: columns.map { .init(name: $0.name, shape: $0.shape) }, rate: rate)
    var progress = ProgressReporter(label: "record", total: episodes)
    var scores: [Double] = []
    var ways: [Bool] = []
    for episode in 0..<episodes where !Interrupt.isRequested {
      let demonstration = try demonstrate(firstSeed + UInt64(episode))
      try writer.append(demonstration.values)
      scores.append(demonstration.score)
      if let isLeft = demonstration.isLeft { ways.append(isLeft) }
      progress.update(step: episode + 1)
    }
    progress.finish()
    guard !scores.isEmpty else { throw ExitCode(Interrupt.exitCode) }
    try writer.finish()
    let score = String(format: "mean score %.3f", Statistics.mean(scores))
    let left = ways.isEmpty ? "" : ", \(ways.count { $0 }) passed on the left"
    print("\(scores.count) episodes, \(score)\(left), in \(out)")
    // What was recorded before an interruption is kept.
    if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
  }
}
