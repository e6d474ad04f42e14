/// How sigma enters a denoiser: its preconditioning and what its noise embedding is told. A checkpoint stores it.
public struct Parameterisation: Sendable, Hashable, Codable {
  /// How x and the network's output are mixed.
  public let preconditioning: Preconditioning
  /// What the noise embedding is told of sigma; the linear frame's is told 4 t instead.
  public let noiseScale: NoiseScale

  /// What the linear frame's t is multiplied by for the embedding.
  ///
  /// Small, since MeanFlow's target holds the network's derivative by t: the released code (Geng et al. 2025) embeds t itself.
  /// 1000 t, as for steps of a diffusion, turns the fastest sinusoid 160 times between 0 and 1 and makes that derivative
  /// enormous. 4 t changes by at most 1 per unit of ln sigma, and the embedding's features by about 0.15 (the root mean square
  /// of 128 at the published times).
  public static let linearScale = 4.0

  /// By default with 250 ln sigma for the embedding (see `NoiseScale`).
  public init(_ preconditioning: Preconditioning, noiseScale: NoiseScale = .consistency) {
    self.preconditioning = preconditioning
    self.noiseScale = noiseScale
  }

  private enum CodingKeys: CodingKey {
    case preconditioning, noiseScale, linearScale
  }

  /// - Throws: `DecodingError` also for a model whose embedding was told of another multiple of t, as earlier ones were.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    preconditioning = try values.decode(Preconditioning.self, forKey: .preconditioning)
    noiseScale = try values.decode(NoiseScale.self, forKey: .noiseScale)
    guard preconditioning.frame == .linear else { return }
    guard try values.decodeIfPresent(Double.self, forKey: .linearScale) == Self.linearScale else {
      throw DecodingError.dataCorruptedError(
        forKey: .linearScale, in: values,
        debugDescription: "the network was trained with another embedding of time, by another version: train it again")
    }
  }

  /// The linear frame's scale, too, where it counts.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(preconditioning, forKey: .preconditioning)
    try values.encode(noiseScale, forKey: .noiseScale)
    if preconditioning.frame == .linear { try values.encode(Self.linearScale, forKey: .linearScale) }
  }

  /// All that a denoiser needs to know of one noise level, `preconditioning.boundarySigma` or more (a precondition).
  public func values(at sigma: Double) -> NoiseLevel.Values {
    // Plain EDM coefficients at sigma 0 multiply the network's output by 0: any finite u does, and ln 0 is none.
    let u: Double
    switch preconditioning.frame {
    case .edm: u = sigma > 0 ? noiseScale(sigma) : 0
    case .linear: u = Self.linearScale * preconditioning.time(of: sigma)
    }
    let c = preconditioning.coefficients(sigma)
    return NoiseLevel.Values(skip: c.skip, out: c.out, input: c.input, u: u, sigma: sigma)
  }
}
