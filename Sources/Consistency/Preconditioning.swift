/// How a denoiser is made of a network F (Karras et al. 2022, table 1; Song et al. 2023, appendix C):
///
///     f(x, sigma) = skip · x + out · F(input · x, u(sigma)),
///     skip = sd² / ((sigma − b)² + sd²),  out = (sigma − b) sd / √(sigma² + sd²),  input = 1 / √(sigma² + sd²).
///
/// At the boundary sigma = b, f is the identity exactly. EDM and ECT have b = 0; CD has b = sigma_min.
///
/// In the linear frame, z_t = (1 − t) x0 + t sd z with t = sigma/(sigma + sd), F is the flow's velocity in units of sd
/// (Geng et al. 2025): f = z_t − t sd F(z_t/sd), so that skip = 1 − t, out = −t sd and input = (1 − t)/sd; b is 0.
public struct Preconditioning: Sendable, Hashable, Codable {
  /// Which line from data to noise F belongs to.
  public enum Frame: String, Sendable, Hashable, Codable, CaseIterable {
    /// x0 + sigma z, F of unit variance (Karras et al. 2022).
    case edm
    /// (1 − t) x0 + t sd z, F its velocity.
    case linear
  }

  public let frame: Frame
  /// Standard deviation of the (normalised) data, sd: a measured property of it.
  public let sigmaData: Double
  /// The noise level b at and above which f is defined, and at which it returns its input.
  public let boundarySigma: Double

  /// - Precondition: `sigmaData` > 0, `boundarySigma` ≥ 0, and 0 in the linear frame.
  public init(sigmaData: Double, boundarySigma: Double = 0, frame: Frame = .edm) {
    precondition(sigmaData > 0 && boundarySigma >= 0, "sigma_data \(sigmaData) and a boundary of \(boundarySigma)")
    precondition(frame == .edm || boundarySigma == 0, "the linear frame has its boundary at 0")
    self.frame = frame
    self.sigmaData = sigmaData
    self.boundarySigma = boundarySigma
  }

  /// - Throws: `ConsistencyError.badSetting` for a record that no preconditioning has, such as a damaged checkpoint's;
  ///   `DecodingError` for a missing key.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    sigmaData = try values.decode(Double.self, forKey: .sigmaData)
    boundarySigma = try values.decode(Double.self, forKey: .boundarySigma)
    // Files from before there were two frames have none.
    frame = try values.decodeIfPresent(Frame.self, forKey: .frame) ?? .edm
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require(
      boundarySigma >= 0 && boundarySigma.isFinite && (frame == .edm || boundarySigma == 0), "boundarySigma",
      boundarySigma,
      "0 or more, and 0 in the linear frame")
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

  /// t of the linear frame, in [0, 1).
  public func time(of sigma: Double) -> Double { sigma / (sigma + sigmaData) }

  /// The coefficients at `sigma`, which is `boundarySigma` or more (a precondition).
  public func coefficients(_ sigma: Double) -> Coefficients {
    precondition(sigma >= boundarySigma, "f is evaluated at sigma \(sigma), below its boundary \(boundarySigma)")
    if frame == .linear {
      let t = time(of: sigma)
      return Coefficients(skip: 1 - t, out: -t * sigmaData, input: (1 - t) / sigmaData)
    }
    let variance = sigmaData * sigmaData
    let above = sigma - boundarySigma
    let total = (sigma * sigma + variance).squareRoot()
    return Coefficients(skip: variance / (above * above + variance), out: above * sigmaData / total, input: 1 / total)
  }
}
