import Autograd
import Foundation

/// Easy Consistency Tuning, ECT (Geng et al. 2024, section 3 and appendix): tunes an EDM denoiser, without a teacher.
///
///     w (√(‖f(x_t, t) − sg[f(x_r, r)]‖² + c²) − c),  w = 1/(t − r),  ln t ~ N(mean, deviation²),  same z on both sides,
///     r = max(0, t (1 − n(t) / q^(stage + 1))),  n(t) = 1 + k sigmoid(−b′ t).
///
/// Plain EDM coefficients: the boundary is 0, and at r = 0 the target is x0 itself. Stages rise at equal shares of the
/// training; t is clamped from above only. Published sigmas enter n(t) and c scaled to the data (see `SigmaUnits`).
public struct EasyConsistencyTuning: Objective {
  public struct Configuration: Sendable, Hashable, Codable {
    /// Of the noise levels below.
    public var units = SigmaUnits.published
    /// Mean and standard deviation of ln t.
    public var logMean = -1.1
    public var logDeviation = 2.0
    public var sigmaMax = 80.0
    /// How fast the gap between t and r shrinks from stage to stage, above 1.
    public var q = 2.0
    /// How much larger the relative gap is at small t.
    public var k = 8.0
    /// b′, how soon that ends; per published unit of t.
    public var b = 1.0
    /// Stages 0 … stages − 1.
    public var stages = 8
    /// c / √D of the pseudo-Huber metric.
    public var huberConstant = 0.00054

    public init() {}

    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.q, into: &q)
      try values.read(.k, into: &k)
      try values.read(.b, into: &b)
      try values.read(.stages, into: &stages)
      try values.read(.huberConstant, into: &huberConstant)
    }
  }

  let configuration: Configuration
  let noise: LogNormal
  let factor: Double

  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.requireLogNormal(mean: ("logMean", c.logMean), deviation: ("logDeviation", c.logDeviation))
    try ConsistencyError.requirePositive("sigmaMax", c.sigmaMax)
    try ConsistencyError.require(c.q > 1 && c.q.isFinite, "q", c.q, "a number above 1")
    try ConsistencyError.require(c.k >= 0 && c.k.isFinite, "k", c.k, "0 or more")
    try ConsistencyError.require(c.b >= 0 && c.b.isFinite, "b", c.b, "0 or more")
    // Beyond 10⁶ single precision would not tell t from r.
    let finest = pow(c.q, Double(c.stages))
    try ConsistencyError.require(c.stages >= 1 && finest <= 1e6, "stages", c.stages, "at least 1, q^stages up to 10^6")
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    self.configuration = c
    factor = c.units.factor(sigmaData: sigmaData)
    noise = LogNormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
  }

  public var name: String { "ect" }
  public var needsTeacher: Bool { false }
  public var boundarySigma: Double { 0 }
  public var sigmaMax: Double { configuration.sigmaMax * factor }
  /// EDM's; the loss itself knows no least t.
  public var sigmaMin: Double { 0.002 * factor }
  public var levelNames: [String] { ["t", "r"] }
  public var scalarNames: [String] { ["weight"] }

  /// The stage at a share `progress`, 0 … 1, of the training.
  public func stage(progress: Double) -> Int {
    min(Int(max(progress, 0) * Double(configuration.stages)), configuration.stages - 1)
  }

  /// The target's noise level for an online one of `t`; 0 ≤ r < t.
  public func targetSigma(_ t: Double, stage: Int) -> Double {
    let n = 1 + configuration.k / (1 + exp(configuration.b * t / factor))
    return max(0, t * (1 - n / pow(configuration.q, Double(stage + 1))))
  }

  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let t = min(noise.draw(using: &generator), sigmaMax)
    return draw(t: t, stage: stage(progress: progress))
  }

  package func draw(t: Double, stage: Int) -> Draw {
    let r = targetSigma(t, stage: stage)
    return Draw(sigmas: [t, r], scalars: [1 / (t - r)])
  }

  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let online = recording.online(recording.noised(at: "t"), at: "t")
    let target = recording.target(recording.noised(at: "r"), at: "r")
    let distance = recording.pseudoHuber(online - target, constant: configuration.huberConstant * factor)
    return distance * recording.scalar("weight")
  }
}
