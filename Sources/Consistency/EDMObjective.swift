import Autograd

/// Denoising score matching in the EDM frame (Karras et al. 2022, equations 2 and 8): trains teachers.
///
///     λ(sigma) mean (f(x0 + sigma z, sigma) − x0)²,  λ = (sigma² + sd²) / (sigma sd)², ln sigma ~ N(mean, deviation²),
///
/// sigma clamped to [sigmaMin, sigmaMax]. Plain EDM coefficients: the boundary is 0. With `conditionDropout` the denoiser
/// also learns to do without its condition, as teachers of guided students must.
public struct EDMObjective: Objective {
  /// The settings, by default EDM's for images (Karras et al. 2022, table 1).
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels below; published means EDM's table 1.
    public var units = SigmaUnits.published
    /// Mean of ln sigma, in [−20, 20].
    public var logMean = -1.2
    /// Standard deviation of ln sigma, in (0, 5].
    public var logDeviation = 1.2
    /// The least sigma, positive: lower draws are raised to it.
    public var sigmaMin = 0.002
    /// The largest sigma, above `sigmaMin`: higher draws are lowered to it.
    public var sigmaMax = 80.0
    /// Probability with which a sample's condition is dropped, in (0, 1), for classifier-free guidance (Ho & Salimans 2022,
    /// algorithm 1, who use 0.1 to 0.2); nil: never.
    public var conditionDropout: Double?

    /// The published settings.
    public init() {}

    /// Missing keys keep the published values. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      conditionDropout = try values.decodeIfPresent(Double.self, forKey: .conditionDropout)
    }
  }

  let sigmaData: Double
  let noise: LogNormal
  let range: ClosedRange<Double>
  let conditionDropout: Double?

  /// Scales the configuration's noise levels to the data.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.requireLogNormal(mean: ("logMean", c.logMean), deviation: ("logDeviation", c.logDeviation))
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    if let share = c.conditionDropout {
      try ConsistencyError.require(share > 0 && share < 1, "conditionDropout", share, "a number in (0, 1), or null")
    }
    let factor = c.units.factor(sigmaData: sigmaData)
    self.sigmaData = sigmaData
    noise = LogNormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
    range = c.sigmaMin * factor...c.sigmaMax * factor
    conditionDropout = c.conditionDropout
  }

  /// Short name, `edm`.
  public var name: String { "edm" }
  /// False: the data are the target.
  public var needsTeacher: Bool { false }
  /// 0, as plain EDM coefficients have it.
  public var boundarySigma: Double { 0 }
  /// The configuration's, in units of the data.
  public var sigmaMax: Double { range.upperBound }
  /// The configuration's, in units of the data.
  public var sigmaMin: Double { range.lowerBound }
  /// `t`, the one noise level.
  public var levelNames: [String] { ["t"] }
  /// `weight`, λ(sigma); with dropped conditions `keptCondition`, 1 or 0.
  public var scalarNames: [String] { conditionDropout == nil ? ["weight"] : ["weight", Self.keptCondition] }

  private static let keptCondition = "keptCondition"
  /// 3, the trained call.
  public var evaluationsPerStep: Int { 3 }

  /// Draws a clamped sigma and its λ, and whether the condition is dropped; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let sigma = min(max(noise.draw(using: &generator), range.lowerBound), range.upperBound)
    return draw(sigma: sigma, dropsCondition: conditionDropout.map { generator.unitUniform() < $0 } ?? false)
  }

  /// - Parameter dropsCondition: counts only where the configuration drops some.
  package func draw(sigma: Double, dropsCondition: Bool = false) -> Draw {
    let (noiseVariance, dataVariance) = (sigma * sigma, sigmaData * sigmaData)
    let weight = (noiseVariance + dataVariance) / (noiseVariance * dataVariance)
    var scalars = DrawnNumbers([weight])
    if conditionDropout != nil { scalars.append(dropsCondition ? 0 : 1) }
    return Draw(sigmas: DrawnNumbers([sigma]), scalars: scalars)
  }

  /// λ mean (f(x0 + sigma z, sigma) − x0)² over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let told =
      conditionDropout == nil ? recording : recording.keepingConditions(recording.scalar(Self.keptCondition))
    let error = told.online(told.noised(at: "t"), at: "t") - told.data
    return recording.meanSquare(error) * recording.scalar("weight")
  }
}
