import Foundation

/// What an evaluation measured, in the JSON keys of `saltus evaluate --json`.
public struct EvaluationReport: Codable, Equatable, Sendable {
  /// Durations in milliseconds.
  public struct Latency: Codable, Equatable, Sendable {
    /// Median.
    public let p50: Double
    /// 99th percentile.
    public let p99: Double
    public let max: Double

    /// - Precondition: `milliseconds` is not empty.
    public init(milliseconds: [Double]) {
      p50 = Statistics.percentile(milliseconds, 0.5)
      p99 = Statistics.percentile(milliseconds, 0.99)
      max = Statistics.percentile(milliseconds, 1)
    }
  }

  /// How far executed actions are apart from one control step to the next (Euclidean, in the action's own units), where
  /// another chunk takes over and inside chunks.
  public struct Jumps: Codable, Equatable, Sendable {
    public let borderMean: Double
    public let borderMax: Double
    public let insideMean: Double
    public let insideMax: Double
    /// Norms of the second difference of actions, a(t) − 2 a(t − 1) + a(t − 2): the mean at the first action of a newer
    /// chunk, the median inside chunks, and the first less the second. nil if there are none, or in older files.
    public let borderBendMean: Double?
    public let insideBendMedian: Double?
    public let borderBendExcess: Double?

    enum CodingKeys: String, CodingKey {
      case borderMean = "border_mean"
      case borderMax = "border_max"
      case insideMean = "inside_mean"
      case insideMax = "inside_max"
      case borderBendMean = "border_bend_mean"
      case insideBendMedian = "inside_bend_median"
      case borderBendExcess = "border_bend_excess"
    }

    public init(
      borderMean: Double, borderMax: Double, insideMean: Double, insideMax: Double, borderBendMean: Double? = nil,
      insideBendMedian: Double? = nil
    ) {
      self.borderMean = borderMean
      self.borderMax = borderMax
      self.insideMean = insideMean
      self.insideMax = insideMax
      self.borderBendMean = borderBendMean
      self.insideBendMedian = insideBendMedian
      borderBendExcess = borderBendMean.flatMap { mean in insideBendMedian.map { mean - $0 } }
    }

    private var bends: String {
      guard let borderBendMean, let insideBendMedian, let borderBendExcess else { return "" }
      return String(
        format: "; bends: mean %.3g between, median %.3g inside, excess %.3g", borderBendMean, insideBendMedian,
        borderBendExcess)
    }

    /// One line for a person.
    public var summary: String {
      String(
        format: "mean %.3g, max %.3g between chunks; mean %.3g, max %.3g inside", borderMean, borderMax, insideMean,
        insideMax) + bends
    }
  }

  public let episodes: Int
  public let meanScore: Double
  /// [low, high], 95 %, bootstrap.
  public let meanScoreInterval: [Double]
  public let successRate: Double
  /// [low, high], 95 %, Wilson.
  public let successRateInterval: [Double]
  /// [episode], in 0...1, in the order of the seeds.
  public let scores: [Double]
  public let networkCallsPerChunk: Int
  /// How many of the episodes ended in a collision; nil in worlds that know none.
  public let collisions: Int?
  /// Observation in → actions out, batch 1.
  public let latency: Latency
  /// nil in files of versions that did not measure it.
  public let jumps: Jumps?

  enum CodingKeys: String, CodingKey {
    case episodes, scores, collisions
    case meanScore = "mean_score"
    case meanScoreInterval = "mean_score_ci95"
    case successRate = "success_rate"
    case successRateInterval = "success_rate_ci95"
    case networkCallsPerChunk = "network_calls_per_chunk"
    case latency = "latency_ms"
    case jumps = "action_jumps"
  }

  /// - Parameters:
  ///   - scores: [episode], in the order of the seeds.
  ///   - successes: how many of the episodes succeeded.
  ///   - collisions: how many ended in a collision; nil in worlds that know none.
  ///   - networkCallsPerChunk: network evaluations for one action chunk.
  ///   - milliseconds: [chunk] time from observation to actions.
  ///   - jumps: over all episodes.
  /// - Precondition: neither list is empty; `successes` is at most the number of episodes.
  public init(
    scores: [Double], successes: Int, collisions: Int? = nil, networkCallsPerChunk: Int, milliseconds: [Double],
    jumps: Jumps? = nil
  ) {
    let scoreInterval = Statistics.bootstrapInterval(ofMean: scores)
    let successInterval = Statistics.wilsonInterval(successes: successes, trials: scores.count)
    episodes = scores.count
    meanScore = Statistics.mean(scores)
    meanScoreInterval = [scoreInterval.lowerBound, scoreInterval.upperBound]
    successRate = Double(successes) / Double(scores.count)
    successRateInterval = [successInterval.lowerBound, successInterval.upperBound]
    self.scores = scores
    self.collisions = collisions
    self.networkCallsPerChunk = networkCallsPerChunk
    latency = Latency(milliseconds: milliseconds)
    self.jumps = jumps
  }

  /// A few lines for a person.
  public var summary: String {
    func interval(_ bounds: [Double], _ scale: Double, _ format: String) -> String {
      "[" + bounds.map { String(format: format, $0 * scale) }.joined(separator: ", ") + "]"
    }
    let score = String(format: "%.3f", meanScore) + "  95 % " + interval(meanScoreInterval, 1, "%.3f")
    let success = String(format: "%.1f %%", 100 * successRate) + "  95 % " + interval(successRateInterval, 100, "%.1f")
    let times = String(format: "p50 %.2f ms, p99 %.2f ms, max %.2f ms", latency.p50, latency.p99, latency.max)
    let hits = collisions.map { "collisions    \($0) of \(episodes)\n" } ?? ""
    return """
      mean score    \(score)  (\(episodes) episodes)
      success       \(success)
      \(hits)\
      network calls \(networkCallsPerChunk) per action chunk
      latency       \(times)
      """ + (jumps.map { "\naction jumps  \($0.summary)" } ?? "")
  }
}
