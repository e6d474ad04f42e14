import ArgumentParser
import Consistency
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import Synchronization

/// `saltus evaluate`: many episodes of a simulated world, with a score and a latency.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Roll a policy out in a simulated world and measure score, success and latency.",
    discussion: """
      Episode i starts from seed S + i, and the policy's noise in it too. The score of an episode is its maximum reward.
      --reset legacy draws starts as diffusion_policy does (MT19937), gymnasium as gym-pusht does (PCG64).
      --delay N simulates inference that takes N control periods: chunks are asked for N periods early, arrive late, and
      their first N actions have been overtaken. With --uncompensated they are executed from their first one on. With
      --stitch they begin with the actions that were executed meanwhile. A bend is the norm of the second difference of
      executed actions: at the first action of a new chunk, and its median inside chunks.

      EXAMPLES:
        saltus evaluate bundled:pusht --episodes 50 --steps 1 --gif pusht.gif
        saltus evaluate runs/teacher/last.safetensors --episodes 500 --first-seed 100000 --steps 10 --solver heun
        saltus evaluate bundled:pusht --initial-states starts.json --steps 2 --json scores.json
        saltus evaluate bundled:pusht --delay 3 --merge blend:2
        saltus evaluate bundled:pusht --delay 4 --stitch
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
      "Starts from a file {\"reset_order\": \"position_then_angle\", \"states\": [[5 numbers], …]}.", valueName: "FILE")
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
    if uncompensated && chunks.stitch {
      throw ValidationError(
        "--uncompensated and --stitch: a chunk executed from its first action on cannot be stitched.")
    }
  }

  private var schedule: ChunkSchedule.Configuration {
    chunks.schedule(lead: delay, compensatesDelay: !uncompensated)
  }

  func run() throws {
    let policy = try arguments.policy(actionSteps: chunks.actionSteps)
    let sampler = try arguments.sampler()
    let starts = try Starts(self)
    let count = starts.count
    let stitching = try chunks.stitching(of: policy)
    let progress = Mutex(ProgressReporter(label: "episodes", total: count))
    let evaluation = PolicyEvaluation(
      policy, sampler: sampler, stitching: stitching, threads: threadOptions.threads, chunks: schedule, delay: delay)
    let results = try evaluation.run(
      episodes: count, makeEnvironment: { try starts.make($0) }, seed: { firstSeed + UInt64($0) },
      progress: { finished in progress.withLock { $0.update(step: finished) } })
    let (latency, networkCalls) = try PolicyLatency.measure(
      policy, sampler: sampler, stitching: stitching, lead: schedule.lead, observation: starts.make(0).1)
    let report = EvaluationReport(
      scores: results.map(\.score), successes: results.count(where: \.success),
      networkCallsPerChunk: networkCalls, milliseconds: latency,
      jumps: EvaluationReport.Jumps(results.reduce(into: ActionJumps()) { $0.add($1.jumps) }))
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
    if let gif { try film(policy, sampler, stitching, starts, to: gif) }
  }

  /// The first episode again, with the predicted plan drawn into every frame.
  private func film(
    _ policy: TrainedPolicy, _ sampler: SamplingMethod, _ stitching: ChunkStitching?, _ starts: Starts, to path: String
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

  /// Where episodes start: seeds, or a file of states.
  private struct Starts: Sendable {
    private let states: PushTInitialStates?
    private let firstSeed: UInt64
    private let generator: ResetGenerator
    let count: Int

    init(_ command: Evaluate) throws {
      states = try command.initialStates.map { try PushTInitialStates(path: $0) }
      firstSeed = command.firstSeed
      generator = command.reset
      count = command.episodes ?? states?.states.count ?? 50
      guard !firstSeed.addingReportingOverflow(UInt64(count)).overflow else {
        throw ValidationError("--first-seed \(firstSeed): there are no \(count) seeds from there on.")
      }
      if let states, count > states.states.count {
        throw CommandFailure("--episodes \(count): the file holds \(states.states.count) initial states")
      }
    }

    func make(_ index: Int) throws -> (PushT, [Double]) {
      let world = PushT()
      guard let states else { return (world, try world.reset(seed: firstSeed + UInt64(index), generator: generator)) }
      return (world, try world.reset(to: states.states[index], order: states.order))
    }
  }
}

extension ResetGenerator: ExpressibleByArgument {}

/// Milliseconds from an observation to a chunk of actions, one history at a time.
enum PolicyLatency {
  /// - Parameters:
  ///   - stitching: of chunks that go on from another one.
  ///   - lead: how many of its actions are committed.
  /// - Returns: the durations, and the network calls of each.
  static func measure(
    _ policy: TrainedPolicy, sampler: SamplingMethod, stitching: ChunkStitching? = nil, lead: Int = 0,
    observation: [Double]
  ) throws -> (milliseconds: [Double], networkCalls: Int) {
    let predictor = try ActionPredictor(policy, sampler: sampler, stitching: stitching)
    let past = policy.description.observationSteps - 1
    let history = [[Double]](repeating: observation, count: past + 1)
    let plan = predictor.predict([history], seeds: [0])[0]
    let lead = min(lead, plan.count - past)
    var request = ChunkRequest(
      period: 0, call: 0, seed: 0, history: history, executed: Array(plan[..<past]),
      committed: Array(plan[past..<past + lead]), planned: Array(plan[(past + lead)...]))
    let clock = ContinuousClock()
    // The first calls touch cold memory.
    let times = (0..<205).map { call in
      request.call = UInt32(call)
      let time = clock.measure { _ = predictor.predict([request]) }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    }
    return (Array(times.dropFirst(5)), predictor.networkCalls(for: request))
  }
}
