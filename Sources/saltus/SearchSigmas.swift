import ArgumentParser
import Consistency
import Environments
import Foundation
import PolicyHead
import PushTEnv
import Reporting
import SpeechHead
import TwoWayEnv

/// `saltus search`: the middle noise levels of a policy's or a voice's sampling chain, by how good it is with them.
struct SearchSigmas: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Search the middle noise levels of a policy's or a voice's sampling chain.",
    discussion: """
      Greedy, one level after the other (Song et al. 2023, section 5): a grid in ln sigma, then a ternary search around its
      best. All trials see the same starts, or sentences, and the same noise.

      A policy is scored in its world. Use starts that no result is quoted for, and enough of them: with 500 the mean score
      is known to about 0.01.

      A voice speaks the sentences of --data that its training held out, by the same rule as saltus train speech; what is to
      be small is the Fréchet distance of its log-mel frames to the recordings', as saltus compare --speech measures it. The
      score is that distance with a minus sign.

      EXAMPLES:
        saltus search runs/student/last.safetensors --steps 2 --episodes 1000 --first-seed 5000
        saltus search runs/student/last.safetensors --steps 3 --by success --json sigmas.json
        saltus search runs/me/voice.safetensors --data recordings/me --steps 2
      """)

  /// What is to be as high as possible.
  enum Criterion: String, ExpressibleByArgument, CaseIterable {
    case score, success
  }

  struct Result: Encodable {
    var best: SigmaSearch.Trial
    var trials: [SigmaSearch.Trial]
  }

  @Argument(help: ArgumentHelp("A checkpoint of training, or a bundled model.", valueName: "checkpoint"))
  var checkpoint: String

  @Option(help: ArgumentHelp("Network calls of the chain, 2 or more.", valueName: "K"))
  var steps = 2

  @Option(help: ArgumentHelp("Points of the grid.", valueName: "N"))
  var grid = 5

  @Option(help: ArgumentHelp("Rounds of the ternary search, two trials each.", valueName: "N"))
  var rounds = 2

  @Option(help: ArgumentHelp("Write all trials as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup(title: "For a policy") var policyOptions: PolicyOptions
  @OptionGroup(title: "For a voice") var voiceOptions: VoiceSearchOptions
  @OptionGroup var threadOptions: ThreadOptions

  /// Where a policy is scored.
  struct PolicyOptions: ParsableArguments {
    @Option(help: "The simulated world; by default pusht.")
    var env: SimulatedWorld?

    @Option(help: ArgumentHelp("Episodes of every trial; by default 500.", valueName: "N"))
    var episodes: Int?

    @Option(help: ArgumentHelp("Seed of the first episode, by default 5000; gymnasium's reset.", valueName: "S"))
    var firstSeed: UInt64?

    @Option(help: "What is to be as high as possible; by default score.")
    var by: Criterion?

    @Option(
      help: ArgumentHelp("Execute this many actions of every chunk, in place of the trained number.", valueName: "N"))
    var actionSteps: Int?

    var isEmpty: Bool { env == nil && episodes == nil && firstSeed == nil && by == nil && actionSteps == nil }

    /// The episodes with their seeds.
    var seeds: (first: UInt64, count: Int) { (firstSeed ?? 5000, episodes ?? 500) }

    func validate() throws {
      if seeds.count < 1 { throw ValidationError("--episodes \(seeds.count): at least 1 is needed.") }
      try EpisodeSeeds.check(seeds.first, count: seeds.count)
    }
  }

  func validate() throws {
    for (name, value, least) in [
      ("steps", steps, 2), ("grid", grid, 1), ("rounds", rounds, 0),
    ] where value < least {
      throw ValidationError("--\(name) \(value): at least \(least) is needed.")
    }
  }

  func run() throws {
    let file = try BundledModels.file(checkpoint)
    guard try BundledModels.isVoice(file) else {
      guard voiceOptions.isEmpty else {
        throw CommandFailure("\(checkpoint) is a policy: drop the options that are for a voice, such as --data")
      }
      let policy = try PolicyArguments.load(checkpoint).used(PolicyUse(actionSteps: policyOptions.actionSteps))
      let boundary = policy.description.parameterisation.preconditioning.boundarySigma
      return try search(policy.description.sampling, boundary: boundary) { try score(policy, sigmas: $0) }
    }
    guard policyOptions.isEmpty else {
      throw CommandFailure("\(checkpoint) is a voice: drop the options that are for a policy, such as --episodes")
    }
    let voice = try TrainedVoice(contentsOf: file).used(VoiceUse(temperature: voiceOptions.temperature))
    let evaluation = try voiceOptions.evaluation(of: voice, threads: threadOptions.threads)
    let boundary = voice.description.parameterisation.preconditioning.boundarySigma
    try search(voice.description.sampling, boundary: boundary) { sigmas in
      let distance = try evaluation.frechetDistance(
        of: voice, .sampled(.chain(sigmas: sigmas)), seed: voiceOptions.seed ?? 0, threads: threadOptions.threads)
      return -distance
    }
  }

  /// Tries chains, and says which one is best.
  ///
  /// - Parameters:
  ///   - schedule: that the model has.
  ///   - score: the higher the better, of all noise levels of a chain.
  private func search(
    _ schedule: SamplingSchedule, boundary: Double, score: ([Double]) throws -> Double
  ) throws {
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
      let score = try score([schedule.sigmaMax] + middle)
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
    switch policyOptions.env ?? .pusht {
    case .pusht: try score(policy, sigmas) { PushT() }
    case .twoway: try score(policy, sigmas) { TwoWay() }
    }
  }

  private func score<World: Environment>(
    _ policy: TrainedPolicy, _ sigmas: [Double], world: @escaping @Sendable () -> World
  ) throws -> Double {
    let (firstSeed, episodes) = policyOptions.seeds
    let starts = try EpisodeStarts(count: episodes, first: firstSeed, generator: .gymnasium, world: world)
    let evaluation = PolicyEvaluation(policy, sampler: .chain(sigmas: sigmas), threads: threadOptions.threads)
    let results = try evaluation.run(
      episodes: episodes, makeEnvironment: { try starts.make($0) }, seed: { firstSeed + UInt64($0) })
    switch policyOptions.by ?? .score {
    case .score: return Statistics.mean(results.map(\.score))
    case .success: return Double(results.count(where: \.success)) / Double(episodes)
    }
  }

  /// The chains that the model has, with the found one in its place.
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
