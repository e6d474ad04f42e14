import Autograd
import Foundation

/// Consistency training, CT (Song et al. 2023, algorithm 3): without a teacher, on a mesh that grows finer.
///
///     d(f(x_t, t), sg[f_target(x_r, r)]),  x_t = x0 + t z,  x_r = x0 + r z  with the same z,
///     N(k) = ⌈√(k/K ((s1 + 1)² − s0²) + s0²) − 1⌉ + 1,  µ(k) = exp(s0 ln µ0 / N(k)).
///
/// Weight 1; t and r are neighbours on a Karras mesh of N(k) points, the target is a moving average of decay µ(k), and the
/// boundary is the mesh's last sigma (shifted coefficients).
public struct ConsistencyTraining: Objective {
  /// The settings, by default the CM paper's for CIFAR-10 but for the distance (LPIPS there).
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels and `huberConstant` below.
    public var units = SigmaUnits.published
    /// s0, from which N starts, and s1, to which it rises: 2 ≤ s0 ≤ s1 ≤ 100,000.
    public var initialIntervals = 2
    public var finalIntervals = 150
    /// µ0, the target's decay at N = s0, in [0, 1); 0: the online parameters under stop-gradient.
    public var initialDecay = 0.9
    /// The mesh's last sigma and the boundary, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
    /// The distance d.
    public var metric = Distance.meanSquare
    /// c / √D of the pseudo-Huber distance, D being an example's elements; positive.
    public var huberConstant = 0.00054

    /// The published settings.
    public init() {}

    /// Missing keys keep the published values. The numbers are checked by the objective's `init`.
    ///
    /// - Throws: `DecodingError` for a value of another type.
    public init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      try values.read(.units, into: &units)
      try values.read(.initialIntervals, into: &initialIntervals)
      try values.read(.finalIntervals, into: &finalIntervals)
      try values.read(.initialDecay, into: &initialDecay)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.metric, into: &metric)
      try values.read(.huberConstant, into: &huberConstant)
    }
  }

  let configuration: Configuration
  let factor: Double

  /// Scales the configuration's noise levels to the data.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range, `.chainDoesNotFall` for a finest mesh whose
  ///   neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require(c.initialIntervals >= 2, "initialIntervals", c.initialIntervals, "2 or more")
    try ConsistencyError.require(
      (c.initialIntervals...100_000).contains(c.finalIntervals), "finalIntervals", c.finalIntervals,
      "initialIntervals to 100,000")
    try ConsistencyError.require((0..<1).contains(c.initialDecay), "initialDecay", c.initialDecay, "a number in [0, 1)")
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    self.configuration = c
    factor = c.units.factor(sigmaData: sigmaData)
    // The average is taken in single precision, where a decay of 1 would leave the target as it began.
    try ConsistencyError.require(
      Float(targetDecay(progress: 1)) < 1, "initialDecay", c.initialDecay,
      "a lower one: the finest mesh's decay would be 1 in single precision")
    try requireFalling(mesh(count: meshCount(progress: 1)).sigmas, above: 0)
  }

  /// Short name, `ct`.
  public var name: String { "ct" }
  /// False: pairs share their noise instead.
  public var needsTeacher: Bool { false }
  /// Whether the target is a moving average.
  public var usesTarget: Bool { configuration.initialDecay > 0 }
  /// The mesh's last sigma.
  public var boundarySigma: Double { configuration.sigmaMin * factor }
  /// The mesh's first sigma.
  public var sigmaMax: Double { configuration.sigmaMax * factor }
  /// The mesh's last sigma.
  public var sigmaMin: Double { boundarySigma }
  /// `t`, the interval's noisier end, and `r`, the other.
  public var levelNames: [String] { ["t", "r"] }
  /// None: the weight is 1.
  public var scalarNames: [String] { [] }

  /// N, the mesh's points at a share `progress`, 0 … 1, of the training.
  public func meshCount(progress: Double) -> Int {
    let (s0, s1) = (Double(configuration.initialIntervals), Double(configuration.finalIntervals))
    let root = (progress * ((s1 + 1) * (s1 + 1) - s0 * s0) + s0 * s0).squareRoot()
    // Rounding must not lift a whole number to the next one.
    return Int((root - 1 - 1e-9).rounded(.up)) + 1
  }

  /// µ, which nears 1 as the mesh grows finer.
  public func targetDecay(progress: Double) -> Double {
    guard usesTarget else { return 0 }
    return exp(
      Double(configuration.initialIntervals) * log(configuration.initialDecay) / Double(meshCount(progress: progress)))
  }
  /// 4: the trained call and the target.
  public var evaluationsPerStep: Int { 4 }

  /// Draws one of the intervals of the mesh at `progress`, all alike.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let count = meshCount(progress: progress)
    return draw(interval: Int(generator.unitUniform() * Double(count - 1)), of: count)
  }

  package func draw(interval: Int, of count: Int) -> Draw {
    let c = configuration
    func sigma(_ index: Int) -> Double {
      factor * KarrasMesh.sigma(index, of: count, sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax, rho: c.rho)
    }
    return Draw(sigmas: [sigma(interval), sigma(interval + 1)], scalars: [])
  }

  package func mesh(count: Int) -> KarrasMesh {
    let c = configuration
    return KarrasMesh(count: count, sigmaMin: c.sigmaMin * factor, sigmaMax: c.sigmaMax * factor, rho: c.rho)
  }

  /// d of the student at t and the target at r, with the same noise, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let online = recording.online(recording.noised(at: "t"), at: "t")
    let target = recording.target(recording.noised(at: "r"), at: "r", bank: usesTarget ? .target : .online)
    return recording.distance(
      online - target, configuration.metric, huberConstant: configuration.huberConstant * factor)
  }
}
