import Autograd
import Foundation

/// Truncated consistency models, TCM (Lee et al. 2025, section 4): a second stage that only generates.
///
///     mean over t > t′ of d(f(x_t, t), sg[f_trunc(x_r, r)])/(t − r)  +  w_b times the same at the boundary t = t′,
///     f_trunc(x, r) = f(x, r) where r ≥ t′, else f_first(x, r),  r = t (1 − gap),
///
/// on noise levels from t′ up. Below t′ the first stage's frozen model f_first speaks, at r itself: the network need not denoise
/// any more. A share of the draws are the boundary's, by which it is tied to f_first. Weight and distance are ECT's, boundary
/// and w_b those of the released code (NVlabs/TCM). Samples start at the top and chains stay at t′ or above.
public struct TruncatedConsistencyModel: Objective {
  /// The settings: ECT's last stage above t′ = 1.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels, the lognormal and `huberConstant` below.
    public var units = SigmaUnits.published
    /// t′, the least noise level that is trained, positive and below `sigmaMax`.
    public var transition = 1.0
    /// Share of the draws that are the boundary's, in (0, 1); what they weigh together does not depend on it.
    public var boundaryShare = 0.25
    /// w_b, positive.
    public var boundaryWeight = 0.1
    /// Mean of ln t, in [−20, 20]; draws below t′ are repeated.
    public var logMean = 0.0
    /// Standard deviation of ln t, in (0, 5].
    public var logDeviation = 2.0
    /// The largest t: higher draws are lowered to it.
    public var sigmaMax = 80.0
    /// The relative gap 1 − r/t at the training's start and end, in (0, 1); between them it falls geometrically.
    public var initialGap = 0.25
    public var finalGap = 0.015625
    /// c / √D of the pseudo-Huber distance, D being an example's elements; positive.
    public var huberConstant = 0.00054

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.transition, into: &transition)
      try values.read(.boundaryShare, into: &boundaryShare)
      try values.read(.boundaryWeight, into: &boundaryWeight)
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.initialGap, into: &initialGap)
      try values.read(.finalGap, into: &finalGap)
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
    try ConsistencyError.requirePositive("transition", c.transition)
    try ConsistencyError.require(
      c.sigmaMax > c.transition && c.sigmaMax.isFinite, "sigmaMax", c.sigmaMax, "a number above transition")
    // Drawn again and again below t′, a lognormal needs some mass above it.
    try ConsistencyError.require(
      log(c.transition) < c.logMean + 3 * c.logDeviation, "logMean", c.logMean,
      "a distribution with mass above transition: at least ln(transition) − 3 logDeviation")
    try ConsistencyError.require(
      c.boundaryShare > 0 && c.boundaryShare < 1, "boundaryShare", c.boundaryShare, "a number in (0, 1)")
    try ConsistencyError.requirePositive("boundaryWeight", c.boundaryWeight)
    for (name, gap) in [("initialGap", c.initialGap), ("finalGap", c.finalGap)] {
      try ConsistencyError.require(gap >= 1e-6 && gap < 1, name, gap, "a number in [10^-6, 1)")
    }
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    self.configuration = c
    factor = c.units.factor(sigmaData: sigmaData)
    noise = LogNormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
  }

  /// Short name, `tcm`.
  public var name: String { "tcm" }
  /// True: the first stage's consistency model, with plain EDM coefficients.
  public var needsTeacher: Bool { true }
  /// First stages with plain EDM coefficients.
  public static var teachers: [ObjectiveConfiguration.Method] { [.ect, .scm] }
  /// 0, the first stage's; below t′ this model is not trained.
  public var boundarySigma: Double { 0 }
  /// The configuration's, in units of the data.
  public var sigmaMax: Double { configuration.sigmaMax * factor }
  /// t′ in units of the data.
  public var sigmaMin: Double { configuration.transition * factor }
  /// `t`, the noisier level, and `r`, the target's.
  public var levelNames: [String] { ["t", "r"] }
  /// `weight`, and `isBelow`, 1 where r is below t′ and the first stage's model the target, else 0.
  public var scalarNames: [String] { ["weight", "isBelow"] }
  /// 5: the trained call, the target, the first stage's.
  public var evaluationsPerStep: Int { 5 }

  /// Draws the boundary, or a pair above it.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    if generator.unitUniform() < configuration.boundaryShare { return boundaryDraw(progress: progress) }
    while true {
      let t = min(noise.draw(using: &generator), sigmaMax)
      if t > sigmaMin { return draw(t: t, progress: progress) }
    }
  }

  /// t = t′. Both kinds of draws are averaged over together, so that with their shares ρ and 1 − ρ a factor of
  /// w_b (1 − ρ)/ρ makes of it the sum of the two means.
  package func boundaryDraw(progress: Double) -> Draw {
    let c = configuration
    return draw(
      t: sigmaMin, progress: progress, factor: c.boundaryWeight * (1 - c.boundaryShare) / c.boundaryShare)
  }

  /// - Parameter factor: what 1/(t − r) is multiplied by.
  package func draw(t: Double, progress: Double, factor: Double = 1) -> Draw {
    let (first, last) = (log(configuration.initialGap), log(configuration.finalGap))
    let r = t * (1 - exp(first + progress * (last - first)))
    let isBelow = r < sigmaMin ? 1.0 : 0.0
    return Draw(sigmas: [t, r], scalars: [factor / (t - r), isBelow])
  }

  /// The weighted pseudo-Huber distance of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let online = recording.online(recording.noised(at: "t"), at: "t")
    let cleaner = recording.noised(at: "r")
    let own = recording.target(cleaner, at: "r")
    let target = own + (recording.taught(cleaner, at: "r") - own) * recording.scalar("isBelow")
    return recording.pseudoHuber(online - target, constant: configuration.huberConstant * factor)
      * recording.scalar("weight")
  }
}
