import Foundation

/// Noise levels that descend from `sigmaMax` to `sigmaMin`, evenly spaced in sigma^(1/rho) (Karras et al. 2022, eq. 5):
///
///     sigma_i = (sigmaMax^(1/rho) + i/(N − 1) (sigmaMin^(1/rho) − sigmaMax^(1/rho)))^rho,  i = 0 … N − 1.
public struct KarrasMesh: Sendable, Hashable {
  /// `[N]`, strictly falling as far as double precision tells neighbours apart (it does not for a huge N or `rho`); the
  /// two ends are exact. One point alone is `sigmaMax`.
  public let sigmas: [Double]

  /// - Parameters:
  ///   - count: N, at least 1.
  ///   - sigmaMin: the smallest noise level, positive.
  ///   - sigmaMax: the largest, above `sigmaMin`.
  ///   - rho: how strongly points gather at small sigmas, positive; 7 in the papers.
  /// - Precondition: the ranges above.
  public init(count: Int, sigmaMin: Double, sigmaMax: Double, rho: Double = 7) {
    precondition(count >= 1, "a mesh of \(count) points")
    precondition(0 < sigmaMin && sigmaMin < sigmaMax && rho > 0, "a mesh from \(sigmaMax) to \(sigmaMin), rho \(rho)")
    sigmas = (0..<count).map { Self.sigma($0, of: count, sigmaMin: sigmaMin, sigmaMax: sigmaMax, rho: rho) }
  }

  /// Point i, 0 ..< `count`, of such a mesh, without the others.
  static func sigma(_ i: Int, of count: Int, sigmaMin: Double, sigmaMax: Double, rho: Double) -> Double {
    switch i {
    case 0: return sigmaMax
    case count - 1: return sigmaMin
    default:
      let (high, low) = (pow(sigmaMax, 1 / rho), pow(sigmaMin, 1 / rho))
      return pow(high + Double(i) / Double(count - 1) * (low - high), rho)
    }
  }

  /// Neighbouring points: interval i goes from t = sigmas[i] down to r = sigmas[i + 1].
  public var intervalCount: Int { sigmas.count - 1 }

  /// Interval i, 0 ..< `intervalCount`: `t` is the noisier end, which the online network sees.
  public func interval(_ i: Int) -> (t: Double, r: Double) { (sigmas[i], sigmas[i + 1]) }
}
