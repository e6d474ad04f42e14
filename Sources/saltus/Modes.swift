import ArgumentParser
import Consistency
import Foundation
import PolicyHead
import Reporting

/// `saltus modes`: whether a policy keeps all ways of doing a task that its demonstrations show.
struct Modes: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how a policy's samples are shared out among the ways of doing a task.",
    discussion: """
      twoway: roll-outs from the one start from which left and right are mirror images. Reported: the share of those
      that pass the obstacle on the left, its entropy, collisions and successes. The demonstrations' are known: a share of
      0.5 has 1 bit, one of 0.7 (see record --left-share) 0.881 bits.

      pusht: many roll-outs from each of some starts (legacy reset), each until the agent first touches the block. The
      way is the side on which it touches, of the line from the agent's start to the block's centre of gravity.
      Reported: the entropy of the side given the start, which is the mean over starts of each start's, in bits. Starts
      at which agent and block touch already leave no choice and are passed over. --reference takes the difference to
      another policy, such as the teacher, start by start; let both execute as many actions of a chunk.

      Roll-out i draws the policy's noise from seed S + i.

      EXAMPLES:
        saltus modes runs/twoway/twoway.safetensors --env twoway --steps 1 --json modes.json
        saltus modes runs/pusht/teacher/last.safetensors --env pusht --steps 20 --solver heun --json teacher.json
        saltus modes bundled:pusht --env pusht --action-steps 8 --reference teacher.json
      """)

  @OptionGroup var arguments: PolicyArguments

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Number of roll-outs, over all starts.", valueName: "N"))
  var samples = 2000

  @Option(help: ArgumentHelp("Number of starts; pusht only, by default 40. It divides --samples.", valueName: "N"))
  var starts: Int?

  @Option(help: ArgumentHelp("Legacy seed of the first start; pusht only, by default 100000.", valueName: "S"))
  var firstStart: UInt64?

  @Option(help: ArgumentHelp("Seed of the policy's noise in the first roll-out.", valueName: "S"))
  var firstSeed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Execute this many actions of every chunk, in place of the trained number.", valueName: "N"))
  var actionSteps: Int?

  @Option(
    help: ArgumentHelp(
      "Compare with what --json wrote for another policy on the same starts; pusht only.", valueName: "FILE"))
  var reference: String?

  @Option(help: ArgumentHelp("Write the results, with the counts of every start, as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  private var startCount: Int { starts ?? 40 }

  func validate() throws {
    if samples < 1 { throw ValidationError("--samples \(samples): at least 1 is needed.") }
    try EpisodeSeeds.check(firstSeed, count: samples)
    switch env {
    case .twoway:
      if starts != nil || firstStart != nil || reference != nil {
        throw ValidationError("--starts, --first-start and --reference are for --env pusht: twoway has one start.")
      }
    case .pusht:
      if startCount < 1 { throw ValidationError("--starts \(startCount): at least 1 is needed.") }
      if samples % startCount != 0 {
        throw ValidationError("--samples \(samples): \(startCount) starts cannot have equally many.")
      }
    }
  }

  func run() throws {
    let policy = try arguments.policy(actionSteps: actionSteps)
    let sampler = try arguments.sampler()
    let calls = try ActionPredictor(policy, sampler: sampler).networkCalls
    let rollout = ModeRollout(
      evaluation: PolicyEvaluation(policy, sampler: sampler, threads: threadOptions.threads), firstSeed: firstSeed)
    let report =
      switch env {
      case .twoway: try twoWay(rollout, networkCalls: calls)
      case .pusht: try pushT(rollout, networkCalls: calls)
      }
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
  }

  private func twoWay(_ rollout: ModeRollout, networkCalls: Int) throws -> ModeReport {
    let (counts, endings) = try rollout.twoWay(samples: samples)
    return ModeReport(starts: [counts], endings: endings, networkCallsPerChunk: networkCalls)
  }

  private func pushT(_ rollout: ModeRollout, networkCalls: Int) throws -> ModeReport {
    let other = try reference.map(Self.read)
    let seeds = try ModeRollout.pushTSeeds(from: firstStart ?? 100_000, count: startCount)
    let perStart = samples / seeds.count
    if let other {
      let each = seeds.map { _ in perStart }
      try ModeComparison.requireSame(seeds: seeds, samples: each, reference: other.starts)
    }
    let counts = try rollout.pushT(seeds: seeds, samplesPerStart: perStart)
    return ModeReport(
      starts: counts, networkCallsPerChunk: networkCalls,
      comparison: try other.map { try ModeComparison(counts, reference: $0.starts) })
  }

  private static func read(_ path: String) throws(CommandFailure) -> ModeReport {
    guard let bytes = FileManager.default.contents(atPath: path),
      let report = try? JSONDecoder().decode(ModeReport.self, from: bytes)
    else { throw CommandFailure("\(path): this is no file that \"saltus modes --json\" wrote") }
    return report
  }
}
