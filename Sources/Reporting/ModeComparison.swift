/// How the entropy of the ways differs between two policies on the same starts: pairs of starts leave out what differs
/// among starts, which is far more than what differs between policies.
public struct ModeComparison: Codable, Equatable, Sendable {
  /// Starts at which both policies have decided samples.
  public let starts: Int
  /// Mean over those starts of the entropy less the reference's, in bits: below 0, ways have been lost.
  public let entropyDifference: Double
  /// [low, high], 95 %, bootstrap over starts.
  public let entropyDifferenceInterval: [Double]

  enum CodingKeys: String, CodingKey {
    case starts
    case entropyDifference = "entropy_difference_bits"
    case entropyDifferenceInterval = "entropy_difference_bits_ci95"
  }

  /// - Throws: `CommandFailure` if the starts are not the same, with as many samples each, or fewer than two can be
  ///   compared.
  public init(_ counts: [ModeCounts], reference: [ModeCounts]) throws(CommandFailure) {
    try Self.requireSame(seeds: counts.map(\.seed), samples: counts.map(\.samples), reference: reference)
    let differences = zip(counts, reference).compactMap { counts, reference -> Double? in
      guard let entropy = counts.entropy, let other = reference.entropy else { return nil }
      return entropy - other
    }
    guard differences.count > 1 else {
      throw CommandFailure("policies are compared over several starts, and here \(differences.count) can be")
    }
    starts = differences.count
    entropyDifference = Statistics.mean(differences)
    let interval = Statistics.bootstrapInterval(ofMean: differences)
    entropyDifferenceInterval = [interval.lowerBound, interval.upperBound]
  }

  /// Refuses a reference that cannot be compared with, also before there is anything to compare.
  ///
  /// - Parameters:
  ///   - seeds: of the starts.
  ///   - samples: from each of them.
  public static func requireSame(
    seeds: [UInt64?], samples: [Int], reference: [ModeCounts]
  ) throws(CommandFailure) {
    guard seeds == reference.map(\.seed) else {
      throw CommandFailure("the reference was measured from other starts: give it the same --starts and --first-start")
    }
    // The estimate of an entropy depends on the number of samples.
    guard samples == reference.map(\.samples) else {
      throw CommandFailure("the reference has another number of samples per start: give it the same --samples")
    }
  }
}
