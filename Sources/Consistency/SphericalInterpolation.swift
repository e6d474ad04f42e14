import Foundation

/// Between two samples' noises, on the sphere on which normal noise lies: what a one-step model makes of it lies between
/// its two samples (Song et al. 2023, appendix D; Shoemake 1985).
///
///     (sin((1 − s) θ) z₀ + sin(s θ) z₁) / sin θ,   θ the angle between z₀ and z₁
///
/// - Parameters:
///   - first: z₀, standard normal.
///   - second: z₁, as many numbers.
///   - share: s, 0 for the first, 1 for the second.
/// - Returns: as many numbers; for vectors that are parallel the straight line between them.
public func sphericalInterpolation(_ first: [Float], _ second: [Float], share: Double) -> [Float] {
  precondition(first.count == second.count, "noises of \(first.count) and \(second.count) numbers")
  var (product, a, b) = (0.0, 0.0, 0.0)
  for (x, y) in zip(first, second) {
    product += Double(x) * Double(y)
    a += Double(x) * Double(x)
    b += Double(y) * Double(y)
  }
  let cosine = a > 0 && b > 0 ? product / (a * b).squareRoot() : 1
  let angle = acos(min(max(cosine, -1), 1))
  let isFlat = sin(angle) < 1e-6
  let weights =
    isFlat ? (1 - share, share) : (sin((1 - share) * angle) / sin(angle), sin(share * angle) / sin(angle))
  return zip(first, second).map { Float(weights.0 * Double($0) + weights.1 * Double($1)) }
}
