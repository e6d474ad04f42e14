import Foundation

/// The few statistics that a report needs.
public enum Statistics {
  /// The 97.5 % point of the standard normal distribution.
  private static let z = 1.959963984540054

  /// The arithmetic mean.
  ///
  /// - Precondition: `values` is not empty.
  public static func mean(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "the mean of no values does not exist")
    return values.reduce(0, +) / Double(values.count)
  }

  /// The value below which a fraction of the values lies, linear between neighbours (numpy's default, type 7 of
  /// Hyndman and Fan, 1996). O(n log n) time.
  ///
  /// - Parameter fraction: in 0...1; 0.5 is the median.
  /// - Precondition: `values` is not empty and holds no NaN.
  public static func percentile(_ values: [Double], _ fraction: Double) -> Double {
    precondition(!values.isEmpty, "a percentile of no values does not exist")
    precondition((0...1).contains(fraction), "the fraction \(fraction) of a percentile is not in 0...1")
    let sorted = values.sorted()
    let position = fraction * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (position - Double(lower)) * (sorted[upper] - sorted[lower])
  }

  /// 95 % confidence interval of a mean by the percentile bootstrap (Efron and Tibshirani, "An introduction to the
  /// bootstrap", chapter 13): the middle 95 % of the means of resamples drawn with replacement.
  ///
  /// - Parameters:
  ///   - resamples: 10,000 leave the ends uncertain by about 1 % of the interval's length.
  ///   - seed: equal seeds give equal intervals.
  /// - Precondition: `values` is not empty; `resamples` is positive.
  public static func bootstrapInterval(
    ofMean values: [Double], resamples: Int = 10_000, seed: UInt64 = 0
  ) -> ClosedRange<Double> {
    precondition(!values.isEmpty, "the mean of no values has no interval")
    precondition(resamples > 0, "\(resamples) resamples give no interval")
    var generator = SplitMix64(seed: seed)
    let means = values.withUnsafeBufferPointer { values in
      (0..<resamples).map { _ in
        var sum = 0.0
        for _ in 0..<values.count { sum += values[generator.nextIndex(below: values.count)] }
        return sum / Double(values.count)
      }
    }
    return percentile(means, 0.025)...percentile(means, 0.975)
  }

  /// 95 % confidence interval of a proportion (Wilson, "Probable inference, the law of succession, and statistical
  /// inference", 1927), right also near 0 and 1.
  ///
  /// - Precondition: `0...trials` contains `successes`; `trials` is positive.
  public static func wilsonInterval(successes: Int, trials: Int) -> ClosedRange<Double> {
    precondition(trials > 0 && (0...trials).contains(successes), "\(successes) successes in \(trials) trials")
    let n = Double(trials)
    let p = Double(successes) / n
    let center = (p + z * z / (2 * n)) / (1 + z * z / n)
    let radius = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    // At the ends the formula's rounding would leave out the proportion itself.
    return (successes == 0 ? 0 : max(0, center - radius))...(successes == trials ? 1 : min(1, center + radius))
  }

  /// Entropy in bits of the distribution that counts estimate, -Σ p log₂ p with p the counts' shares: the maximum
  /// likelihood estimate, which lies below the true entropy by about (modes - 1) / (2 n ln 2) on average (Miller, "Note
  /// on the bias of information estimates", 1955).
  ///
  /// - Precondition: no count is negative, and some are positive.
  public static func entropy(counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    precondition(total > 0 && counts.allSatisfy { $0 >= 0 }, "the counts \(counts) are no distribution")
    return counts.reduce(0) { $0 + surprise(Double($1) / Double(total)) }
  }

  /// Entropy in bits of a choice between two, of which one has this share.
  ///
  /// - Precondition: `0...1` contains `share`.
  public static func entropy(ofShare share: Double) -> Double {
    precondition((0...1).contains(share), "the share \(share) is not in 0...1")
    return surprise(share) + surprise(1 - share)
  }

  /// -p log₂ p, and its limit 0 at 0.
  private static func surprise(_ p: Double) -> Double { p == 0 ? 0 : -p * log2(p) }

  /// The mean of each value and up to `radius` neighbours on each side; fewer at the ends. O(n) time.
  ///
  /// - Precondition: `radius` is not negative.
  public static func movingAverage(_ values: [Double], radius: Int) -> [Double] {
    precondition(radius >= 0, "a moving average cannot have the radius \(radius)")
    var sums = [0.0]
    for value in values { sums.append(sums[sums.count - 1] + value) }
    return values.indices.map { index in
      let lower = max(0, index - radius)
      let upper = min(values.count, index + radius + 1)
      return (sums[upper] - sums[lower]) / Double(upper - lower)
    }
  }
}
