import Foundation

/// How a policy's samples are shared out among two ways of doing a task, in the JSON keys of `saltus modes --json`.
///
/// The entropy is conditional: of the way given the start, the mean over starts of each start's own. A policy that
/// takes one way from half of the starts and the other from the rest has none, though it knows both ways.
public struct ModeReport: Codable, Equatable, Sendable {
  /// How the roll-outs of a world that ends them ended.
  public struct Endings: Codable, Equatable, Sendable {
    public let collisions: Int
    /// [low, high], 95 %, Wilson.
    public let collisionRateInterval: [Double]
    public let successRate: Double
    /// [low, high], 95 %, Wilson.
    public let successRateInterval: [Double]

    enum CodingKeys: String, CodingKey {
      case collisions
      case collisionRateInterval = "collision_rate_ci95"
      case successRate = "success_rate"
      case successRateInterval = "success_rate_ci95"
    }

    /// - Precondition: `samples` is positive and not less than either count.
    public init(samples: Int, collisions: Int, successes: Int) {
      self.collisions = collisions
      collisionRateInterval = ModeReport.list(Statistics.wilsonInterval(successes: collisions, trials: samples))
      successRate = Double(successes) / Double(samples)
      successRateInterval = ModeReport.list(Statistics.wilsonInterval(successes: successes, trials: samples))
    }
  }

  /// Roll-outs, over all starts.
  public let samples: Int
  /// The counts of each start, in the order of their seeds.
  public let starts: [ModeCounts]
  /// Share of left in the decided samples, and its 95 % interval (Wilson); only of one start, since samples from several
  /// are not alike.
  public let leftShare: Double?
  public let leftShareInterval: [Double]?
  /// In bits; nil where no sample was decided. Starts without a decided sample do not count.
  public let entropy: Double?
  /// [low, high], 95 %: of one start from its Wilson interval, of several the bootstrap over starts.
  public let entropyInterval: [Double]?
  /// Starts from which samples took both ways.
  public let startsWithBothWays: Int
  /// Samples that took neither way.
  public let undecided: Int
  /// Nil where roll-outs are not played to their end.
  public let endings: Endings?
  public let networkCallsPerChunk: Int
  /// With another policy's report, if there was one to compare with.
  public let comparison: ModeComparison?

  enum CodingKeys: String, CodingKey {
    case samples, starts, undecided, endings, comparison
    case leftShare = "left_share"
    case leftShareInterval = "left_share_ci95"
    case entropy = "entropy_bits"
    case entropyInterval = "entropy_bits_ci95"
    case startsWithBothWays = "starts_with_both_ways"
    case networkCallsPerChunk = "network_calls_per_chunk"
  }

  /// - Parameters:
  ///   - starts: at least one.
  ///   - endings: of all samples, where they were played to their end.
  ///   - networkCallsPerChunk: network evaluations for one action chunk.
  public init(
    starts: [ModeCounts], endings: Endings? = nil, networkCallsPerChunk: Int, comparison: ModeComparison? = nil
  ) {
    precondition(!starts.isEmpty, "samples of no start have no modes")
    self.starts = starts
    self.endings = endings
    self.networkCallsPerChunk = networkCallsPerChunk
    self.comparison = comparison
    undecided = starts.reduce(0) { $0 + $1.undecided }
    samples = starts.reduce(0) { $0 + $1.samples }
    startsWithBothWays = starts.count { $0.left > 0 && $0.right > 0 }
    let entropies = starts.compactMap(\.entropy)
    entropy = entropies.isEmpty ? nil : Statistics.mean(entropies)
    if starts.count == 1 {
      let only = starts[0]
      let isDecided = only.decided > 0
      leftShare = isDecided ? Double(only.left) / Double(only.decided) : nil
      leftShareInterval =
        isDecided ? Self.list(Statistics.wilsonInterval(successes: only.left, trials: only.decided)) : nil
      entropyInterval = only.entropyInterval.map(Self.list)
    } else {
      leftShare = nil
      leftShareInterval = nil
      entropyInterval = entropies.isEmpty ? nil : Self.list(Statistics.bootstrapInterval(ofMean: entropies))
    }
  }

  private static func list(_ range: ClosedRange<Double>) -> [Double] { [range.lowerBound, range.upperBound] }
}

extension ModeReport {
  /// A few lines for a person.
  public var summary: String {
    func percent(_ value: Double, _ bounds: [Double]) -> String {
      String(format: "%.1f %%  95 %% [%.1f, %.1f]", 100 * value, 100 * bounds[0], 100 * bounds[1])
    }
    var lines: [String] = []
    if let leftShare, let leftShareInterval {
      let opposite = leftShareInterval.reversed().map { 1 - $0 }
      lines.append("left          \(percent(leftShare, leftShareInterval))  (\(starts[0].left))")
      lines.append("right         \(percent(1 - leftShare, opposite))  (\(starts[0].right))")
    }
    if let entropy, let entropyInterval {
      let text = String(format: "%.3f bits  95 %% [%.3f, %.3f]", entropy, entropyInterval[0], entropyInterval[1])
      lines.append("entropy       \(text)\(starts.count == 1 ? "" : "  (mean of \(starts.count) starts)")")
    }
    if starts.count > 1 { lines.append("both ways     from \(startsWithBothWays) of \(starts.count) starts") }
    lines.append("undecided     \(undecided) of \(samples)")
    if let endings {
      let collisionRate = Double(endings.collisions) / Double(samples)
      lines.append("collisions    \(percent(collisionRate, endings.collisionRateInterval))  (\(endings.collisions))")
      lines.append("success       \(percent(endings.successRate, endings.successRateInterval))")
    }
    if let comparison {
      let (difference, bounds) = (comparison.entropyDifference, comparison.entropyDifferenceInterval)
      let text = String(format: "%+.3f bits  95 %% [%+.3f, %+.3f]", difference, bounds[0], bounds[1])
      lines.append("to reference  \(text)  (entropy, \(comparison.starts) starts)")
    }
    lines.append("network calls \(networkCallsPerChunk) per action chunk")
    return lines.joined(separator: "\n")
  }
}
