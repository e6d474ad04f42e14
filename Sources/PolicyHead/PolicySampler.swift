import Consistency

/// How actions are drawn from a trained denoiser.
public enum PolicySampler: Sendable, Hashable {
  /// A chain of this many network calls, the first from pure noise.
  case consistency(steps: Int)
  /// A chain through these falling noise levels.
  case chain(sigmas: [Double])
  /// The probability-flow ODE in this many intervals, the last ending at 0: with Heun 2K − 1 network calls.
  case solver(ODEMethod, intervals: Int)
}

/// A sampler with its work space, for arrays of one size.
enum SamplerState {
  case chain(ConsistencySampler)
  case solver(ODESolver)

  init(_ sampler: PolicySampler, _ description: PolicyDescription, elementCount: Int) throws(ConsistencyError) {
    let boundary = description.parameterisation.preconditioning.boundarySigma
    switch sampler {
    case .consistency(let steps):
      let sigmas = try description.sampling.sigmas(steps: steps)
      self = .chain(try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: elementCount))
    case .chain(let sigmas):
      self = .chain(try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: elementCount))
    case .solver(let method, let intervals):
      let sigmas = try description.sampling.solverSigmas(intervals: intervals)
      guard sigmas[sigmas.count - 1] >= boundary else {
        throw .chainDoesNotFall(sigmas: sigmas, index: sigmas.count - 1, boundary: boundary)
      }
      self = .solver(try ODESolver(method, sigmas: sigmas, elementCount: elementCount))
    }
  }

  /// Network calls per sample.
  var evaluationCount: Int {
    switch self {
    case .chain(let sampler): sampler.evaluationCount
    case .solver(let solver): solver.evaluationCount
    }
  }

  /// Fills `x` with samples.
  mutating func sample(
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
