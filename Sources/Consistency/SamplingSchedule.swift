/// The noise levels at which a model is sampled, in units of its data: part of a checkpoint's configuration.
///
/// Which middle sigmas are best depends on data and training; they are searched for on held-out data (Song et al. 2023,
/// section 3). Chains that are not listed take a Karras mesh's points.
public struct SamplingSchedule: Sendable, Hashable, Codable {
  /// The first sigma of every chain: `Objective.sigmaMax` of the training.
  public var sigmaMax = 80.0
  /// The last sigma of a solver's mesh; consistency chains that are not listed head for it without a step there.
  public var sigmaMin = 0.002
  /// Of the meshes, positive: see `KarrasMesh`.
  public var rho = 7.0
  /// Falling middle sigmas of chains that were tuned: entry i belongs to i + 2 steps.
  public var middle: [[Double]] = []
  /// Noise levels of the deterministic chain that was trained, falling, with the one at which it ends (`Objective.phases`);
  /// such a model is sampled in exactly one step less than these, without fresh noise. Empty: any chain.
  public var phases: [Double] = []
  /// γ of models that jump between any two levels, 0 to 1: see `TrajectorySampler`.
  public var gamma = 1.0
  /// Standard deviation of the noise that sampling starts from and adds, in terms of what was trained; 0 to 2. At 1
  /// samples are the model's; below it they keep nearer to what is likely, and are less diverse (Popov et al. 2021,
  /// section 3).
  public var temperature = 1.0
  /// The same for the noise that sampling starts from alone, times `temperature`; 0 to 2, nil: 1. What a chain adds later is
  /// as it was trained: the reduced initial variance of Prasad et al. 2024.
  public var initialTemperature: Double?
  /// w of models that embed how strongly they are guided (`Objective.guidance`); nil for others.
  public var guidance: Double?

  /// EDM's range, for data of standard deviation 0.5, and no tuned chains.
  public init() {}

  /// The range of noise levels that an objective trains, with its chains and its least guidance.
  ///
  /// - Parameter middle: falling middle sigmas in the data's units: entry i belongs to i + 2 steps.
  public init(of objective: any Objective, middle: [[Double]] = []) {
    sigmaMax = objective.sigmaMax
    sigmaMin = objective.sigmaMin
    phases = objective.phases
    guidance = objective.guidance?.lowerBound
    self.middle = middle
  }

