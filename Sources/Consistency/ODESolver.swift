import Foundation

/// How the probability-flow ODE is followed.
public enum ODEMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// First order, one call an interval; DDIM in this frame.
  case euler
  /// Second order, two calls: the mean of the slopes at both ends (Karras et al. 2022, algorithm 1).
  case heun
  /// Third order, one call: the denoised x of the last three levels, extrapolated in ln sigma (DPM-Solver++ 3M, Lu et al.
  /// 2022).
  case multistep
}

/// What a sampler knows of a model: replaces x, a flat array of samples, by f(x, sigma).
public typealias DenoiseInPlace = (_ x: UnsafeMutableBufferPointer<Float>, _ sigma: Double) -> Void

/// Follows the probability-flow ODE dx/dsigma = (x − D(x, sigma)) / sigma of a denoiser D down a mesh and to 0
/// (Karras et al. 2022, algorithm 1 without churn).
///
/// A mesh of K sigmas makes K intervals, the last of which ends at 0 (or at `end`) and is always an Euler step, so that D is never
/// evaluated at 0: K network calls with Euler and the multistep method, 2K − 1 with Heun.
public struct ODESolver: Sendable {
  /// How each step but the last is taken.
  public let method: ODEMethod
  /// `[K]`, falling, positive; the end is not listed.
  public let sigmas: [Double]
  /// Where the last interval ends: 0, or above it for a model that was trained to end there.
  public let end: Double
  /// Work space: `[elementCount]` each.
  private var first: [Float]
  private var second: [Float]
  private var third: [Float]

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
    third = method == .multistep ? second : []
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
    let (method, levels) = (method, sigmas + [end])
    first.withUnsafeMutableBufferPointer { first in
      second.withUnsafeMutableBufferPointer { second in
        third.withUnsafeMutableBufferPointer { third in
          switch method {
          case .euler, .heun: Self.solve(x, levels, corrects: method == .heun, first, second, denoise)
          case .multistep: Self.solveMultistep(x, levels, first, second, third, denoise)
          }
        }
      }
    }
  }

  private static func solve(
    _ x: UnsafeMutableBufferPointer<Float>, _ levels: [Double], corrects: Bool,
    _ first: UnsafeMutableBufferPointer<Float>, _ second: UnsafeMutableBufferPointer<Float>, _ denoise: DenoiseInPlace
  ) {
    for (index, (t, r)) in zip(levels, levels.dropFirst()).enumerated() {
      let ratio = Float((r - t) / t)
      for i in 0..<x.count { first[i] = x[i] }
      denoise(first, t)
      guard corrects && index + 2 < levels.count else {
        for i in 0..<x.count { x[i] += ratio * (x[i] - first[i]) }
        continue
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

  /// With l = −ln sigma the ODE is d(x/sigma)/dl = e^l D, whose integral over one interval of length h is exact for a D
  /// that is a polynomial in l: the one through the last three denoised x. The first step knows one, the second two.
  private static func solveMultistep(
    _ x: UnsafeMutableBufferPointer<Float>, _ levels: [Double], _ newest: UnsafeMutableBufferPointer<Float>,
    _ older: UnsafeMutableBufferPointer<Float>, _ oldest: UnsafeMutableBufferPointer<Float>, _ denoise: DenoiseInPlace
  ) {
    var buffers = (newest, older, oldest)
    for (index, (t, r)) in zip(levels, levels.dropFirst()).enumerated() {
      buffers = (buffers.2, buffers.0, buffers.1)
      let (d0, d1, d2) = buffers
      for i in 0..<x.count { d0[i] = x[i] }
      denoise(d0, t)
      let kept = Float(r / t)
      // The last interval ends where nothing is worth extrapolating; at 0 it is infinitely long.
      guard index > 0 && index + 2 < levels.count else {
        for i in 0..<x.count { x[i] = d0[i] + kept * (x[i] - d0[i]) }
        continue
      }
      let h = log(t / r)
      let h1 = log(levels[index - 1] / t)
      // ∫ of e^(s−h) times 1, s and s²/2 over the interval, s from its beginning on.
      let zeroth = -expm1(-h)
      let linear = h - zeroth
      let square = h * h / 2 - linear
      if index == 1 {
        let slope = Float(linear / h1)
        for i in 0..<x.count { x[i] = kept * x[i] + Float(zeroth) * d0[i] + slope * (d0[i] - d1[i]) }
        continue
      }
      let h2 = log(levels[index - 2] / levels[index - 1])
      // Newton's divided differences, then the polynomial's first and second derivative at s = 0.
      for i in 0..<x.count {
        let first = (Double(d0[i]) - Double(d1[i])) / h1
        let second = (first - (Double(d1[i]) - Double(d2[i])) / h2) / (h1 + h2)
        let change = linear * (first + h1 * second) + square * 2 * second
        x[i] = kept * x[i] + Float(zeroth) * d0[i] + Float(change)
      }
    }
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
