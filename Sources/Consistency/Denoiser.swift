import Autograd
import Backbone

/// A network with its preconditioning: f(x, sigma), an estimate of clean data (or of the end of the ODE's trajectory).
public struct Denoiser<N: Network>: Sendable {
  /// The network F.
  public let network: N
  /// What surrounds F: coefficients, and what the noise embedding is told.
  public let parameterisation: Parameterisation

  /// - Parameter parameterisation: the one that the network's weights were or will be trained with.
  public init(_ network: N, _ parameterisation: Parameterisation) {
    self.network = network
    self.parameterisation = parameterisation
  }

  /// Records f(x, sigma) = skip · x + out · F(input · x, u), with the graph's current bank of parameters.
  ///
  /// - Parameters:
  ///   - x: `[B, T, C]`, data plus noise of standard deviation sigma.
  ///   - level: each sample's sigma, filled with this denoiser's own `parameterisation.values(at:)`.
  ///   - target: where a jump from there is to end, for a network that embeds it; without one such a network is asked to
  ///     stay, which makes it a denoiser.
  ///   - conditioning: with the guidance weight for a network that embeds that instead.
  /// - Returns: `[B, T, C]`.
  public func callAsFunction(
    _ x: Tensor, at level: NoiseLevel, to target: NoiseLevel? = nil, _ conditioning: Conditioning = Conditioning()
  ) -> Tensor {
    let second = conditioning.guidance.map { $0 * Guidance.embeddingScale } ?? (target ?? level).u
    let output = network(x * level.input, noise: level.u, target: network.embedsTarget ? second : nil, conditioning)
    return x * level.skip + output * level.out
  }
}
