import ArgumentParser
import Consistency
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import TwoWayEnv

/// `saltus evaluate`: many episodes of a simulated world, with a score and a latency.
struct Evaluate: SharedByRanks {
  static let configuration = CommandConfiguration(
    abstract: "Roll a policy out in a simulated world and measure score, success and latency.",
    discussion: """
      Episode i starts from seed S + i, and the policy's noise in it too. The score of an episode is its maximum reward.
      --reset legacy draws starts as diffusion_policy does (MT19937), gymnasium as gym-pusht does (PCG64).
      --delay N simulates inference that takes N control periods: chunks are asked for N periods early, arrive late, and
      their first N actions have been overtaken. With --uncompensated they are executed from their first one on. With
      --stitch they begin with the actions that were executed meanwhile. A bend is the norm of the second difference of
      executed actions: at the first action of a new chunk, and its median inside chunks. Under mpirun (a build for MPI)
      ranks share the episodes out; the results are those of one.

      EXAMPLES:
        saltus evaluate bundled:pusht --episodes 50 --steps 1 --gif pusht.gif
        saltus evaluate runs/teacher/last.safetensors --episodes 500 --first-seed 100000 --steps 10 --solver heun
        saltus evaluate bundled:pusht --initial-states starts.json --steps 2 --json scores.json
        saltus evaluate bundled:pusht --delay 3 --merge blend:2
        saltus evaluate bundled:pusht --delay 4 --stitch
        saltus evaluate runs/twoway/twoway.safetensors --env twoway --episodes 500 --json twoway.json
      """)

  @OptionGroup var arguments: PolicyArguments

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(
    help: ArgumentHelp("Number of episodes; by default 50, or as many as --initial-states holds.", valueName: "N"))
  var episodes: Int?

  @Option(help: ArgumentHelp("Seed of the first episode.", valueName: "S"))
  var firstSeed: UInt64 = 100_000

  @Option(help: "How seeds become starts: legacy or gymnasium.")
  var reset = ResetGenerator.legacy

  @Option(
    help: ArgumentHelp(
      "Starts of Push-T from a file {\"reset_order\": \"position_then_angle\", \"states\": [[5 numbers], …]}.",
      valueName: "FILE")
  )
  var initialStates: String?

  @Option(help: ArgumentHelp("Simulate inference that takes this many control periods.", valueName: "N"))
  var delay = 0

  @Flag(help: "Execute late chunks as if they were not late, for comparison.")
  var uncompensated = false

  @OptionGroup var chunks: ChunkArguments

  @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "FILE"))
  var json: String?

  @Option(help: ArgumentHelp("Write the first episode as an animated GIF.", valueName: "FILE"))
  var gif: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    if let episodes, episodes < 1 { throw ValidationError("--episodes \(episodes): at least 1 is needed.") }
    guard (0...1000).contains(delay) else { throw ValidationError("--delay \(delay): 0 to 1,000 are possible.") }
    if initialStates != nil, env != .pusht {
      throw ValidationError("--initial-states is for --env pusht: its files hold states of Push-T.")
    }
    if uncompensated && chunks.stitch {
      throw ValidationError(
        "--uncompensated and --stitch: a chunk executed from its first action on cannot be stitched.")
    }
  }

  private var schedule: ChunkSchedule.Configuration {
    chunks.schedule(lead: delay, compensatesDelay: !uncompensated)
  }

  func run() throws {
    switch env {
    case .pusht: try run(pushTStarts())
    case .twoway:
      let starts = try EpisodeStarts(count: episodes ?? 50, first: firstSeed, generator: reset) { TwoWay() }
      try run(starts, hasCollided: { $0.hasCollided })
    }
  }

  /// - Parameter hasCollided: whether an episode of the world ended in a collision; nil in worlds that know none.
  private func run<World: Environment>(
    _ starts: EpisodeStarts<World>, hasCollided: (@Sendable (World) -> Bool)? = nil
  ) throws {
    let policy = try arguments.policy(actionSteps: chunks.actionSteps)
    let sampler = try arguments.sampler()
    let stitching = try chunks.stitching(of: policy)
    let measured = try PolicyRollout.report(
      of: policy, sampler: sampler, stitching: stitching, starts: starts, threads: threadOptions.threads,
      chunks: schedule, delay: delay, seed: { firstSeed + UInt64($0) }, hasCollided: hasCollided)
    guard let report = measured else { return }
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
    if let gif { try film(policy, sampler, stitching, starts, to: gif) }
  }

  /// The first episode again, with the predicted plan drawn into every frame.
  private func film<World: Environment>(
    _ policy: TrainedPolicy, _ sampler: SamplingMethod, _ stitching: ChunkStitching?, _ starts: EpisodeStarts<World>,
    to path: String
  ) throws {
    let (world, first) = try starts.make(0)
    let controller = RecedingHorizon(
      try ActionPredictor(policy, sampler: sampler, stitching: stitching), seed: firstSeed, chunks: schedule,
      delay: delay)
    var observation = first
    var frames: [Frame] = []
    while !world.episode.isOver {
      let action = try controller.act(observation)
      let plan = controller.plan.map { Array($0.actions[$0.current...]) } ?? []
      frames.append(try world.render(size: 224, plan: plan))
      observation = try world.step(action).observation
    }
    frames.append(try world.render(size: 224, plan: []))
    // The last frame stays for a second.
    frames += [Frame](repeating: frames[frames.count - 1], count: 10)
    try GIF.write(frames, framesPerSecond: 10, to: path)
  }

  /// Seeds, or a file of states.
  private func pushTStarts() throws -> EpisodeStarts<PushT> {
    let file = try initialStates.map { try PushTInitialStates(path: $0) }
    let count = episodes ?? file?.states.count ?? 50
    guard let file else { return try EpisodeStarts(count: count, first: firstSeed, generator: reset) { PushT() } }
    // They count the policy's seeds here.
    try EpisodeSeeds.check(firstSeed, count: count)
    if count > file.states.count {
      throw CommandFailure("--episodes \(count): the file holds \(file.states.count) initial states")
    }
    return EpisodeStarts(count: count) { index in
      let world = PushT()
      return (world, try world.reset(to: file.states[index], order: file.order))
    }
  }
}

extension ResetGenerator: ExpressibleByArgument {}
