/// How often samples from one start took each of two ways.
public struct ModeCounts: Codable, Equatable, Sendable {
  /// Seed of the start; nil for one that no seed draws.
  public let seed: UInt64?
  public private(set) var left = 0
  public private(set) var right = 0
  /// Samples that ended before they took either.
  public private(set) var undecided = 0

  /// No samples yet.
  public init(seed: UInt64? = nil) { self.seed = seed }

  /// Adds one sample.
  ///
  /// - Parameter isLeft: nil if it took neither way.
  public mutating func add(isLeft: Bool?) {
    switch isLeft {
    case true?: left += 1
    case false?: right += 1
    case nil: undecided += 1
    }
  }

  /// Samples that took one of the ways.
  public var decided: Int { left + right }

  /// All samples.
  public var samples: Int { decided + undecided }

  /// Entropy of the way over the decided samples, in bits: 0 for one way alone, 1 for both alike; nil without any.
  public var entropy: Double? { decided == 0 ? nil : Statistics.entropy(counts: [left, right]) }

  /// 95 % confidence interval of `entropy`: the entropies that the Wilson interval of the share of left holds; nil
  /// without decided samples.
  public var entropyInterval: ClosedRange<Double>? {
    guard decided > 0 else { return nil }
    let shares = Statistics.wilsonInterval(successes: left, trials: decided)
    let ends = [shares.lowerBound, shares.upperBound].map { Statistics.entropy(ofShare: $0) }
    // It rises up to an even share and falls from there.
    return min(ends[0], ends[1])...(shares.contains(0.5) ? 1 : max(ends[0], ends[1]))
  }
}
