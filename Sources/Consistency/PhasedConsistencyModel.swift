import Autograd

/// Phased consistency models, PCM (Wang et al. 2024, section 3): consistency towards the lower edge of each of M phases.
///
///     w d(G(x_t, t, s), sg[G_target(x_r, r, s)]),  G(x, t, s) = s/t x + (1 − s/t) f(x, t),
///
/// s the lower edge of the phase of t and r, which are neighbours on a Karras mesh; x_r = one solver step of the teacher
/// from x_t = x0 + t z. G is the identity at t = s, so that f itself has its boundary at 0. w is 1 or, as for CD, 1/(t − r).
/// Sampling goes from edge to edge without fresh noise: M calls, exactly the trained ones. M = 1 is consistency distillation.
public struct PhasedConsistencyModel: Objective {
  /// The settings: the CM paper's mesh, and four phases.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels and `huberConstant` below.
    public var units = SigmaUnits.published
    /// M, the phases and the network calls of a sample; 1 or more, at most the mesh's intervals.
    public var phaseCount = 4
    /// N, the points of the Karras mesh, 2 to 100,000. Edges are points of it, equally many intervals apart.
    public var meshCount = 41
    /// The mesh's last sigma and the last phase's edge, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
    /// The teacher's step from t to r.
    public var solver = OneStepMethod.heun
    /// What w is.
    public var weighting = IntervalWeighting.uniform
    /// The distance d.
    public var metric = Distance.pseudoHuber
    /// c / √D of the pseudo-Huber distance, D being an example's elements; positive.
    public var huberConstant = 0.00054
    /// Decay per step of the target's moving average, in [0, 1); 0: the online parameters under stop-gradient.
    public var targetDecay = 0.0

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.phaseCount, into: &phaseCount)
      try values.read(.meshCount, into: &meshCount)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.solver, into: &solver)
      try values.read(.weighting, into: &weighting)
      try values.read(.metric, into: &metric)
      try values.read(.huberConstant, into: &huberConstant)
      try values.read(.targetDecay, into: &targetDecay)
    }
  }

  /// The noise levels in units of the data.
  public let mesh: KarrasMesh
  /// The mesh indices of the edges, from 0 to the mesh's last, `[M + 1]`.
  let edges: [Int]
  let solver: OneStepMethod
  let weighting: IntervalWeighting
  let metric: Distance
  let huberConstant: Double
  let decay: Double

  /// Scales the configuration's noise levels to the data and lays out mesh and phases.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range, `.chainDoesNotFall` for a mesh whose
  ///   neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require((2...100_000).contains(c.meshCount), "meshCount", c.meshCount, "2 to 100,000 points")
    try ConsistencyError.require(
      (1..<c.meshCount).contains(c.phaseCount), "phaseCount", c.phaseCount, "1 to the mesh's intervals")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    try ConsistencyError.require(
      (0..<1).contains(Float(c.targetDecay)), "targetDecay", c.targetDecay, "a number in [0, 1)")
    let factor = c.units.factor(sigmaData: sigmaData)
    mesh = KarrasMesh(
      count: c.meshCount, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
    try requireFalling(mesh.sigmas, above: 0)
    edges = (0...c.phaseCount).map { $0 * (c.meshCount - 1) / c.phaseCount }
    solver = c.solver
    weighting = c.weighting
    metric = c.metric
    huberConstant = c.huberConstant * factor
    decay = c.targetDecay
  }

  /// Short name, `pcm`.
  public var name: String { "pcm" }
  /// True: a frozen EDM denoiser.
  public var needsTeacher: Bool { true }
  /// Whether the target is a moving average.
  public var usesTarget: Bool { decay > 0 }
  /// The configuration's, all through the training.
  public func targetDecay(progress: Double) -> Double { decay }
  /// 0: the jumps have the identity at the phases' edges.
  public var boundarySigma: Double { 0 }
  /// The mesh's first sigma.
  public var sigmaMax: Double { mesh.sigmas[0] }
  /// The mesh's last sigma.
  public var sigmaMin: Double { mesh.sigmas.last! }
  /// The phases' edges, `[M + 1]`.
  public var phases: [Double] { edges.map { mesh.sigmas[$0] } }
  /// `t`, the interval's noisier end, and `r`, the other.
  public var levelNames: [String] { ["t", "r"] }
  /// `keptOfT`, s/t, `keptOfR`, s/r, and `weight`, w; then those of the teacher's step.
  public var scalarNames: [String] { ["keptOfT", "keptOfR", "weight"] + TeacherStep.scalarNames() }
  /// 5 with Euler's method, 6 with Heun's: the trained call, the target, the teacher's step.
  public var evaluationsPerStep: Int { 4 + solver.callsPerStep }

  /// Draws an interval of the mesh, all alike; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    draw(interval: Int(generator.unitUniform() * Double(mesh.intervalCount)))
  }

  package func draw(interval: Int) -> Draw {
    let (t, r) = mesh.interval(interval)
    let s = mesh.sigmas[edges.first { $0 > interval }!]
    let levels = DrawnNumbers([t, r])
    let scalars = DrawnNumbers([s / t, s / r, weighting.weight(from: t, to: r)])
    return Draw(sigmas: levels, scalars: scalars + TeacherStep.scalars(through: levels))
  }

  /// w d of both jumps to the phase's edge, over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let noisy = recording.noised(at: "t")
    let cleaner = recording.teacherStep(from: noisy, solver)
    let online = recording.jump(from: noisy, recording.online(noisy, at: "t"), kept: "keptOfT")
    let denoised = recording.target(cleaner, at: "r", bank: usesTarget ? .target : .online)
    let target = recording.jump(from: cleaner, denoised, kept: "keptOfR")
    return recording.distance(online - target, metric, huberConstant: huberConstant) * recording.scalar("weight")
  }
}
