import Autograd
import Foundation

/// Easy Consistency Tuning, ECT (Geng et al. 2024, section 3 and appendix): tunes an EDM denoiser, without a teacher.
///
///     w (√(‖f(x_t, t) − sg[f(x_r, r)]‖² + c²) − c),  w = 1/(t − r),  ln t ~ N(mean, deviation²), same z on both sides,
///     r = max(0, t (1 − n(t) / q^(stage + 1))),  n(t) = 1 + k sigmoid(−b′ t).
///
/// Plain EDM coefficients: the boundary is 0, and at r = 0 the target is x0 itself. Stages rise at equal shares of the
/// training; t is clamped from above only. Published sigmas enter n(t) and c scaled to the data (see `SigmaUnits`).
public struct EasyConsistencyTuning: Objective {
  /// The settings, by default the published ones, with eight stages.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels, `b` and `huberConstant` below; published means for data of standard deviation 0.5.
    public var units = SigmaUnits.published
    /// Mean of ln t, in [−20, 20].
    public var logMean = -1.1
    /// Standard deviation of ln t, in (0, 5].
    public var logDeviation = 2.0
    /// The largest t, positive: higher draws are lowered to it.
    public var sigmaMax = 80.0
    /// How fast the gap between t and r shrinks from stage to stage, above 1.
    public var q = 2.0
    /// How much larger the relative gap is at small t: by a factor of up to 1 + k/2; 0 or more.
    public var k = 8.0
    /// b′, how soon that ends, per unit of t; 0 or more.
    public var b = 1.0
    /// Stages 0 … stages − 1; at least 1, and q^stages at most 10⁶.
    public var stages = 8
    /// c / √D of the pseudo-Huber metric, D being an example's elements; positive.
    public var huberConstant = 0.00054

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

  /// Scales the configuration's noise levels to the data.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range.
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

  /// Short name, `ect`.
  public var name: String { "ect" }
  /// False; training starts from an EDM denoiser's weights.
  public var needsTeacher: Bool { false }
  /// 0, as plain EDM coefficients have it.
  public var boundarySigma: Double { 0 }
  /// The configuration's, in units of the data.
  public var sigmaMax: Double { configuration.sigmaMax * factor }
  /// EDM's 0.002 in the configuration's units; the loss itself knows no least t.
  public var sigmaMin: Double { 0.002 * factor }
  /// `t`, the noisier level, and `r`, the target's.
  public var levelNames: [String] { ["t", "r"] }
  /// `weight`, 1/(t − r).
  public var scalarNames: [String] { ["weight"] }

  /// The stage at a share `progress`, 0 … 1, of the training.
  public func stage(progress: Double) -> Int {
    min(Int(max(progress, 0) * Double(configuration.stages)), configuration.stages - 1)
  }

  /// The target's noise level r for an online one of `t`, positive, both in units of the data; 0 ≤ r < t.
  public func targetSigma(_ t: Double, stage: Int) -> Double {
    let n = 1 + configuration.k / (1 + exp(configuration.b * t / factor))
    return max(0, t * (1 - n / pow(configuration.q, Double(stage + 1))))
  }
  /// 4: the trained call and the target.
  public var evaluationsPerStep: Int { 4 }

  /// Draws t, at most `sigmaMax`, and the r that the stage at `progress` gives it.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let t = min(noise.draw(using: &generator), sigmaMax)
    return draw(t: t, stage: stage(progress: progress))
  }

  package func draw(t: Double, stage: Int) -> Draw {
    let r = targetSigma(t, stage: stage)
    return Draw(sigmas: [t, r], scalars: [1 / (t - r)])
  }

  /// The weighted pseudo-Huber distance of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let online = recording.online(recording.noised(at: "t"), at: "t")
    let target = recording.target(recording.noised(at: "r"), at: "r")
    let distance = recording.pseudoHuber(online - target, constant: configuration.huberConstant * factor)
    return distance * recording.scalar("weight")
  }
}
