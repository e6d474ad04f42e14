import ArgumentParser
import Consistency
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import TwoWayEnv

/// `saltus search`: the middle noise levels of a policy's sampling chain, by what it scores with them.
struct SearchSigmas: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Search the middle noise levels of a policy's sampling chain.",
    discussion: """
      Greedy, one level after the other (Song et al. 2023, section 5): a grid in ln sigma, then a ternary search around its
      best. All trials see the same starts and noise. Use starts that no result is quoted for, and enough of them: with
      500 the mean score is known to about 0.01.

      EXAMPLES:
        saltus search runs/student/last.safetensors --steps 2 --episodes 1000 --first-seed 5000
        saltus search runs/student/last.safetensors --steps 3 --by success --json sigmas.json
      """)

  /// What is to be as high as possible.
  enum Criterion: String, ExpressibleByArgument, CaseIterable {
    case score, success
  }

  struct Result: Encodable {
    var best: SigmaSearch.Trial
    var trials: [SigmaSearch.Trial]
  }

  @Argument(help: ArgumentHelp("A checkpoint of training, or bundled:pusht.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(help: ArgumentHelp("Network calls of the chain, 2 or more.", valueName: "K"))
  var steps = 2

  @Option(help: "The simulated world.")
  var env = SimulatedWorld.pusht

  @Option(help: ArgumentHelp("Episodes of every trial.", valueName: "N"))
  var episodes = 500

  @Option(help: ArgumentHelp("Seed of the first episode; gymnasium's reset.", valueName: "S"))
  var firstSeed: UInt64 = 5000

  @Option(help: "What is to be as high as possible.")
  var by = Criterion.score

  @Option(help: ArgumentHelp("Points of the grid.", valueName: "N"))
  var grid = 5

  @Option(help: ArgumentHelp("Rounds of the ternary search, two trials each.", valueName: "N"))
  var rounds = 2

  @Option(
    help: ArgumentHelp("Execute this many actions of every chunk, in place of the trained number.", valueName: "N"))
  var actionSteps: Int?

  @Option(help: ArgumentHelp("Write all trials as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    for (name, value, least) in [
      ("steps", steps, 2), ("episodes", episodes, 1), ("grid", grid, 1), ("rounds", rounds, 0),
    ] where value < least {
      throw ValidationError("--\(name) \(value): at least \(least) is needed.")
    }
    try EpisodeSeeds.check(firstSeed, count: episodes)
  }

  func run() throws {
    let policy = try PolicyArguments.load(checkpoint).used(PolicyUse(actionSteps: actionSteps))
    let schedule = policy.description.sampling
    let boundary = policy.description.parameterisation.preconditioning.boundarySigma
    guard schedule.phases.isEmpty else {
      throw CommandFailure("\(checkpoint): this model was trained for one chain, \(schedule.phases)")
    }
    // Below sigma_min nothing is left to denoise; the ends themselves are no middle levels.
    let range = max(boundary, schedule.sigmaMin)...schedule.sigmaMax
    let search = SigmaSearch(gridCount: grid, rounds: rounds)
    var progress = ProgressReporter(label: "trials", total: search.trialCount(steps: steps))
    var trials: [SigmaSearch.Trial] = []
    Interrupt.install()
    let best = try search.run(steps: steps, in: range) { middle in
      if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
      let score = try score(policy, sigmas: [schedule.sigmaMax] + middle)
      trials.append(.init(middle: middle, score: score))
      progress.update(step: trials.count)
      return score
    }
    progress.finish()
    for trial in trials.sorted(by: { $0.score > $1.score }) {
      print(String(format: "%.4f  ", trial.score) + Self.text(trial.middle))
    }
    print("best: --set \"middleSigmas=\(Self.chains(schedule.middle, best.middle))\"")
    if let json { try JSONFile.write(Result(best: best, trials: trials), to: json) }
  }

  private func score(_ policy: TrainedPolicy, sigmas: [Double]) throws -> Double {
    switch env {
    case .pusht: try score(policy, sigmas) { PushT() }
    case .twoway: try score(policy, sigmas) { TwoWay() }
    }
  }

  private func score<World: Environment>(
    _ policy: TrainedPolicy, _ sigmas: [Double], world: @escaping @Sendable () -> World
  ) throws -> Double {
    let starts = try EpisodeStarts(count: episodes, first: firstSeed, generator: .gymnasium, world: world)
    let evaluation = PolicyEvaluation(policy, sampler: .chain(sigmas: sigmas), threads: threadOptions.threads)
    let results = try evaluation.run(
      episodes: episodes, makeEnvironment: { try starts.make($0) }, seed: { firstSeed + UInt64($0) })
    switch by {
    case .score: return Statistics.mean(results.map(\.score))
    case .success: return Double(results.count(where: \.success)) / Double(episodes)
    }
  }

  /// The chains that the policy has, with the found one in its place.
  static func chains(_ known: [[Double]], _ found: [Double]) -> String {
    var chains = Array(known.prefix(found.count))
    // A shorter chain that was never tuned takes the first levels of this one.
    while chains.count < found.count { chains.append(Array(found.prefix(chains.count + 1))) }
    chains[found.count - 1] = found
    return "[" + chains.map(text).joined(separator: ", ") + "]"
  }

  /// Three digits: a search does not know more.
  private static func text(_ middle: [Double]) -> String {
    "[" + middle.map { String(format: "%.3g", $0) }.joined(separator: ", ") + "]"
  }
}
