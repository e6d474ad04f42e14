import Foundation

/// What a benchmark measured, in the JSON keys of `saltus bench --json`.
public struct BenchmarkReport: Codable, Equatable, Sendable {
  public let medianMilliseconds: Double
  public let minimumMilliseconds: Double
  /// 99th percentile.
  public let p99Milliseconds: Double
  /// 10⁹ floating-point operations per second, at the median.
  public let gigaflopsPerSecond: Double
  /// Heap allocations per run.
  public let allocations: Int
  /// What ranks exchange in a training step; nil for one process.
  public var exchange: Exchange?
  /// Median of a training step's last part: norm, clipping, AdamW, EMA, with ranks the gathering of weights; nil for others.
  public var optimizerMilliseconds: Double?

  /// The least time that the run's arithmetic and memory could take; nil where it was not asked for.
  public var ceiling: Ceiling?

  /// What as many cores reached in the same moments, on registers and on the same weights.
  public struct Ceiling: Codable, Equatable, Sendable {
    /// 10⁹ floating-point operations per second of multiply-adds on registers.
    public let peakGigaflopsPerSecond: Double
    /// Median of reading all packed weights once.
    public let readMilliseconds: Double
    /// The longer of the two: operations at the peak rate, weights at the reading rate.
    public let floorMilliseconds: Double
    /// The floor as a share of the runs' median.
    public let share: Double

    enum CodingKeys: String, CodingKey {
      case peakGigaflopsPerSecond = "peak_gflops"
      case readMilliseconds = "read_ms"
      case floorMilliseconds = "floor_ms"
      case share
    }

    /// - Parameters:
    ///   - operations: floating-point operations of one run that its result needs.
    ///   - runs: milliseconds of runs, not empty; beside each of them:
    ///   - reads: milliseconds of reading all weights,
    ///   - peaks: 10⁹ operations per second on registers.
    public init(operations: Int, runs: [Double], reads: [Double], peaks: [Double]) {
      peakGigaflopsPerSecond = Statistics.percentile(peaks, 0.5)
      readMilliseconds = Statistics.percentile(reads, 0.5)
      floorMilliseconds = max(Double(operations) / (peakGigaflopsPerSecond * 1e6), readMilliseconds)
      share = floorMilliseconds / Statistics.percentile(runs, 0.5)
    }
  }

  public struct Exchange: Codable, Equatable, Sendable {
    public let ranks: Int
    /// Of gradients that a step adds up over the ranks, and of weights that it then gathers.
    public let bytes: Int
    /// Median of the time that a rank waits for gradients after its own computation.
    public let waitedMilliseconds: Double

    enum CodingKeys: String, CodingKey {
      case ranks, bytes
      case waitedMilliseconds = "waited_ms"
    }

    /// - Parameter milliseconds: [run] waits, not empty.
    public init(ranks: Int, bytes: Int, milliseconds: [Double]) {
      self.ranks = ranks
      self.bytes = bytes
      waitedMilliseconds = Statistics.percentile(milliseconds, 0.5)
    }
  }

  enum CodingKeys: String, CodingKey {
    case medianMilliseconds = "median_ms"
    case minimumMilliseconds = "min_ms"
    case p99Milliseconds = "p99_ms"
    case gigaflopsPerSecond = "gflops"
    case optimizerMilliseconds = "optimizer_ms"
    case allocations, exchange, ceiling
  }

  /// - Parameters:
  ///   - milliseconds: [run] durations.
  ///   - operations: floating-point operations of one run, a multiplication with addition counting two.
  ///   - allocations: heap allocations of one run.
  /// - Precondition: `milliseconds` is not empty.
  public init(milliseconds: [Double], operations: Int, allocations: Int) {
    medianMilliseconds = Statistics.percentile(milliseconds, 0.5)
    minimumMilliseconds = Statistics.percentile(milliseconds, 0)
    p99Milliseconds = Statistics.percentile(milliseconds, 0.99)
    // 10⁹ operations per second are 10⁶ per millisecond.
    gigaflopsPerSecond = Double(operations) / (medianMilliseconds * 1e6)
    self.allocations = allocations
  }

  /// One line for a person, and one of the exchange.
  public var summary: String {
    let line = String(
      format: "median %.3f ms, min %.3f ms, p99 %.3f ms, %.1f GFLOP/s, %d allocations", medianMilliseconds,
      minimumMilliseconds, p99Milliseconds, gigaflopsPerSecond, allocations)
    return line + optimizerSummary + exchangeSummary + ceilingSummary
  }

  private var optimizerSummary: String {
    optimizerMilliseconds.map { String(format: "\nof it the optimiser: median %.3f ms", $0) } ?? ""
  }

  private var exchangeSummary: String {
    guard let exchange else { return "" }
    return String(
      format: "\n%d ranks add up %.2f MB per step, and gather as much; waited for gradients: median %.3f ms",
      exchange.ranks,
      Double(exchange.bytes) / 1e6, exchange.waitedMilliseconds)
  }

  private var ceilingSummary: String {
    guard let ceiling else { return "" }
    return String(
      format: "\n%.0f %% of the floor of %.3f ms (%.1f GFLOP/s on registers; all weights read in %.3f ms)",
      100 * ceiling.share, ceiling.floorMilliseconds, ceiling.peakGigaflopsPerSecond, ceiling.readMilliseconds)
  }
}
