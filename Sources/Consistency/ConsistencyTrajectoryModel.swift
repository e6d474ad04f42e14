import Autograd
import Foundation

/// Consistency trajectory models, CTM (Kim et al. 2024, section 3), as Consistency Policy trains them (Prasad et al. 2024):
/// jumps between any two noise levels.
///
///     w d(G_sg(G(x_t, t, s), s, b), G_sg(G_sg(x_r, r, s), s, b)) + dsmWeight λ(σ) d′(g(x_σ, σ, σ), x0),
///     G(x, t, s) = s/t x + (1 − s/t) g(x, t, s),
///
/// x_r where the teacher's solver leads from x_t = x0 + t z, point by point of a Karras mesh; s ≤ r < t points of it, s drawn
/// evenly below t; w is 1 or, as for CD, 1/(t − r). Outer jumps to the boundary b have frozen parameters (the target's), and
/// the gradient passes through one of them into the inner jump. The network embeds t and s; g(x, σ, σ) is a denoiser, which
/// the second term trains.
///
/// For d′ Kim et al. have the mean square, whose minimum is the mean of the data, with EDM's λ = (σ² + sd²)/(σ sd)² = 1/c_out²
/// (Karras et al. 2022, table 1), by which all levels count alike: errors are of the size of c_out. Consistency Policy has d
/// for d′ with the same λ, but its released code takes Huber's distance of squared elements, which are squares again but for
/// the smallest. Distances that grow as an error does, and not as its square, have λ = 1/c_out here.
public struct ConsistencyTrajectoryModel: Objective {
  /// The settings, by default Consistency Policy's.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels and `huberConstant` below.
    public var units = SigmaUnits.published
    /// N, the points of the Karras mesh, 3 to 100,000.
    public var meshCount = 80
    /// The mesh's last sigma and the boundary, positive.
    public var sigmaMin = 0.02
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
    /// The teacher's steps from t to r, one for each interval of the mesh between them, as in the released code.
    public var solver = OneStepMethod.heun
    /// The most intervals that lie between them, 1 to 100; r is drawn evenly. Every sample pays for the most.
    public var largestStep = 1
    /// What w is.
    public var weighting = IntervalWeighting.uniform
    /// The distance d.
    public var metric = Distance.pseudoHuber
    /// c / √D of the pseudo-Huber distance, D being an example's elements; positive.
    public var huberConstant = 0.00054
    /// Decay per step of the target's moving average, in [0, 1); 0: the online parameters, frozen for the step.
    public var targetDecay = 0.0
    /// Weight of the denoising term, 0 or more.
    public var dsmWeight = 1.0
    /// The denoising term's distance d′.
    public var dsmMetric = Distance.pseudoHuber
    /// Half of its noise levels are spread over the mesh from this share of it up to sigmaMax, in (0, 1] …
    public var dsmMeshShare = 0.7
    /// … the others are lognormal: mean and standard deviation of ln sigma, clamped to the mesh's range.
    public var dsmLogMean = -1.2
    public var dsmLogDeviation = 1.2

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.meshCount, into: &meshCount)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.solver, into: &solver)
      try values.read(.largestStep, into: &largestStep)
      try values.read(.weighting, into: &weighting)
      try values.read(.metric, into: &metric)
      try values.read(.huberConstant, into: &huberConstant)
      try values.read(.targetDecay, into: &targetDecay)
      try values.read(.dsmWeight, into: &dsmWeight)
      try values.read(.dsmMetric, into: &dsmMetric)
      try values.read(.dsmMeshShare, into: &dsmMeshShare)
      try values.read(.dsmLogMean, into: &dsmLogMean)
      try values.read(.dsmLogDeviation, into: &dsmLogDeviation)
    }
  }

  /// The noise levels in units of the data.
  public let mesh: KarrasMesh
  let configuration: Configuration
  let sigmaData: Double
  let factor: Double
  let denoisingNoise: LogNormal
  /// As many as the largest step has intervals.
  private var teacherSteps: Int { min(configuration.largestStep, mesh.intervalCount) }

  /// Scales the configuration's noise levels to the data and lays out the mesh.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range, `.chainDoesNotFall` for a mesh whose
  ///   neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require((3...100_000).contains(c.meshCount), "meshCount", c.meshCount, "3 to 100,000 points")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.require((1...100).contains(c.largestStep), "largestStep", c.largestStep, "1 to 100")
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    try ConsistencyError.require(
      (0..<1).contains(Float(c.targetDecay)), "targetDecay", c.targetDecay, "a number in [0, 1)")
    try ConsistencyError.require(c.dsmWeight >= 0 && c.dsmWeight.isFinite, "dsmWeight", c.dsmWeight, "0 or more")
    try ConsistencyError.require(
      c.dsmMeshShare > 0 && c.dsmMeshShare <= 1, "dsmMeshShare", c.dsmMeshShare, "a number in (0, 1]")
    try ConsistencyError.requireLogNormal(
      mean: ("dsmLogMean", c.dsmLogMean), deviation: ("dsmLogDeviation", c.dsmLogDeviation))
    factor = c.units.factor(sigmaData: sigmaData)
    mesh = KarrasMesh(
      count: c.meshCount, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
    try requireFalling(mesh.sigmas, above: 0)
    self.configuration = c
    self.sigmaData = sigmaData
    denoisingNoise = LogNormal(mean: c.dsmLogMean, deviation: c.dsmLogDeviation).scaled(by: factor)
  }

  /// Short name, `ctm`.
  public var name: String { "ctm" }
  /// True: a frozen EDM denoiser.
  public var needsTeacher: Bool { true }
  /// The level at which a jump ends.
  public static var secondEmbedding: SecondEmbedding? { .targetTime }
  /// True: frozen outer jumps read it.
  public var usesTarget: Bool { true }
  /// The configuration's, all through the training.
  public func targetDecay(progress: Double) -> Double { configuration.targetDecay }
  /// The mesh's last sigma.
  public var boundarySigma: Double { mesh.sigmas.last! }
  /// The mesh's first sigma.
  public var sigmaMax: Double { mesh.sigmas[0] }
  /// The mesh's last sigma.
  public var sigmaMin: Double { mesh.sigmas.last! }
  /// `t`, `r` and `s` as above, `boundary`, and `denoised`, that of the denoising term; then those that the teacher passes.
  public var levelNames: [String] {
    ["t", "r", "s", "boundary", "denoised"] + TeacherStep.levelNames(steps: teacherSteps)
  }
  /// `keptOfT`, s/t; `keptOfR`, s/r; `keptOfS`, b/s; `weight`, w; `denoisingWeight`, dsmWeight λ(σ); then those of the
  /// teacher's steps.
  public var scalarNames: [String] {
    ["keptOfT", "keptOfR", "keptOfS", "weight", "denoisingWeight"] + TeacherStep.scalarNames(steps: teacherSteps)
  }
  /// 12 with Heun's method and the denoising term: each of the teacher's steps 1 or 2; the inner jump 3 and its target's 1;
  /// the outer jump, through which the gradient passes, 2 and its target's 1; the denoising term 3.
  public var evaluationsPerStep: Int {
    7 + teacherSteps * configuration.solver.callsPerStep + (configuration.dsmWeight > 0 ? 3 : 0)
  }

  /// Draws the three levels of the mesh and the denoising term's; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    func index(_ count: Int) -> Int { Int(generator.unitUniform() * Double(count)) }
    let t = index(mesh.intervalCount)
    let s = t + 1 + index(mesh.intervalCount - t)
    let r = t + 1 + index(min(teacherSteps, s - t))
    let sigma: Double
    if generator.unitUniform() < 0.5 {
      let c = configuration
      let (high, low) = (pow(mesh.sigmas[0], 1 / c.rho), pow(boundarySigma, 1 / c.rho))
      sigma = pow(high + generator.unitUniform() * c.dsmMeshShare * (low - high), c.rho)
    } else {
      sigma = denoisingNoise.draw(using: &generator)
    }
    return draw(t: t, r: r, s: s, denoised: min(max(sigma, boundarySigma), sigmaMax))
  }

  /// - Parameters:
  ///   - t, r, s: indices of the mesh, t < r ≤ s, r at most `largestStep` from t.
  ///   - sigma: the denoising term's level.
  package func draw(t: Int, r: Int, s: Int, denoised sigma: Double) -> Draw {
    let c = configuration
    let (high, low, end) = (mesh.sigmas[t], mesh.sigmas[r], mesh.sigmas[s])
    var sigmas = DrawnNumbers([high, low, end, boundarySigma, sigma])
    var passed = DrawnNumbers()
    for step in 0...teacherSteps {
      // Steps that are not needed on the way to r stay there.
      let sigma = mesh.sigmas[min(t + step, r)]
      passed.append(sigma)
      if step > 0 && step < teacherSteps { sigmas.append(sigma) }
    }
    let scalars = DrawnNumbers([
      end / high, end / low, boundarySigma / end, c.weighting.weight(from: high, to: low),
      c.dsmWeight * denoisingWeight(sigma),
    ])
    return Draw(sigmas: sigmas, scalars: scalars + TeacherStep.scalars(through: passed))
  }

  /// λ: 1/c_out² for squares, else 1/c_out.
  private func denoisingWeight(_ sigma: Double) -> Double {
    let (noise, data) = (sigma * sigma, sigmaData * sigmaData)
    let weight = (noise + data) / (noise * data)
    return configuration.dsmMetric.isSquare ? weight : weight.squareRoot()
  }

  /// Both terms, over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let c = configuration
    func distance(_ e: Tensor, _ metric: Distance) -> Tensor {
      recording.distance(e, metric, huberConstant: c.huberConstant * factor)
    }
    // The target's parameters are another bank, which the loss is not differentiated by; what it is applied to may be.
    func outerJump(_ x: Tensor) -> Tensor {
      let denoised = recording.graph.with(.target) { recording.online(x, at: "s", to: "boundary") }
      return recording.jump(from: x, denoised, kept: "keptOfS")
    }
    let noisy = recording.noised(at: "t")
    let cleaner = recording.teacherStep(from: noisy, c.solver, steps: teacherSteps)
    let inner = recording.jump(from: noisy, recording.online(noisy, at: "t", to: "s"), kept: "keptOfT")
    let target = recording.jump(
      from: cleaner, recording.target(cleaner, at: "r", to: "s", bank: .target), kept: "keptOfR")
    let trajectory =
      distance(outerJump(inner) - outerJump(target).stopGradient(), c.metric) * recording.scalar("weight")
    guard c.dsmWeight > 0 else { return trajectory }
    let denoised = recording.online(recording.noised(at: "denoised"), at: "denoised", to: "denoised")
    return trajectory + distance(denoised - recording.data, c.dsmMetric) * recording.scalar("denoisingWeight")
  }
}
