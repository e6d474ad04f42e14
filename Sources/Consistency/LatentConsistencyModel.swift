import Autograd

/// Latent consistency models, LCM (Luo et al. 2023, section 4): consistency distillation of a guided teacher in steps that
/// skip points of the mesh.
///
///     λ d(f(x_t, t, w), sg[f_target(x_r, r, w)]),  x_t = x0 + t z,
///
/// r lies k points of a Karras mesh below t, or at its end; x_r = one solver step from x_t down to r of the ODE of
/// D_w = (1 + w) D(x, c) − w D(x, ∅), the teacher's guided denoiser, w ~ U[least, largest]. The student embeds w beside sigma,
/// so that one call is guided and w can be chosen afterwards. λ is 1, as published, or as for CD 1/(t − r). Where the data are
/// latents of a temporal autoencoder this is the paper's method; the objective itself does not know whose data they are.
public struct LatentConsistencyModel: Objective {
  /// The settings: the paper's guidance and k, the CM paper's mesh made finer, and the released code's average and distance.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels and `huberConstant` below.
    public var units = SigmaUnits.published
    /// N, the points of the Karras mesh, 2 to 100,000.
    public var meshCount = 1000
    /// k, the points from t down to r, 1 or more and below N: few long steps of the solver in place of many short ones.
    public var skip = 20
    /// The mesh's last sigma and the student's boundary, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
    /// The least w, 0 or more, with which models are used unless they are told another one.
    public var guidanceMin = 2.0
    /// The largest w, `guidanceMin` or more, at most 1000. 2 to 14 are for text to images; actions and speech need less.
    public var guidanceMax = 14.0
    /// The guided teacher's step from t to r; Euler's is DDIM.
    public var solver = OneStepMethod.euler
    /// What λ is.
    public var weighting = IntervalWeighting.uniform
    /// The distance d.
    public var metric = Distance.pseudoHuber
    /// c / √D of the pseudo-Huber distance, D being an example's elements; positive.
    public var huberConstant = 0.00054
    /// Decay per step of the target's moving average, in [0, 1); 0: the online parameters under stop-gradient.
    public var targetDecay = 0.95

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.meshCount, into: &meshCount)
      try values.read(.skip, into: &skip)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.guidanceMin, into: &guidanceMin)
      try values.read(.guidanceMax, into: &guidanceMax)
      try values.read(.solver, into: &solver)
      try values.read(.weighting, into: &weighting)
      try values.read(.metric, into: &metric)
      try values.read(.huberConstant, into: &huberConstant)
      try values.read(.targetDecay, into: &targetDecay)
    }
  }

  /// The noise levels in units of the data.
  public let mesh: KarrasMesh
  private let weights: ClosedRange<Double>
  let skip: Int
  let solver: OneStepMethod
  let weighting: IntervalWeighting
  let metric: Distance
  let huberConstant: Double
  let decay: Double

  /// Scales the configuration's noise levels to the data and lays out the mesh.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range, `.chainDoesNotFall` for a mesh whose
  ///   neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require((2...100_000).contains(c.meshCount), "meshCount", c.meshCount, "2 to 100,000 points")
    try ConsistencyError.require(
      (1..<c.meshCount).contains(c.skip), "skip", c.skip, "1 to the mesh's \(c.meshCount - 1) intervals")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.require(
      c.guidanceMin >= 0 && c.guidanceMin.isFinite, "guidanceMin", c.guidanceMin, "a number, 0 or more")
    try ConsistencyError.require(
      c.guidanceMax >= c.guidanceMin && c.guidanceMax <= 1000, "guidanceMax", c.guidanceMax,
      "a number from guidanceMin to 1000")
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    try ConsistencyError.require(
      (0..<1).contains(Float(c.targetDecay)), "targetDecay", c.targetDecay, "a number in [0, 1)")
    let factor = c.units.factor(sigmaData: sigmaData)
    mesh = KarrasMesh(
      count: c.meshCount, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
    try requireFalling(mesh.sigmas, above: 0)
    weights = c.guidanceMin...c.guidanceMax
    skip = c.skip
    solver = c.solver
    weighting = c.weighting
    metric = c.metric
    huberConstant = c.huberConstant * factor
    decay = c.targetDecay
  }

  /// Short name, `lcm`.
  public var name: String { "lcm" }
  /// True: a frozen EDM denoiser.
  public var needsTeacher: Bool { true }
  /// True: the teacher is guided.
  public static var needsUnconditionalTeacher: Bool { true }
  /// w.
  public static var secondEmbedding: SecondEmbedding? { .guidance }
  /// The configuration's.
  public var guidance: ClosedRange<Double>? { weights }
  /// Whether the target is a moving average.
  public var usesTarget: Bool { decay > 0 }
  /// The configuration's, all through the training.
  public func targetDecay(progress: Double) -> Double { decay }
  /// The mesh's last sigma.
  public var boundarySigma: Double { mesh.sigmas.last! }
  /// The mesh's first sigma.
  public var sigmaMax: Double { mesh.sigmas[0] }
  /// The mesh's last sigma.
  public var sigmaMin: Double { mesh.sigmas.last! }
  /// `t`, and `r`, `skip` points below.
  public var levelNames: [String] { ["t", "r"] }
  /// `guidance`, w, and `weight`, λ; then those of the teacher's step.
  public var scalarNames: [String] { [Guidance.scalarName, "weight"] + TeacherStep.scalarNames() }
  /// 6 with Euler's method, 8 with Heun's: the trained call, the target, the teacher's step with and without the condition.
  public var evaluationsPerStep: Int { 4 + 2 * solver.callsPerStep }

  /// Draws a point of the mesh but for its last, all alike, and w; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let start = Int(generator.unitUniform() * Double(mesh.intervalCount))
    let weight = weights.lowerBound + generator.unitUniform() * (weights.upperBound - weights.lowerBound)
    return draw(start: start, guidance: weight)
  }

  /// - Parameter start: the mesh index of t; near the end, where no k points are left, r is the last one.
  package func draw(start: Int, guidance: Double) -> Draw {
    let (t, r) = (mesh.sigmas[start], mesh.sigmas[min(start + skip, mesh.intervalCount)])
    let levels = DrawnNumbers([t, r])
    let scalars = DrawnNumbers([guidance, weighting.weight(from: t, to: r)])
    return Draw(sigmas: levels, scalars: scalars + TeacherStep.scalars(through: levels))
  }

  /// λ d of the student at t and the target at r, over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let guidance = recording.scalar(Guidance.scalarName)
    let noisy = recording.noised(at: "t")
    let cleaner = recording.teacherStep(from: noisy, solver, guidedBy: guidance)
    let told = recording.guided(by: guidance)
    let target = told.target(cleaner, at: "r", bank: usesTarget ? .target : .online)
    return recording.distance(told.online(noisy, at: "t") - target, metric, huberConstant: huberConstant)
      * recording.scalar("weight")
  }
}
