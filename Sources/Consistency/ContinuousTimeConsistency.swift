import Autograd
import Foundation

/// Continuous-time consistency models, sCM (Lu & Song 2024): the limit of neighbouring noise levels, by an exact derivative.
///
///     e^w/D ‖F_θ − sg[F_θ] − g/(‖g‖ + c)‖² − w,
///     g = −cos²t (sd F − dx/dt) − r cos t sin t (x_t + sd dF/dt)
///
/// in TrigFlow's frame x_t = cos t x0 + sin t sd z, f = cos t x_t − sin t sd F(x_t/sd, t) (sections 3 and 4, eq. 8). dF/dt is
/// a Jacobian-vector product through the network; r rises from 0 to 1 in the warm-up, w is a learned function of t. dx/dt is
/// that of the sample's own noise (sCT, `training`) or the frozen teacher's (sCD, `distillation`).
///
/// With sigma = sd tan t and plain EDM coefficients f is the same function as everywhere here, and F the network with its
/// sign changed: any EDM denoiser is a start or a teacher, and all samplers work. An embedding of 250 ln sigma swings fast
/// along t, which makes the derivative noisy: train teachers for it with noiseScale = edm.
public struct ContinuousTimeConsistency: Objective {
  /// Whose dx/dt it is.
  public enum Variant: String, Sendable, Hashable, Codable, CaseIterable {
    /// sCT: no teacher.
    case training
    /// sCD: a frozen EDM denoiser's.
    case distillation
  }

  /// What the tangent g is divided by, besides the constant.
  public enum Normalization: String, Sendable, Hashable, Codable, CaseIterable {
    /// ‖g‖ of the whole example, as published.
    case norm
    /// ‖g‖/√D, and c/√D for the constant: √D times the published g/(‖g‖ + c), so that its elements are of one size
    /// whatever the example's length.
    case rootMeanSquare
  }

  /// The settings, by default the paper's for CIFAR-10.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels below; the published mean is for data of standard deviation 0.5.
    public var units = SigmaUnits.published
    public var variant = Variant.training
    /// Mean of ln sigma = ln(sd tan t), in [−20, 20].
    public var logMean = -1.0
    /// Standard deviation of ln sigma, in (0, 5].
    public var logDeviation = 1.4
    /// The least sigma, positive: lower draws are raised to it.
    public var sigmaMin = 0.002
    /// The largest sigma, above `sigmaMin`: higher draws are lowered to it.
    public var sigmaMax = 80.0
    /// Share of the training in which r rises from 0 to 1, in [0, 1].
    public var warmupShare = 0.1
    public var normalization = Normalization.norm
    /// c, positive: of the whole example's norm, whatever the normalization.
    public var tangentConstant = 0.1

    /// The published settings; the warm-up is 10,000 steps there.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.variant, into: &variant)
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.warmupShare, into: &warmupShare)
      try values.read(.normalization, into: &normalization)
      try values.read(.tangentConstant, into: &tangentConstant)
    }
  }

  let configuration: Configuration
  let sigmaData: Double
  let noise: LogNormal
  let range: ClosedRange<Double>

  /// Scales the configuration's noise levels to the data.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.requireLogNormal(mean: ("logMean", c.logMean), deviation: ("logDeviation", c.logDeviation))
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.require((0...1).contains(c.warmupShare), "warmupShare", c.warmupShare, "0 to 1")
    try ConsistencyError.requirePositive("tangentConstant", c.tangentConstant)
    self.configuration = c
    self.sigmaData = sigmaData
    let factor = c.units.factor(sigmaData: sigmaData)
    noise = LogNormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
    range = c.sigmaMin * factor...c.sigmaMax * factor
  }

  /// Short name, `scm`.
  public var name: String { "scm" }
  /// For sCD.
  public var needsTeacher: Bool { configuration.variant == .distillation }
  /// 0, as plain EDM coefficients have it.
  public var boundarySigma: Double { 0 }
  /// The configuration's, in units of the data.
  public var sigmaMax: Double { range.upperBound }
  /// The configuration's, in units of the data.
  public var sigmaMin: Double { range.lowerBound }
  /// `t`, the one noise level.
  public var levelNames: [String] { ["t"] }
  /// `cosine` and `sine` of the angle t, `warmup`, r, and `logSigma`, ln(sigma/sd), which w is a function of.
  public var scalarNames: [String] { ["cosine", "sine", "warmup", LearnedWeighting.scalarName] }
  /// Those of w.
  public var learned: [LearnedParameter] { [LearnedWeighting.parameter] }
  /// 4: the trained call and its derivative along the trajectory; 5 with a teacher.
  public var evaluationsPerStep: Int { needsTeacher ? 5 : 4 }

  /// Draws a clamped sigma.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    draw(sigma: min(max(noise.draw(using: &generator), range.lowerBound), range.upperBound), progress: progress)
  }

  package func draw(sigma: Double, progress: Double) -> Draw {
    let angle = atan2(sigma, sigmaData)
    let warmup = configuration.warmupShare > 0 ? min(1, progress / configuration.warmupShare) : 1
    return Draw(sigmas: [sigma], scalars: [cos(angle), sin(angle), warmup, log(sigma / sigmaData)])
  }

  /// e^w mean (F − sg[F − g])² − w over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let (output, tangent) = outputAndTangent(recording)
    let weighting = LearnedWeighting.record(in: recording)
    // The network's output is −F, and so its tangent −g.
    let error = output - (output + normalized(tangent, recording)).stopGradient()
    return recording.meanSquare(error) * weighting.apply(.exp) - weighting
  }

  /// The network's output −F, and −g, through which no gradient passes: both `[B, T, C]`.
  package func outputAndTangent<N>(_ recording: LossRecording<N>) -> (output: Tensor, tangent: Tensor) {
    let (cosine, sine) = (recording.scalar("cosine"), recording.scalar("sine"))
    let sd = Float(sigmaData)
    let noisy = recording.noised(at: "t")
    let xt = noisy * cosine
    let velocity: Tensor
    switch configuration.variant {
    case .training: velocity = recording.noise * cosine * sd - recording.data * sine
    case .distillation: velocity = (xt * cosine - recording.taught(noisy, at: "t")) * sine.reciprocal()
    }
    // x_t/sd is what the network sees. All derivatives are cos t sin t times those by t: u's is du/d ln sigma then.
    let (output, derivative) = recording.outputAndDerivative(
      xt * (1 / sd), at: "t", along: velocity * cosine * sine * (1 / sd),
      slope: recording.student.parameterisation.noiseScale.slope)
    let first = (output * sd + velocity) * cosine.squared()
    let second = (xt * cosine * sine - derivative * sd) * recording.scalar("warmup")
    return (output, (second - first).stopGradient())
  }

  private func normalized<N>(_ g: Tensor, _ recording: LossRecording<N>) -> Tensor {
    let meanSquare = recording.meanSquare(g)
    // Tiny, so that the root has a derivative where g is 0.
    let root = (meanSquare + 1e-20).squareRoot()
    let rootOfCount = recording.rootOfElementCount
    let published = (root * rootOfCount + Float(configuration.tangentConstant)).reciprocal()
    return g * (configuration.normalization == .norm ? published : published * rootOfCount)
  }
}
