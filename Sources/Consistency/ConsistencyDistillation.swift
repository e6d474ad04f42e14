import Autograd

/// Consistency distillation, CD (Song et al. 2023, algorithm 2): neighbours on a mesh, joined by the teacher's ODE.
///
///     w d(f(x_t, t), sg[f_target(x_r, r)]),  x_t = x0 + t z,  x_r = the teacher's solver from x_t down to r.
///
/// The solver takes one step, or `teacherSteps`: then a coarse mesh has few intervals, at each of which the student is held
/// to itself and an error can creep in, and yet a fine solver (the skipped steps of Luo et al. 2023, section 4.3, without
/// their loss of accuracy; a mesh of one interval is plain distillation of the teacher's endpoints).
///
/// w is 1, or iCT's 1/(t − r), which holds the student harder at small noise, where all that it says further up is
/// anchored. The student starts from the teacher; its boundary is the mesh's last sigma (shifted coefficients).
public struct ConsistencyDistillation: Objective {
  /// The settings, by default the CM paper's for CIFAR-10 but for the distance (LPIPS there).
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels, the intervals' lognormal and `huberConstant` below; published means for data of standard
    /// deviation 0.5.
    public var units = SigmaUnits.published
    /// N, the points of the Karras mesh, 2 to 100,000.
    public var meshCount = 18
    /// The mesh's last sigma and the student's boundary, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
    /// Which intervals of the mesh are trained on.
    public var intervals = IntervalDistribution.uniform
    /// How the teacher goes from t to r …
    public var solver = OneStepMethod.heun
    /// … and in how many steps, evenly spaced in sigma^(1/rho); 1 to 100.
    public var teacherSteps = 1
    /// What w is.
    public var weighting = IntervalWeighting.uniform
    /// The distance d.
    public var metric = Distance.meanSquare
    /// c / √D of the pseudo-Huber metric, D being an example's elements; positive.
    public var huberConstant = 0.00054
    /// Decay per step of the target's moving average, in [0, 1); 0: the online parameters under stop-gradient.
    public var targetDecay = 0.0

    /// The published settings.
    public init() {}

    /// Missing keys keep the published values. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.meshCount, into: &meshCount)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.intervals, into: &intervals)
      try values.read(.solver, into: &solver)
      try values.read(.teacherSteps, into: &teacherSteps)
      try values.read(.weighting, into: &weighting)
      try values.read(.metric, into: &metric)
      try values.read(.huberConstant, into: &huberConstant)
      try values.read(.targetDecay, into: &targetDecay)
    }
  }

  /// The noise levels in units of the data.
  public let mesh: KarrasMesh
  let decay: Double
  /// The mesh and the levels that the teacher passes between its points.
  let teacherSigmas: [Double]
  let teacherSteps: Int
  let solver: OneStepMethod
  let weighting: IntervalWeighting
  let metric: Distance
  let huberConstant: Double
  let intervals: IndexSampler

  /// Scales the configuration's noise levels to the data and lays out the mesh.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range or intervals of no probability,
  ///   `.chainDoesNotFall` for a mesh whose neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require((2...100_000).contains(c.meshCount), "meshCount", c.meshCount, "2 to 100,000 points")
    try ConsistencyError.require((1...100).contains(c.teacherSteps), "teacherSteps", c.teacherSteps, "1 to 100")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    try ConsistencyError.require(
      (0..<1).contains(Float(c.targetDecay)), "targetDecay", c.targetDecay, "a number in [0, 1)")
    if case .lognormal(let mean, let deviation) = c.intervals {
      try ConsistencyError.requireLogNormal(
        mean: ("intervals.lognormal.mean", mean), deviation: ("intervals.lognormal.deviation", deviation))
    }
    let factor = c.units.factor(sigmaData: sigmaData)
    mesh = KarrasMesh(
      count: c.meshCount, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
    teacherSigmas =
      KarrasMesh(
        count: (c.meshCount - 1) * c.teacherSteps + 1, sigmaMin: mesh.sigmas.last!, sigmaMax: mesh.sigmas[0], rho: c.rho
      ).sigmas
    try requireFalling(teacherSigmas, above: 0)
    let probabilities = c.intervals.scaled(by: factor).probabilities(over: mesh)
    try ConsistencyError.require(
      probabilities.contains { $0 > 0 }, "intervals", c.intervals, "a distribution with mass on [sigmaMin, sigmaMax]")
    intervals = IndexSampler(probabilities)
    teacherSteps = c.teacherSteps
    solver = c.solver
    weighting = c.weighting
    metric = c.metric
    huberConstant = c.huberConstant * factor
    decay = c.targetDecay
  }

  /// Short name, `cd`.
  public var name: String { "cd" }
  /// True: a frozen EDM denoiser.
  public var needsTeacher: Bool { true }
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
  /// `t`, the interval's noisier end, and `r`, the other; then those that the teacher passes between them.
  public var levelNames: [String] { ["t", "r"] + TeacherStep.levelNames(steps: teacherSteps) }
  /// `weight`, w; then those of the teacher's steps.
  public var scalarNames: [String] { ["weight"] + TeacherStep.scalarNames(steps: teacherSteps) }
  /// The trained call 3, the target 1, and 1 for each of the teacher's calls: with one step of Heun's method 6.
  public var evaluationsPerStep: Int { 4 + teacherSteps * solver.callsPerStep }

  /// Draws an interval of the mesh; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    draw(interval: intervals.draw(using: &generator))
  }

  package func draw(interval: Int) -> Draw {
    let (t, r) = mesh.interval(interval)
    var sigmas = DrawnNumbers([t, r])
    var passed = DrawnNumbers()
    for step in 0...teacherSteps {
      let sigma = teacherSigmas[interval * teacherSteps + step]
      passed.append(sigma)
      if step > 0 && step < teacherSteps { sigmas.append(sigma) }
    }
    let weight = DrawnNumbers([weighting.weight(from: t, to: r)])
    return Draw(sigmas: sigmas, scalars: weight + TeacherStep.scalars(through: passed))
  }

  /// d of the student at t and the target at r, over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let noisy = recording.noised(at: "t")
    let cleaner = recording.teacherStep(from: noisy, solver, steps: teacherSteps)
    let target = recording.target(cleaner, at: "r", bank: usesTarget ? .target : .online)
    let error = recording.online(noisy, at: "t") - target
    return recording.distance(error, metric, huberConstant: huberConstant) * recording.scalar("weight")
  }
}
