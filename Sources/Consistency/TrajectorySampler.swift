/// Samples from a model that jumps between any two noise levels by gamma-sampling (Kim et al. 2024, algorithm 3):
///
///     x = sigma_0 z;  then for each n:  x <- G(x, sigma_n, s_n) + √(sigma_{n+1}² − s_n²) z_n,  s_n = √(1 − γ²) sigma_{n+1},
///
/// the last jump ending at the boundary b. γ = 0 makes long deterministic jumps from level to level, γ = 1 goes down to b
/// every time, as consistency models do.
public struct TrajectorySampler: Sendable {
  /// `[K]`, falling: sigma_max, then the middle sigmas.
  public let sigmas: [Double]
  /// Where each jump ends, `[K]`.
  public let ends: [Double]
  private var noise: [Float]

  /// - Parameters:
  ///   - sigmas: `[K]`, K ≥ 1, strictly falling, all above `boundarySigma`.
  ///   - boundarySigma: the lowest level that jumps can end at, 0 or more.
  ///   - gamma: 0 to 1.
  ///   - elementCount: floats of the array to be sampled, all samples together.
  /// - Throws: `ConsistencyError.chainDoesNotFall`, or `.badSetting` for no sigmas at all or an impossible gamma.
  public init(
    sigmas: [Double], boundarySigma: Double, gamma: Double, elementCount: Int
  ) throws(ConsistencyError) {
    try requireFalling(sigmas, above: boundarySigma)
    try ConsistencyError.require((0...1).contains(gamma), "gamma", gamma, "0 to 1")
    self.sigmas = sigmas
    let kept = (1 - gamma * gamma).squareRoot()
    ends = sigmas.dropFirst().map { max(boundarySigma, kept * $0) } + [boundarySigma]
    noise = [Float](repeating: 0, count: elementCount)
  }

  /// Network calls per sample.
  public var evaluationCount: Int { sigmas.count }

  /// Fills `x` with samples. Allocates nothing itself.
  ///
  /// - Parameters:
  ///   - x: `elementCount` floats, whose contents are replaced.
  ///   - center: of the first noise: see `ConsistencySampler`.
  ///   - fillNoise: fills an array of `elementCount` floats with standard normal noise; called once per network call.
  ///   - jump: replaces x at the first noise level by G(x, first, second).
  public mutating func sample(
    _ x: UnsafeMutableBufferPointer<Float>, around center: UnsafeBufferPointer<Float>? = nil,
    noise fillNoise: (UnsafeMutableBufferPointer<Float>) -> Void,
    _ jump: (_ x: UnsafeMutableBufferPointer<Float>, _ from: Double, _ to: Double) -> Void
  ) {
    precondition(x.count == noise.count, "\(x.count) floats for a sampler of \(noise.count)")
    let (sigmas, ends) = (sigmas, ends)
    noise.withUnsafeMutableBufferPointer { noise in
      for (index, sigma) in sigmas.enumerated() {
        fillNoise(noise)
        if index == 0 {
          for i in 0..<x.count { x[i] = (center?[i] ?? 0) + Float(sigma) * noise[i] }
        } else {
          let end = ends[index - 1]
          let deviation = Float((sigma * sigma - end * end).squareRoot())
          for i in 0..<x.count { x[i] += deviation * noise[i] }
        }
        jump(x, sigma, ends[index])
      }
    }
  }
}
