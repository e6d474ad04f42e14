/// How samples are drawn from a trained denoiser.
public enum SamplingMethod: Sendable, Hashable {
  /// A chain of this many network calls, 1 to 10,000, the first from pure noise, at the schedule's noise levels; models
  /// with phases have one such number.
  case consistency(steps: Int)
  /// A chain through these falling noise levels, in units of the data and above the model's boundary.
  case chain(sigmas: [Double])
  /// The probability-flow ODE in K intervals, 1 to 10,000, the last ending at 0: K network calls with Euler, 2K − 1
  /// with Heun.
  case solver(ODEMethod, intervals: Int)
}

/// What a `Sampler` knows of a model: replaces x at noise level sigma by f(x, sigma), or where `end` is given by the jump
/// from sigma to `end` (see `DenoiserPlan`).
public typealias EvaluateInPlace = (
  _ x: UnsafeMutableBufferPointer<Float>, _ sigma: Double, _ end: Double?
) -> Void

/// A sampling method with its noise levels and work space, for arrays of one size.
public struct Sampler: Sendable {
  // One of the three. An enum's payload would be copied, work space and all, whenever it is changed.
  private var chain: ConsistencySampler?
  private var trajectory: TrajectorySampler?
  private var solver: ODESolver?
  /// Of the first noise, and of any later one.
  private let temperatures: (first: Float, later: Float)

  /// - Parameters:
  ///   - schedule: the trained model's noise levels.
  ///   - boundary: its boundary sigma.
  ///   - jumps: whether its network embeds where a jump ends.
  ///   - elementCount: floats of the array to be sampled, all samples together.
  /// - Throws: `ConsistencyError` for settings that make no falling chain, an impossible temperature or gamma, or a chain
  ///   of other noise levels for a model with phases.
  public init(
    _ method: SamplingMethod, _ schedule: SamplingSchedule, boundary: Double, jumps: Bool = false, elementCount: Int
  ) throws(ConsistencyError) {
    try ConsistencyError.require((0...2).contains(schedule.temperature), "temperature", schedule.temperature, "0 to 2")
    let initial = schedule.initialTemperature ?? 1
    try ConsistencyError.require((0...2).contains(initial), "initialTemperature", initial, "0 to 2")
    temperatures = (Float(schedule.temperature * initial), Float(schedule.temperature))
    let phases = schedule.phases
    if case .chain(let sigmas) = method {
      try ConsistencyError.require(
        phases.isEmpty, "sigmas", sigmas, "none: this model was trained for one chain, \(phases)")
    }
    switch method {
    case .consistency(let steps) where !phases.isEmpty:
      try ConsistencyError.require(
        steps == phases.count - 1, "the number of steps", steps,
        "\(phases.count - 1), which is what this model was trained for")
      solver = try ODESolver(
        .euler, sigmas: phases.dropLast(), end: phases[phases.count - 1], elementCount: elementCount)
    case .consistency, .chain:
      let sigmas = try schedule.sigmas(of: method)
      if jumps {
        trajectory = try TrajectorySampler(
          sigmas: sigmas, boundarySigma: boundary, gamma: schedule.gamma, elementCount: elementCount)
      } else {
        chain = try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: elementCount)
      }
    case .solver(let method, let intervals):
      let sigmas = try schedule.solverSigmas(intervals: intervals)
      guard sigmas[sigmas.count - 1] >= boundary else {
        throw .chainDoesNotFall(sigmas: sigmas, index: sigmas.count - 1, boundary: boundary)
      }
      solver = try ODESolver(method, sigmas: sigmas, elementCount: elementCount)
    }
  }

  /// Network calls per sample.
  public var evaluationCount: Int {
    chain?.evaluationCount ?? trajectory?.evaluationCount ?? solver?.evaluationCount ?? 0
  }

  /// Fills `x` with samples. Allocates nothing itself.
  ///
  /// - Parameters:
  ///   - x: `elementCount` floats, whose contents are replaced.
  ///   - center: of the first noise: see `ConsistencySampler`.
  ///   - noise: fills an array with standard normal noise; called once by a solver, once per call by a chain.
  ///   - evaluate: the model, in place.
  public mutating func sample(
    _ x: UnsafeMutableBufferPointer<Float>, around center: UnsafeBufferPointer<Float>? = nil,
    noise: (UnsafeMutableBufferPointer<Float>) -> Void, _ evaluate: EvaluateInPlace
  ) {
    let temperatures = temperatures
    var isFirst = true
    func scaledNoise(_ values: UnsafeMutableBufferPointer<Float>) {
      noise(values)
      let temperature = isFirst ? temperatures.first : temperatures.later
      isFirst = false
      if temperature != 1 {
        for i in 0..<values.count { values[i] *= temperature }
      }
    }
    func denoise(_ x: UnsafeMutableBufferPointer<Float>, _ sigma: Double) { evaluate(x, sigma, nil) }
    chain?.sample(x, around: center, noise: scaledNoise, denoise)
    trajectory?.sample(x, around: center, noise: scaledNoise) { x, sigma, end in evaluate(x, sigma, end) }
    if solver != nil {
      scaledNoise(x)
      solver?.solve(x, around: center, denoise)
    }
  }
}
