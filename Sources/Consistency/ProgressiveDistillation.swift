import Autograd

/// Progressive distillation, PD (Salimans & Ho 2022, algorithm 2): one step of the student for two of its teacher's; the
/// baseline that consistency models replaced.
///
///     λ(t) mean (f(x_t, t) − x̃)²,  x̃ = x_t − t (x_t″ − x_t)/(t″ − t),  λ = (t² + sd²)/(t sd)²,
///
/// x_t″ two Euler steps (DDIM) of the teacher from x_t = x0 + t z over t′ down to t″, so that one Euler step of the student
/// from t ends at x_t″. Each round halves the steps: its teacher is the round before's student, the first's an EDM denoiser.
public struct ProgressiveDistillation: Objective {
  /// The settings.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels below.
    public var units = SigmaUnits.published
    /// Steps of this round's student, half of its teacher's: 1 or more.
    public var steps = 1
    /// Steps of the first round's teacher, from whose mesh all rounds take their points: a multiple of twice `steps`, at
    /// most 100,000.
    public var firstTeacherSteps = 32
    /// The mesh's last sigma, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0

    /// The settings above.
    public init() {}

    /// Missing keys keep the values above. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.steps, into: &steps)
      try values.read(.firstTeacherSteps, into: &firstTeacherSteps)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
    }
  }

  /// The teacher's noise levels: the student's and one between each two, `[2 steps + 1]`, in units of the data.
  public let teacherSigmas: [Double]
  let sigmaData: Double

  /// Scales the configuration's noise levels to the data and lays out the mesh.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range, `.chainDoesNotFall` for a mesh whose
  ///   neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require((1...50_000).contains(c.steps), "steps", c.steps, "1 to 50,000")
    try ConsistencyError.require(
      c.firstTeacherSteps <= 100_000 && c.firstTeacherSteps > 0 && c.firstTeacherSteps % (2 * c.steps) == 0,
      "firstTeacherSteps", c.firstTeacherSteps, "a multiple of twice steps, up to 100,000")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    let factor = c.units.factor(sigmaData: sigmaData)
    let mesh = KarrasMesh(
      count: c.firstTeacherSteps + 1, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
    try requireFalling(mesh.sigmas, above: 0)
    let stride = c.firstTeacherSteps / (2 * c.steps)
    teacherSigmas = (0...2 * c.steps).map { mesh.sigmas[$0 * stride] }
    self.sigmaData = sigmaData
  }

  /// Short name, `pd`.
  public var name: String { "pd" }
  /// True: an EDM denoiser or the round before's student.
  public var needsTeacher: Bool { true }
  /// Both of these.
  public static var teachers: [ObjectiveConfiguration.Method] { [.edm, .pd] }
  /// 0, as plain EDM coefficients have it.
  public var boundarySigma: Double { 0 }
  /// The mesh's first sigma.
  public var sigmaMax: Double { teacherSigmas[0] }
  /// The mesh's last sigma.
  public var sigmaMin: Double { teacherSigmas.last! }
  /// The student's noise levels, `[steps + 1]`.
  public var phases: [Double] { stride(from: 0, to: teacherSigmas.count, by: 2).map { teacherSigmas[$0] } }
  /// `t`, the student's level, and `r`, the one between, where the teacher's second step begins (t′ above).
  public var levelNames: [String] { ["t", "r"] }
  /// `weight`, λ(t); `firstStep`, (t′ − t)/t; `secondStep`, (t″ − t′)/t′; `wholeStep`, t/(t − t″).
  public var scalarNames: [String] { ["weight", "firstStep", "secondStep", "wholeStep"] }
  /// 5: the trained call, the teacher's two steps.
  public var evaluationsPerStep: Int { 5 }

  /// Draws a step of the student, all alike; the same at any `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    draw(step: Int(generator.unitUniform() * Double(teacherSigmas.count / 2)))
  }

  package func draw(step: Int) -> Draw {
    let (t, middle, end) = (teacherSigmas[2 * step], teacherSigmas[2 * step + 1], teacherSigmas[2 * step + 2])
    let (noiseVariance, dataVariance) = (t * t, sigmaData * sigmaData)
    let weight = (noiseVariance + dataVariance) / (noiseVariance * dataVariance)
    return Draw(
      sigmas: [t, middle], scalars: [weight, (middle - t) / t, (end - middle) / middle, t / (t - end)])
  }

  /// λ mean (f(x_t, t) − x̃)² over the valid elements of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let noisy = recording.noised(at: "t")
    let first = (noisy - recording.taught(noisy, at: "t")) * recording.scalar("firstStep")
    let between = noisy + first
    let second = (between - recording.taught(between, at: "r")) * recording.scalar("secondStep")
    let target = noisy + (first + second) * recording.scalar("wholeStep")
    return recording.meanSquare(recording.online(noisy, at: "t") - target) * recording.scalar("weight")
  }
}
