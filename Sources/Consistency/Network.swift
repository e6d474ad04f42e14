import Autograd
import Backbone

/// What a denoiser needs of a network: a map of x that knows a noise level, and nothing of losses or preconditioning.
public protocol Network: Sendable {
  /// Whether it embeds a second number beside the noise level: a target time, or a guidance weight.
  var embedsTarget: Bool { get }

  /// Records one evaluation.
  ///
  /// - Parameters:
  ///   - x: `[B, T, C]`, scaled to unit variance by the preconditioning.
  ///   - noise: the noise level as the embedding's u, `[B, 1, 1]` (see `NoiseScale`).
  ///   - target: the second number's u, `[B, 1, 1]`, for networks that embed one.
  /// - Returns: `[B, T, C]`.
  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor
}

extension Network {
  /// False.
  public var embedsTarget: Bool { false }
}

extension TemporalUNet: Network {
  /// As configured.
  public var embedsTarget: Bool { configuration.targetEmbedding }
}
