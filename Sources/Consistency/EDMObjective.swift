import Autograd

/// Denoising score matching in the EDM frame (Karras et al. 2022, equations 2 and 8): trains teachers.
///
///     λ(sigma) mean (f(x0 + sigma z, sigma) − x0)²,  λ = (sigma² + sd²) / (sigma sd)²,  ln sigma ~ N(mean, deviation²),
///
/// sigma clamped to [sigmaMin, sigmaMax]. Plain EDM coefficients: the boundary is 0.
public struct EDMObjective: Objective {
  public struct Configuration: Sendable, Hashable, Codable {
    /// Of the noise levels below; published means EDM's table 1.
    public var units = SigmaUnits.published
    /// Mean and standard deviation of ln sigma.
    public var logMean = -1.2
    public var logDeviation = 1.2
    public var sigmaMin = 0.002
    public var sigmaMax = 80.0

    public init() {}

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
    }
  }

  let sigmaData: Double
  let noise: LogNormal
  let range: ClosedRange<Double>

  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.requireLogNormal(mean: ("logMean", c.logMean), deviation: ("logDeviation", c.logDeviation))
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    let factor = c.units.factor(sigmaData: sigmaData)
    self.sigmaData = sigmaData
    noise = LogNormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
    range = c.sigmaMin * factor...c.sigmaMax * factor
  }

  public var name: String { "edm" }
  public var needsTeacher: Bool { false }
  public var boundarySigma: Double { 0 }
  public var sigmaMax: Double { range.upperBound }
  public var sigmaMin: Double { range.lowerBound }
  public var levelNames: [String] { ["t"] }
  public var scalarNames: [String] { ["weight"] }

  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    draw(sigma: min(max(noise.draw(using: &generator), range.lowerBound), range.upperBound))
  }

  package func draw(sigma: Double) -> Draw {
    let (noiseVariance, dataVariance) = (sigma * sigma, sigmaData * sigmaData)
    return Draw(sigmas: [sigma], scalars: [(noiseVariance + dataVariance) / (noiseVariance * dataVariance)])
  }

  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let error = recording.online(recording.noised(at: "t"), at: "t") - recording.data
    return recording.meanSquare(error) * recording.scalar("weight")
  }
}
