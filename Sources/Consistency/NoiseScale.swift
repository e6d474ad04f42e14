import Foundation

/// The number u that stands for a noise level in the network's embedding. It belongs to the preset and the checkpoint.
public enum NoiseScale: String, Sendable, Hashable, Codable, CaseIterable {
  /// u = 250 ln sigma (Song et al. 2023, released code; Prasad et al. 2024), for sinusoids of wavelength 2π … 10000·2π.
  case consistency
  /// u = ln(sigma)/4 (Karras et al. 2022, table 1).
  case edm

  /// du / d ln sigma.
  public var slope: Double {
    switch self {
    case .consistency: 250
    case .edm: 0.25
    }
  }

  /// u of a positive `sigma`.
  public func callAsFunction(_ sigma: Double) -> Double {
    precondition(sigma > 0, "the embedding of sigma \(sigma): a positive noise level is needed")
    return slope * log(sigma)
  }
}
