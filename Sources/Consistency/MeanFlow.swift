import Autograd
import Foundation

/// MeanFlow (Geng et al. 2025): the average velocity between two times, learned from its own derivative.
///
///     w ‖u(z_t, r, t) − sg[v − (t − r) du/dt]‖² / D,  v = dz_t/dt,  w = sg[1/(‖e‖²/D + c)^p],
///
/// on the line z_t = (1 − t) x0 + t sd z, all in units of sd; du/dt is the Jacobian-vector product along (v, 0, 1) for
/// (z, r, t). The network embeds both times (see `Parameterisation.linearScale`; the released code embeds t and t − r). A jump
/// is z_r = z_t − (t − r) u, which in terms of sigma = sd t/(1 − t) is that of every model here (see `Preconditioning`): all
/// samplers work. Trained from scratch, without a teacher.
public struct MeanFlow: Objective {
  /// The settings, by default the paper's for ImageNet.
  public struct Configuration: ObjectiveSettings {
    /// Mean and standard deviation of the normal numbers whose sigmoids are t and r: in [−20, 20], and in (0, 5].
    public var logitMean = -0.4
    public var logitDeviation = 1.0
    /// Share of the samples with r ≠ t, in [0, 1]; the others learn the velocity itself.
    public var jumpShare = 0.25
    /// p and c of the weight: 0 or more, and positive.
    public var weightPower = 1.0
    public var weightConstant = 1e-3
    /// t at which sampling starts, in (0, 1): 1 itself has no finite sigma.
    public var startTime = 0.9999

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.logitMean, into: &logitMean)
      try values.read(.logitDeviation, into: &logitDeviation)
      try values.read(.jumpShare, into: &jumpShare)
      try values.read(.weightPower, into: &weightPower)
      try values.read(.weightConstant, into: &weightConstant)
      try values.read(.startTime, into: &startTime)
    }
  }

  let configuration: Configuration
  let sigmaData: Double

  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.requireLogNormal(
      mean: ("logitMean", c.logitMean), deviation: ("logitDeviation", c.logitDeviation))
    try ConsistencyError.require((0...1).contains(c.jumpShare), "jumpShare", c.jumpShare, "0 to 1")
    try ConsistencyError.require(
      c.weightPower >= 0 && c.weightPower <= 4, "weightPower", c.weightPower, "0 to 4")
    try ConsistencyError.requirePositive("weightConstant", c.weightConstant)
    try ConsistencyError.require(
      c.startTime > 0 && c.startTime <= 0.999999, "startTime", c.startTime, "a number above 0, at most 0.999999")
    self.configuration = c
    self.sigmaData = sigmaData
  }

  /// Short name, `meanflow`.
  public var name: String { "meanflow" }
  /// False.
  public var needsTeacher: Bool { false }
  /// The level at which a jump ends.
  public static var secondEmbedding: SecondEmbedding? { .targetTime }
  /// The linear one.
  public static var frame: Preconditioning.Frame { .linear }
  /// 0.
  public var boundarySigma: Double { 0 }
  /// That of `startTime`.
  public var sigmaMax: Double { sigma(of: configuration.startTime) }
  /// EDM's 0.002 for data of standard deviation 0.5; the loss itself knows no least t.
  public var sigmaMin: Double { 0.004 * sigmaData }
  /// `t`, the later time's, and `r`.
  public var levelNames: [String] { ["t", "r"] }
  /// `signal`, 1 − t, and `interval`, t − r.
  public var scalarNames: [String] { ["signal", "interval"] }

  /// sigma = sd t/(1 − t).
  package func sigma(of time: Double) -> Double { sigmaData * time / (1 - time) }
  /// 4: the trained call and its derivative along the line.
  public var evaluationsPerStep: Int { 4 }

  /// Draws two times, the later one first; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    func time() -> Double {
      1 / (1 + exp(-configuration.logitMean - configuration.logitDeviation * generator.standardNormal()))
    }
    let (first, second) = (time(), time())
    let t = min(max(first, second), configuration.startTime)
    let r = generator.unitUniform() < configuration.jumpShare ? min(first, second, t) : t
    return draw(t: t, r: r)
  }

  package func draw(t: Double, r: Double) -> Draw {
    Draw(sigmas: [sigma(of: t), sigma(of: r)], scalars: [1 - t, t - r])
  }

  /// The weighted square of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let error = recording.meanSquare(residual(recording))
    let c = configuration
    // (‖e‖²/D + c)^−p
    let weight = ((error + Float(c.weightConstant)).apply(.log) * Float(-c.weightPower)).apply(.exp)
    return error * weight.stopGradient()
  }

  /// u − sg[v − (t − r) du/dt], `[B, T, C]`.
  package func residual<N>(_ recording: LossRecording<N>) -> Tensor {
    let velocity = recording.noise - recording.data * Float(1 / sigmaData)
    // z_t/sd = (1 − t) x_sigma/sd.
    let z = recording.noised(at: "t") * recording.scalar("signal") * Float(1 / sigmaData)
    let (u, derivative) = recording.outputAndDerivative(
      z, at: "t", to: "r", along: velocity, slope: Parameterisation.linearScale)
    return u - (velocity - derivative * recording.scalar("interval")).stopGradient()
  }
}
