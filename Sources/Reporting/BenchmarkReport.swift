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

  enum CodingKeys: String, CodingKey {
    case medianMilliseconds = "median_ms"
    case minimumMilliseconds = "min_ms"
    case p99Milliseconds = "p99_ms"
    case gigaflopsPerSecond = "gflops"
    case allocations
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

  /// One line for a person.
  public var summary: String {
    String(
      format: "median %.3f ms, min %.3f ms, p99 %.3f ms, %.1f GFLOP/s, %d allocations", medianMilliseconds,
      minimumMilliseconds, p99Milliseconds, gigaflopsPerSecond, allocations)
  }
}
