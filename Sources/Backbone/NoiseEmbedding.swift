import Autograd
import Foundation

/// A number per sample (a noise level or a target time) as features: sin/cos(u · 10000^(−j/(half − 1))), then two
/// linear layers with Mish between them, as in Diffusion Policy (Chi et al. 2023).
///
/// Which u belongs to a noise level is the preset's choice (250 ln σ for consistency models): see `NoiseScale`.
public struct NoiseEmbedding: Sendable {
  let frequencies: [Float]
  let linear1: Linear
  let linear2: Linear

  /// - Parameters:
  ///   - width: features, an even number, at least 4.
  ///   - startsAtZero: the last layer starts at zero, so that the embedding adds nothing at first.
  ///   - layout: gets `linear1` and `linear2` under its current path.
  public init(width: Int, startsAtZero: Bool = false, in layout: inout ParameterLayout) {
    precondition(width >= 4 && width % 2 == 0, "an embedding of \(width) features: even and at least 4 is needed")
    let half = width / 2
    frequencies = (0..<half).map { Float(exp(-Double($0) * log(10000) / Double(half - 1))) }
    linear1 = layout.scope("linear1") { Linear(width, 4 * width, in: &$0) }
    linear2 = layout.scope("linear2") { Linear(4 * width, width, zero: startsAtZero, in: &$0) }
  }

  /// u, `[B, 1, 1]` → `[B, 1, width]`.
  public func callAsFunction(_ u: Tensor) -> Tensor {
    let angles = u * u.constant(frequencies, [1, 1, frequencies.count])
    let features = angles.apply(.sin).concatenate(angles.apply(.cos))
    return linear2(linear1(features).mish())
  }
}
