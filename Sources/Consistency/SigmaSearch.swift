import Foundation

/// Greedy search of a chain's middle noise levels (Song et al. 2023, section 5): one after the other, each between the one
/// before it and the lowest, by a coarse grid in ln sigma and a ternary search around the grid's best.
///
/// The score is measured on data that no result is quoted for; it is noisy, so a chain is only as good as the number of
/// samples behind its score.
public struct SigmaSearch: Sendable {
  /// A candidate and what it scored.
  public struct Trial: Sendable, Hashable, Encodable {
    /// The middle noise levels, falling.
    public var middle: [Double]
    public var score: Double

    public init(middle: [Double], score: Double) {
      self.middle = middle
      self.score = score
    }
  }

  /// Points of the grid, at least 1.
  public var gridCount: Int
  /// Rounds of the ternary search, two scores each, 0 or more; each leaves two thirds of the interval.
  public var rounds: Int

  public init(gridCount: Int = 5, rounds: Int = 2) {
    precondition(gridCount >= 1 && rounds >= 0, "a grid of \(gridCount) and \(rounds) rounds")
    self.gridCount = gridCount
    self.rounds = rounds
  }

  /// Scores that a search takes for a chain of `steps` network calls.
  public func trialCount(steps: Int) -> Int { (steps - 1) * (gridCount + 2 * rounds) }

  /// Searches the middle levels of a chain of `steps` network calls.
  ///
  /// - Parameters:
  ///   - steps: 2 or more.
  ///   - range: below sigma_max and above the boundary; positive.
  ///   - score: the higher the better, of the middle levels so far, `[1 … steps − 1]`, falling.
  /// - Returns: the best trial of the full length; of equal ones the first.
  public func run(
    steps: Int, in range: ClosedRange<Double>, score: ([Double]) throws -> Double
  ) rethrows -> Trial {
    precondition(steps >= 2 && range.lowerBound > 0, "\(steps) steps in \(range)")
    var best = Trial(middle: [], score: -.infinity)
    for _ in 1..<steps {
      best = try extend(best.middle, in: log(range.lowerBound)...log(best.middle.last ?? range.upperBound), score)
    }
    return best
  }

  /// The best next level after `middle`.
  private func extend(
    _ middle: [Double], in logs: ClosedRange<Double>, _ score: ([Double]) throws -> Double
  ) rethrows -> Trial {
    var best = Trial(middle: middle, score: -.infinity)
    func measure(_ log: Double) throws -> Double {
      let trial = middle + [exp(log)]
      let value = try score(trial)
      if value > best.score { best = Trial(middle: trial, score: value) }
      return value
    }
    let spacing = (logs.upperBound - logs.lowerBound) / Double(gridCount + 1)
    for point in 1...gridCount { _ = try measure(logs.lowerBound + Double(point) * spacing) }
    let center = log(best.middle.last!)
    var (low, high) = (center - spacing, center + spacing)
    for _ in 0..<rounds {
      let third = (high - low) / 3
      if try measure(low + third) < measure(high - third) { low += third } else { high -= third }
    }
    return best
  }
}
