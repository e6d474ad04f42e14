/// How samples are drawn from a trained denoiser.
public enum SamplingMethod: Sendable, Hashable {
  /// A chain of this many network calls, the first from pure noise.
  case consistency(steps: Int)
  /// A chain through these falling noise levels.
  case chain(sigmas: [Double])
  /// The probability-flow ODE in this many intervals, the last ending at 0: with Heun 2K − 1 network calls.
  case solver(ODEMethod, intervals: Int)
}

/// A sampling method with its noise levels and work space, for arrays of one size.
public enum Sampler {
  case chain(ConsistencySampler)
  case solver(ODESolver)

  /// - Parameters:
  ///   - schedule: the trained model's noise levels.
  ///   - boundary: its boundary sigma.
  ///   - elementCount: floats of the array to be sampled, all samples together.
  /// - Throws: `ConsistencyError` for settings that make no falling chain.
  public init(
    _ method: SamplingMethod, _ schedule: SamplingSchedule, boundary: Double, elementCount: Int
  ) throws(ConsistencyError) {
    switch method {
    case .consistency(let steps):
      let sigmas = try schedule.sigmas(steps: steps)
      self = .chain(try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: elementCount))
    case .chain(let sigmas):
      self = .chain(try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: elementCount))
    case .solver(let method, let intervals):
      let sigmas = try schedule.solverSigmas(intervals: intervals)
      guard sigmas[sigmas.count - 1] >= boundary else {
        throw .chainDoesNotFall(sigmas: sigmas, index: sigmas.count - 1, boundary: boundary)
      }
      self = .solver(try ODESolver(method, sigmas: sigmas, elementCount: elementCount))
    }
  }

  /// Network calls per sample.
  public var evaluationCount: Int {
    switch self {
    case .chain(let sampler): sampler.evaluationCount
    case .solver(let solver): solver.evaluationCount
    }
  }

  /// Fills `x` with samples.
  ///
  /// - Parameters:
  ///   - noise: fills an array with standard normal noise; called once by a solver, once per call by a chain.
  ///   - denoise: the denoiser, in place.
  public mutating func sample(
    _ x: UnsafeMutableBufferPointer<Float>, noise: (UnsafeMutableBufferPointer<Float>) -> Void,
    _ denoise: DenoiseInPlace
  ) {
    switch self {
    case .chain(var sampler):
      sampler.sample(x, noise: noise, denoise)
      self = .chain(sampler)
    case .solver(var solver):
      noise(x)
      solver.solve(x, denoise)
      self = .solver(solver)
    }
  }
}
