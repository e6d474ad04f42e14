/// How one step of the probability-flow ODE is taken.
public enum ODEMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// First order; DDIM in this frame.
  case euler
  /// Second order: the mean of the slopes at both ends (Karras et al. 2022, algorithm 1).
  case heun
}

/// What a sampler knows of a model: replaces x, a flat array of samples, by f(x, sigma).
public typealias DenoiseInPlace = (_ x: UnsafeMutableBufferPointer<Float>, _ sigma: Double) -> Void

/// Follows the probability-flow ODE dx/dsigma = (x − D(x, sigma)) / sigma of a denoiser D down a mesh and to 0
/// (Karras et al. 2022, algorithm 1 without churn).
///
/// A mesh of K sigmas makes K intervals, the last of which ends at 0 (or at `end`) and is always an Euler step, so that D is never
/// evaluated at 0: K network calls with Euler, 2K − 1 with Heun.
public struct ODESolver: Sendable {
  /// How each step but the last is taken.
  public let method: ODEMethod
  /// `[K]`, falling, positive; the end is not listed.
  public let sigmas: [Double]
  /// Where the last interval ends: 0, or above it for a model that was trained to end there.
  public let end: Double
  private var first: [Float]
  private var second: [Float]

  /// - Parameters:
  ///   - sigmas: `[K]`, K ≥ 1, strictly falling, positive; usually a `KarrasMesh`.
  ///   - elementCount: floats of the array to be solved for, all samples together.
  ///   - end: 0 or more, below the last of them.
  /// - Throws: `ConsistencyError.chainDoesNotFall`, or `.badSetting` for no sigmas at all.
  public init(
    _ method: ODEMethod, sigmas: [Double], end: Double = 0, elementCount: Int
  ) throws(ConsistencyError) {
    try requireFalling(sigmas, above: end)
    self.end = end
    self.method = method
    self.sigmas = sigmas
    first = [Float](repeating: 0, count: elementCount)
    second = [Float](repeating: 0, count: elementCount)
  }

  /// Network calls per solution.
  public var evaluationCount: Int { method == .heun ? 2 * sigmas.count - 1 : sigmas.count }

  /// Turns standard normal noise into samples, in place. Allocates nothing.
  ///
  /// - Parameters:
  ///   - x: `elementCount` floats.
  ///   - center: of the first noise: see `ConsistencySampler`.
  ///   - denoise: the denoiser, in place; it is never called below the last sigma.
  public mutating func solve(
    _ x: UnsafeMutableBufferPointer<Float>, around center: UnsafeBufferPointer<Float>? = nil, _ denoise: DenoiseInPlace
  ) {
    precondition(x.count == first.count, "\(x.count) floats for a solver of \(first.count)")
    let start = Float(sigmas[0])
    for i in 0..<x.count { x[i] = (center?[i] ?? 0) + start * x[i] }
    let (method, sigmas, end) = (method, sigmas, end)
    first.withUnsafeMutableBufferPointer { first in
      second.withUnsafeMutableBufferPointer { second in
        for (index, t) in sigmas.enumerated() {
          let r = index + 1 < sigmas.count ? sigmas[index + 1] : end
          Self.step(index + 1 < sigmas.count ? method : .euler, x, from: t, to: r, first, second, denoise)
        }
      }
    }
  }

  /// One step from `t` to `r`; `first` and `second` are work space.
  private static func step(
    _ method: ODEMethod, _ x: UnsafeMutableBufferPointer<Float>, from t: Double, to r: Double,
    _ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>,
    _ denoise: DenoiseInPlace
  ) {
    let ratio = Float((r - t) / t)
    for i in 0..<x.count { first[i] = x[i] }
    denoise(first, t)
    guard method == .heun else {
      for i in 0..<x.count { x[i] += ratio * (x[i] - first[i]) }
      return
    }
    // From here `first` holds the Euler step's change; `second` the state that it leads to, then that denoised.
    for i in 0..<x.count {
      first[i] = ratio * (x[i] - first[i])
      second[i] = x[i] + first[i]
    }
    denoise(second, r)
    let ratioAtR = Float((r - t) / r)
    for i in 0..<x.count { x[i] += 0.5 * (first[i] + ratioAtR * (x[i] + first[i] - second[i])) }
  }
}

/// Throws unless `sigmas` has a first element and falls strictly, staying above `boundary`.
func requireFalling(_ sigmas: [Double], above boundary: Double) throws(ConsistencyError) {
  try ConsistencyError.require(!sigmas.isEmpty, "the list of noise levels", sigmas, "at least one")
  for (index, sigma) in sigmas.enumerated() {
    let limit = index == 0 ? Double.infinity : sigmas[index - 1]
    // Written so that NaN is refused as well.
    guard sigma < limit && sigma > boundary else {
      throw .chainDoesNotFall(sigmas: sigmas, index: index, boundary: boundary)
    }
  }
}
