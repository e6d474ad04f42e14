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

  public struct Exchange: Codable, Equatable, Sendable {
    public let ranks: Int
    /// That a step adds up over the ranks.
    public let bytes: Int
    /// Median of the time that a rank waits for it after its own computation.
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
    case allocations, exchange
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
    guard let exchange else { return line }
    return line
      + String(
        format: "\n%d ranks add up %.2f MB per step; waited for: median %.3f ms", exchange.ranks,
        Double(exchange.bytes) / 1e6, exchange.waitedMilliseconds)
  }
}