  /// Missing keys keep the values above. The numbers are checked when noise levels are asked for.
  ///
  /// - Throws: `DecodingError` for a value of another type.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try values.read(.sigmaMax, into: &sigmaMax)
    try values.read(.sigmaMin, into: &sigmaMin)
    try values.read(.rho, into: &rho)
    try values.read(.middle, into: &middle)
    try values.read(.phases, into: &phases)
    try values.read(.gamma, into: &gamma)
    try values.read(.temperature, into: &temperature)
    initialTemperature = try values.decodeIfPresent(Double.self, forKey: .initialTemperature)
    guidance = try values.decodeIfPresent(Double.self, forKey: .guidance)
  }

  /// Takes a w chosen after the training, where one is given.
  ///
  /// - Parameter objective: that the model was trained with.
  /// - Throws: `ConsistencyError.badSetting` for a model that embeds no w, or one that it was not trained with.
  public mutating func use(guidance: Double?, of objective: any Objective) throws(ConsistencyError) {
    guard let guidance else { return }
    guard let trained = objective.guidance else {
      throw .badSetting(
        name: "guidance", value: "\(guidance)", expected: "none: objective=\(objective.name) trains no guidance")
    }
    try ConsistencyError.require(
      trained.contains(guidance), "guidance", guidance,
      "a number that was trained, \(trained.lowerBound) to \(trained.upperBound)")
    self.guidance = guidance
  }

  /// The fewest network calls of a consistency chain: 1, or those of the one chain that was trained.
  public var fewestSteps: Int { phases.isEmpty ? 1 : phases.count - 1 }

  /// Takes what was chosen after the training, where it is given.
  ///
  /// - Parameters:
  ///   - middle: falling middle sigmas in the data's units: entry i belongs to i + 2 steps.
  ///   - temperature: 0 to 2.
  ///   - initialTemperature: 0 to 2.
  ///   - gamma: 0 to 1, for models that jump between any two noise levels only.
  ///   - boundary: the model's boundary sigma.
  ///   - jumps: whether its network embeds where a jump ends.
  /// - Throws: `ConsistencyError` for chains that do not fall, an impossible temperature or gamma, or a gamma for a model
  ///   that knows no jumps; the values are set even so.
  public mutating func use(
    middle: [[Double]]? = nil, temperature: Double? = nil, initialTemperature: Double? = nil, gamma: Double? = nil,
    boundary: Double, jumps: Bool = false
  ) throws(ConsistencyError) {
    if let middle { self.middle = middle }
    if let temperature { self.temperature = temperature }
    if let initialTemperature { self.initialTemperature = initialTemperature }
    if let gamma {
      try ConsistencyError.require(
        jumps, "gamma", gamma, "none: only models that jump between any two noise levels have one (ctm, meanflow)")
      self.gamma = gamma
    }
    try ConsistencyError.require(
      phases.isEmpty || self.middle.isEmpty, "middleSigmas", self.middle,
      "none: this model was trained for one chain, \(phases)")
    for steps in phases.isEmpty ? 1...self.middle.count + 1 : phases.count - 1...phases.count - 1 {
      _ = try Sampler(.consistency(steps: steps), self, boundary: boundary, jumps: jumps, elementCount: 0)
    }
  }

  /// The falling noise levels of a chain of network calls, as given or for a number of steps.
  ///
  /// - Throws: `ConsistencyError` for settings that make no falling chain.
  func sigmas(of method: SamplingMethod) throws(ConsistencyError) -> [Double] {
    switch method {
    case .consistency(let steps): try sigmas(steps: steps)
    case .chain(let sigmas): sigmas
    case .solver(_, let intervals): try solverSigmas(intervals: intervals)
    }
  }

  /// The falling noise levels of a chain of `steps` network calls, `[steps]`.
  ///
  /// - Parameter steps: 1 to 10,000.
  /// - Throws: `ConsistencyError` for settings that make no falling chain.
  public func sigmas(steps: Int) throws(ConsistencyError) -> [Double] {
    try requireStepCount(steps)
    guard steps >= 2, middle.indices.contains(steps - 2) else { return try mesh(count: steps + 1).dropLast() }
    let tuned = middle[steps - 2]
    try ConsistencyError.require(
      tuned.count == steps - 1, "middle[\(steps - 2)]", tuned, "\(steps - 1) sigmas for \(steps) steps")
    let chain = [sigmaMax] + tuned
    try requireFalling(chain, above: 0)
    return chain
  }

  /// The falling mesh of an ODE solver with `intervals` intervals, the last of which ends at 0: `[intervals]`.
  ///
  /// - Parameter intervals: 1 to 10,000.
  /// - Throws: `ConsistencyError` for settings that make no falling mesh.
  public func solverSigmas(intervals: Int) throws(ConsistencyError) -> [Double] {
    try requireStepCount(intervals)
    return try mesh(count: intervals)
  }

  private func requireStepCount(_ count: Int) throws(ConsistencyError) {
    try ConsistencyError.require((1...10_000).contains(count), "the number of steps", count, "1 to 10,000")
  }

  private func mesh(count: Int) throws(ConsistencyError) -> [Double] {
    try ConsistencyError.requireRange(sigmaMin: sigmaMin, sigmaMax: sigmaMax)
    try ConsistencyError.requirePositive("rho", rho)
    let mesh = KarrasMesh(count: count, sigmaMin: sigmaMin, sigmaMax: sigmaMax, rho: rho).sigmas
    try requireFalling(mesh, above: 0)
    return mesh
  }
}
