import ArgumentParser
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import TwoWayEnv

/// `saltus control`: a policy in a control loop in real time.
struct Control: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a policy in a real-time control loop and measure deadlines, latency and jitter.",
    discussion: """
      The world is simulated and stepped once per control period, so at another rate than its own its time runs faster or
      slower. An episode that ends is followed by the next one. Latency is counted from the start of a period, when it
      should be observed, to its action. A deadline is missed if no action is there at the end of the period; then the
      last one is held.

        --deadline      (default) a chunk that is needed is waited for, but not beyond the deadline
        --inline        the loop's own thread computes it: no hand-over between threads, no protection
        --asynchronous  it is computed ahead while the last one is executed; its overtaken actions are skipped. Latency
                        is then that of the plan's action: what it was computed from is older by the lead or more

      --realtime needs CAP_SYS_NICE or an rtprio limit; without them it warns and goes on.

      EXAMPLES:
        saltus control bundled:pusht --rate 1000 --action-steps 1 --threads 2 --inline --head-start 100
        saltus control bundled:pusht --rate 100 --asynchronous --lead 2 --stitch --threads 1
        saltus control bundled:pusht --rate 100 --asynchronous --threads 1 --load 2 --realtime --json control.json
      """)

  @OptionGroup var arguments: PolicyArguments

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Control periods per second.", valueName: "HZ"))
  var rate = 100.0

  @Option(help: ArgumentHelp("Number of control periods.", valueName: "N"))
  var periods = 6000

  @Flag(exclusivity: .exclusive, help: "Where chunks are computed.")
  var mode = Mode.deadline

  @OptionGroup var chunks: ChunkArguments

  @Option(
    help: ArgumentHelp(
      "With --inline: wake up this much before every period, in microseconds, and spin until it starts.",
      valueName: "US"))
  var headStart = 0.0

  @Flag(help: "Ask for real-time priority (SCHED_FIFO), and for memory that is not swapped out.")
  var realtime = false

  @Option(help: ArgumentHelp("Run on these cores only.", valueName: "0,1"))
  var affinity: String?

  @Option(help: ArgumentHelp("Keep this many threads of normal priority busy meanwhile.", valueName: "N"))
  var load = 0

  @Option(help: ArgumentHelp("Seed of the first episode.", valueName: "S"))
  var firstSeed: UInt64 = 0

  @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  enum Mode: String, EnumerableFlag, Encodable {
    case deadline, inline, asynchronous

    var horizon: RealTimeHorizon.Mode {
      switch self {
      case .deadline: .deadline
      case .inline: .inline
      case .asynchronous: .asynchronous
      }
    }
  }

  func validate() throws {
    guard (0.01...100_000).contains(rate) else {
      throw ValidationError("--rate \(rate): 0.01 to 100,000 are possible.")
    }
    guard (1...100_000_000).contains(periods) else {
      throw ValidationError("--periods \(periods): 1 to 100,000,000 are possible.")
    }
    guard (0...1024).contains(load) else { throw ValidationError("--load \(load): 0 to 1,024 are possible.") }
    guard (0..<1e6 / rate).contains(headStart) else {
      throw ValidationError("--head-start \(headStart): less than a period of \(1e6 / rate) microseconds is possible.")
    }
    if headStart > 0, mode != .inline {
      throw ValidationError("--head-start needs --inline: elsewhere the loop would spin on a core for inference.")
    }
    if mode == .asynchronous, chunks.lead == 0 {
      throw ValidationError("--lead 0: what is computed ahead needs a lead of at least 1.")
    }
    _ = try cores()
  }

  private func cores() throws -> [Int] {
    guard let affinity else { return [] }
    let cores = affinity.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) ?? -1 }
    guard !cores.isEmpty, cores.allSatisfy({ $0 >= 0 }) else {
      throw ValidationError("--affinity \(affinity): give numbers of cores with commas between them, such as 0,1")
    }
    return cores
  }

  func run() throws {
    let policy = try arguments.policy(actionSteps: chunks.actionSteps)
    // Before this thread asks for more than normal priority, which the threads that it starts inherit.
    let spinners = Spinners(load)
    defer { spinners.stop() }
    let refusals = try ThreadPolicy(realTimePriority: realtime ? Self.priority : nil, cores: cores()).apply()
    for refusal in refusals { TrainingCommand.note("warning: \(refusal)") }

    let (report, scores) =
      switch env {
      case .pusht: try drive(policy, PushT())
      case .twoway: try drive(policy, TwoWay())
      }
    let hasPriority = !refusals.contains { if case .realTimePriority = $0 { true } else { false } }
    let result = ControlReport(
      rate: rate, mode: mode.rawValue, headStart: headStart, threads: threadOptions.threads, load: load,
      isRealTime: realtime && hasPriority, report, scores: scores)
    if let json { try JSONFile.write(result, to: json) }
    print(result.summary)
  }

  private func drive<World: Environment>(
    _ policy: TrainedPolicy, _ world: World
  ) throws -> (ControlLoop.Report, scores: [Double]) {
    let world = try ControlledWorld(world, firstSeed: firstSeed)
    let first = world.observe { _ in }
    try policy.description.check(first)
    let predictor = try ActionPredictor(
      policy, sampler: arguments.sampler(), stitching: chunks.stitching(of: policy), threads: threadOptions.threads)
    // The first calls touch cold memory. The first episode begins with the horizon, which has its seed.
    let history = [[Double]](repeating: first, count: policy.description.observationSteps)
    for call in 0..<UInt32(20) { _ = predictor.predict([history], seeds: [firstSeed], call: call) }
    let horizon = RealTimeHorizon(
      predictor, mode: mode.horizon, chunks: chunks.schedule(lead: mode == .asynchronous ? 1 : 0), seed: firstSeed)
    let report = try ControlLoop(.init(rate: rate, headStart: 1e-6 * headStart)).run(
      periods: periods, observe: { world.observe { horizon.reset(seed: $0) } }, horizon: horizon, apply: world.apply)
    if let error = world.error { throw error }
    return (report, world.scores)
  }

  /// Below the kernel's interrupt threads, which have 50.
  private static let priority = 40
}
