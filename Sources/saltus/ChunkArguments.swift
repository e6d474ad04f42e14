import ArgumentParser
import PolicyHead
import Reporting

/// When chunks are asked for and how they are joined: shared by `evaluate` and `control`.
struct ChunkArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Execute this many actions of every chunk, in place of the trained number.", valueName: "N"))
  var actionSteps: Int?

  @Option(
    help: ArgumentHelp(
      "What is executed where chunks overlap: replace (the newest), blend:N (a crossfade over N periods) or ensemble:M "
        + "(all of them, with weights exp(-M i) from the oldest on). blend is blend:2, ensemble is ensemble:0.01.",
      valueName: "RULE"))
  var merge = MergeRule.replace

  @Option(
    help: ArgumentHelp(
      "Ask for the next chunk this many periods before it is needed; by default as many as inference is expected to take.",
      valueName: "N"))
  var lead: Int?

  @Flag(
    help: ArgumentHelp(
      "Let every chunk go on from the actions that are executed until it is there: its beginning is inpainted, in a few "
        + "more network calls."))
  var stitch = false

  @Option(
    help: ArgumentHelp(
      "Falling noise levels of --stitch, one per network call: less keeps more of the old plan.", valueName: "0.5,0.1"))
  var stitchSigmas: String?

  @Option(
    help: ArgumentHelp("Strength of the noise of --stitch, 0 to 2: less joins better and varies less.", valueName: "X"))
  var stitchTemperature: Double?

  @Option(
    help: ArgumentHelp(
      "How strongly the old plan draws the actions behind those of --stitch, 0 to 1.", valueName: "X"))
  var stitchSoftness: Double?

  func validate() throws {
    if (stitchSigmas != nil || stitchTemperature != nil || stitchSoftness != nil) && !stitch {
      throw ValidationError(
        "--stitch-sigmas, --stitch-temperature and --stitch-softness are for --stitch: give it, too.")
    }
    if let lead, !(0...1000).contains(lead) { throw ValidationError("--lead \(lead): 0 to 1,000 are possible.") }
  }

  /// What `--stitch` asks for.
  func stitching(of policy: TrainedPolicy) throws -> ChunkStitching? {
    guard stitch else { return nil }
    var stitching = ChunkStitching(for: policy.description)
    if let stitchSigmas { stitching.sigmas = try noiseLevels(stitchSigmas, option: "--stitch-sigmas") }
    if let stitchSoftness { stitching.softness = stitchSoftness }
    if let stitchTemperature { stitching.temperature = stitchTemperature }
    return stitching
  }

  /// - Parameter expected: the lead if none is given.
  func schedule(lead expected: Int, compensatesDelay: Bool = true) -> ChunkSchedule.Configuration {
    ChunkSchedule.Configuration(lead: lead ?? expected, merge: merge, compensatesDelay: compensatesDelay)
  }
}

extension MergeRule: ExpressibleByArgument {
  public init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let number = parts.count > 1 ? Double(parts[1]) : nil
    if parts.count > 1 && number == nil { return nil }
    switch parts[0] {
    case "replace" where number == nil: self = .replace
    case "ensemble": self = .ensemble(decay: number ?? 0.01)
    case "blend":
      guard let periods = Int(exactly: number ?? 2) else { return nil }
      self = .blend(periods: periods)
    default: return nil
    }
    if problem != nil { return nil }
  }

  public var defaultValueDescription: String {
    switch self {
    case .replace: "replace"
    case .ensemble(let decay): "ensemble:\(decay)"
    case .blend(let periods): "blend:\(periods)"
    }
  }
}

extension EvaluationReport.Jumps {
  init(_ jumps: ActionJumps) {
    self.init(
      borderMean: jumps.border.mean, borderMax: jumps.border.max, insideMean: jumps.inside.mean,
      insideMax: jumps.inside.max, borderBendMean: jumps.borderBend.count > 0 ? jumps.borderBend.mean : nil,
      insideBendMedian: jumps.insideBendMedian)
  }
}
