import Autograd
import Foundation

/// Improved consistency training, iCT (Song & Dhariwal 2023): no teacher, no moving target, a mesh that doubles.
///
///     w (√(‖f(x_t, t) − sg[f(x_r, r)]‖² + c²) − c),  w = 1/(t − r),  x_t = x0 + t z,  x_r = x0 + r z,
///     N(k) = min(s0 2^⌊k/K′⌋, s1) + 1,  K′ = ⌊K / (log2 ⌊s1/s0⌋ + 1)⌋,
///
/// intervals of the mesh drawn as a discretised lognormal (eq. 10). The boundary is the mesh's last sigma.
public struct ImprovedConsistencyTraining: Objective {
  /// The settings, by default the paper's for CIFAR-10.
  public struct Configuration: ObjectiveSettings {
    /// Of the noise levels, the lognormal and `huberConstant` below.
    public var units = SigmaUnits.published
    /// s0, the first mesh's intervals, and s1, the last's: 1 ≤ s0 ≤ s1 ≤ 100,000.
    public var initialIntervals = 10
    public var finalIntervals = 1280
    /// Mean of ln t, in [−20, 20].
    public var logMean = -1.1
    /// Standard deviation of ln t, in (0, 5].
    public var logDeviation = 2.0
    /// The mesh's last sigma and the boundary, positive.
    public var sigmaMin = 0.002
    /// The mesh's first sigma, above `sigmaMin`.
    public var sigmaMax = 80.0
    /// How strongly the mesh gathers at small sigmas, positive: see `KarrasMesh`.
    public var rho = 7.0
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
      try values.read(.logMean, into: &logMean)
      try values.read(.logDeviation, into: &logDeviation)
      try values.read(.sigmaMin, into: &sigmaMin)
      try values.read(.sigmaMax, into: &sigmaMax)
      try values.read(.rho, into: &rho)
      try values.read(.huberConstant, into: &huberConstant)
    }
  }

  /// The meshes, coarsest first, in units of the data.
  public let meshes: [KarrasMesh]
  let intervals: [IndexSampler]
  /// log2⌊s1/s0⌋ + 1: how many doublings a whole training is long.
  private let doublings: Double
  let huberConstant: Double

  /// Scales the configuration's noise levels to the data and lays out the meshes.
  ///
  /// - Parameter sigmaData: standard deviation of the normalised data, positive.
  /// - Throws: `ConsistencyError.badSetting` for a value outside its range or intervals of no probability,
  ///   `.chainDoesNotFall` for a mesh whose neighbours rounding makes equal.
  public init(_ configuration: Configuration = Configuration(), sigmaData: Double) throws(ConsistencyError) {
    let c = configuration
    try ConsistencyError.requirePositive("sigmaData", sigmaData)
    try ConsistencyError.require(c.initialIntervals >= 1, "initialIntervals", c.initialIntervals, "1 or more")
    try ConsistencyError.require(
      (c.initialIntervals...100_000).contains(c.finalIntervals), "finalIntervals", c.finalIntervals,
      "initialIntervals to 100,000")
    try ConsistencyError.requireLogNormal(mean: ("logMean", c.logMean), deviation: ("logDeviation", c.logDeviation))
    try ConsistencyError.requireRange(sigmaMin: c.sigmaMin, sigmaMax: c.sigmaMax)
    try ConsistencyError.requirePositive("rho", c.rho)
    try ConsistencyError.requirePositive("huberConstant", c.huberConstant)
    let factor = c.units.factor(sigmaData: sigmaData)
    doublings = log2(Double(c.finalIntervals / c.initialIntervals)) + 1
    let meshes = (0..<Int(doublings.rounded(.up))).map { stage in
      KarrasMesh(
        count: min(c.initialIntervals << stage, c.finalIntervals) + 1, sigmaMin: c.sigmaMin * factor,
        sigmaMax: c.sigmaMax * factor, rho: c.rho)
    }
    let distribution = IntervalDistribution.lognormal(mean: c.logMean, deviation: c.logDeviation).scaled(by: factor)
    var intervals: [IndexSampler] = []
    for mesh in meshes {
      try requireFalling(mesh.sigmas, above: 0)
      let probabilities = distribution.probabilities(over: mesh)
      try ConsistencyError.require(
        probabilities.contains { $0 > 0 }, "logMean", c.logMean, "a distribution with mass on [sigmaMin, sigmaMax]")
      intervals.append(IndexSampler(probabilities))
    }
    self.meshes = meshes
    self.intervals = intervals
    huberConstant = c.huberConstant * factor
  }

  /// Short name, `ict`.
  public var name: String { "ict" }
  /// False: pairs share their noise instead.
  public var needsTeacher: Bool { false }
  /// The meshes' last sigma.
  public var boundarySigma: Double { meshes[0].sigmas.last! }
  /// The meshes' first sigma.
  public var sigmaMax: Double { meshes[0].sigmas[0] }
  /// The meshes' last sigma.
  public var sigmaMin: Double { boundarySigma }
  /// `t`, the interval's noisier end, and `r`, the other.
  public var levelNames: [String] { ["t", "r"] }
  /// `weight`, 1/(t − r).
  public var scalarNames: [String] { ["weight"] }

  /// Which mesh is trained on at a share `progress`, 0 … 1, of the training.
  public func stage(progress: Double) -> Int {
    min(Int(max(progress, 0) * doublings), meshes.count - 1)
  }
  /// 4: the trained call and the target.
  public var evaluationsPerStep: Int { 4 }

  /// Draws an interval of the mesh at `progress`.
  public func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw {
    let stage = stage(progress: progress)
    return draw(interval: intervals[stage].draw(using: &generator), stage: stage)
  }

  package func draw(interval: Int, stage: Int) -> Draw {
    let (t, r) = meshes[stage].interval(interval)
    return Draw(sigmas: [t, r], scalars: [1 / (t - r)])
  }

  /// The weighted pseudo-Huber distance of each sample, `[B, 1, 1]`.
  public func loss<N>(_ recording: LossRecording<N>) -> Tensor {
    let online = recording.online(recording.noised(at: "t"), at: "t")
    let target = recording.target(recording.noised(at: "r"), at: "r")
    return recording.pseudoHuber(online - target, constant: huberConstant) * recording.scalar("weight")
  }
}
