import Environments
import Foundation

/// A scripted expert that goes left with a known probability, whatever its start, on a smooth way that is never quite
/// the same: two modes, with a spread inside each.
///
/// With t from 0 at the start to 1 at the goal its way is y(t) = y₀ + (y₁ - y₀) t and x(t) = x₀ (1 - t) ± a sin πt +
/// Σ cₖ sin kπt for k = 1, 2, 3. Amplitude a, wiggles cₖ and duration are drawn uniformly, from ranges so narrow that
/// from drawn starts no way touches the obstacle and no step is longer than the agent can go.
public struct TwoWayDemonstrator: Sendable {
  /// The side it passes the obstacle on.
  public let side: TwoWay.Side

  private let start: TwoWay.Point
  private let amplitude: Double
  private let wiggles: [Double]
  /// Control steps of the whole way.
  private let duration: Double

  /// - Parameters:
  ///   - start: where the episode starts; see `TwoWay.start`.
  ///   - seed: of side, amplitude, wiggles and duration. From numpy's `RandomState`, so it is independent of a start
  ///     that the same seed has drawn with Gymnasium's generator.
  ///   - leftShare: probability of going left, in 0...1.
  ///   - noise: strength of the spread inside a mode, in 0...1; with 0 all ways of a side from one start are the same.
  public init(start: TwoWay.Point, seed: UInt32, leftShare: Double = 0.5, noise: Double = 1) {
    precondition((0...1).contains(leftShare), "leftShare is \(leftShare), and a probability is in 0...1")
    precondition((0...1).contains(noise), "noise is \(noise): only up to 1 do all ways keep clear of the obstacle")
    var random = MersenneTwister(seed: seed)
    // In [-noise, noise).
    func spread() -> Double { noise * (2 * random.uniform() - 1) }
    self.start = start
    side = random.uniform() < leftShare ? .left : .right
    amplitude = 0.65 + 0.1 * spread()
    duration = 26 + 3 * spread()
    wiggles = (1...3).map { 0.04 / Double($0) * spread() }
  }

  /// The action of a control step: the target position that is reached by its end, [2].
  ///
  /// - Parameter step: steps since the start, from 0.
  public func action(step: Int) -> [Double] {
    let t = min(Double(step + 1) / duration, 1)
    var x = start.x * (1 - t) + (side == .left ? -amplitude : amplitude) * sin(.pi * t)
    for (index, wiggle) in wiggles.enumerated() { x += wiggle * sin(Double(index + 1) * .pi * t) }
    return [x, start.y + (TwoWayGeometry.goal.y - start.y) * t]
  }
}
