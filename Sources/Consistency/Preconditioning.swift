/// How a denoiser is made of a network F (Karras et al. 2022, table 1; Song et al. 2023, appendix C):
///
///     f(x, sigma) = skip · x + out · F(input · x, u(sigma)),
///     skip = sd² / ((sigma − b)² + sd²),  out = (sigma − b) sd / √(sigma² + sd²),  input = 1 / √(sigma² + sd²).
///
/// At the boundary sigma = b, f is the identity exactly. EDM and ECT have b = 0; CD has b = sigma_min.
public struct Preconditioning: Sendable, Hashable, Codable {
  /// Standard deviation of the (normalised) data, sd: a measured property of it.
  public let sigmaData: Double
  /// The noise level b at and above which f is defined, and at which it returns its input.
  public let boundarySigma: Double

  /// - Precondition: `sigmaData` > 0, `boundarySigma` ≥ 0.
  public init(sigmaData: Double, boundarySigma: Double = 0) {
    precondition(sigmaData > 0 && boundarySigma >= 0, "sigma_data \(sigmaData) and a boundary of \(boundarySigma)")
    self.sigmaData = sigmaData
    self.boundarySigma = boundarySigma
  }

  /// - Throws: `ConsistencyError.badSetting` for a record that no preconditioning has, such as a damaged checkpoint's;
  ///   `DecodingError` for a missing key.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    sigmaData = try values.decode(Double.self, forKey: .sigmaData)
    boundarySigma = try values.decode(Double.self, forKey: .boundarySigma)
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require(
      boundarySigma >= 0 && boundarySigma.isFinite, "boundarySigma", boundarySigma, "0 or more")
  }

  /// What F's input and output are multiplied by, and how much of x is kept.
  public struct Coefficients: Sendable, Hashable {
    /// The share of x that is kept, in (0, 1].
    public var skip: Double
    /// What F's output is multiplied by, 0 at the boundary.
    public var out: Double
    /// What F's x is multiplied by: x then has unit variance.
    public var input: Double
  }

  /// The coefficients at `sigma`, which is `boundarySigma` or more (a precondition).
  public func coefficients(_ sigma: Double) -> Coefficients {
    precondition(sigma >= boundarySigma, "f is evaluated at sigma \(sigma), below its boundary \(boundarySigma)")
    let variance = sigmaData * sigmaData
    let above = sigma - boundarySigma
    let total = (sigma * sigma + variance).squareRoot()
    return Coefficients(skip: variance / (above * above + variance), out: above * sigmaData / total, input: 1 / total)
  }
}
