/// Samples from a consistency model f in one call or a few (Song et al. 2023, algorithm 1):
///
///     x = f(sigma_0 z, sigma_0);  then for each further sigma_n:  x <- f(x + √(sigma_n² − b²) z_n, sigma_n).
///
/// The noise levels fall, and all lie above the model's own boundary b.
public struct ConsistencySampler: Sendable {
  /// `[K]`, falling: sigma_max, then the middle sigmas.
  public let sigmas: [Double]
  /// b, the noise level at which the model returns its input.
  public let boundarySigma: Double
  private var noise: [Float]

  /// - Parameters:
  ///   - sigmas: `[K]`, K ≥ 1, strictly falling, all above `boundarySigma`.
  ///   - boundarySigma: of the model's `Preconditioning`, 0 or more.
  ///   - elementCount: floats of the array to be sampled, all samples together.
  /// - Throws: `ConsistencyError.chainDoesNotFall`, or `.badSetting` for no sigmas at all.
  public init(sigmas: [Double], boundarySigma: Double, elementCount: Int) throws(ConsistencyError) {
    try requireFalling(sigmas, above: boundarySigma)
    self.sigmas = sigmas
    self.boundarySigma = boundarySigma
    noise = [Float](repeating: 0, count: elementCount)
  }

  /// Network calls per sample.
  public var evaluationCount: Int { sigmas.count }

  /// Fills `x` with samples. Allocates nothing itself.
  ///
  /// - Parameters:
  ///   - x: `elementCount` floats, whose contents are replaced.
  ///   - center: of the first noise, like x; 0 without it. Where the first sigma is a middle one this is a sketch, of
  ///     which as much is kept as that noise leaves (stroke-guided editing: Meng et al. 2022, "SDEdit", section 3).
  ///   - fillNoise: fills an array of `elementCount` floats with standard normal noise; called once per network call.
  ///   - denoise: the model, in place.
  public mutating func sample(
    _ x: UnsafeMutableBufferPointer<Float>, around center: UnsafeBufferPointer<Float>? = nil,
    noise fillNoise: (UnsafeMutableBufferPointer<Float>) -> Void,
    _ denoise: DenoiseInPlace
  ) {
    precondition(x.count == noise.count, "\(x.count) floats for a sampler of \(noise.count)")
    let (sigmas, boundary) = (sigmas, boundarySigma)
    noise.withUnsafeMutableBufferPointer { noise in
      for (index, sigma) in sigmas.enumerated() {
        fillNoise(noise)
        if index == 0 {
          let deviation = Float(sigma)
          for i in 0..<x.count { x[i] = (center?[i] ?? 0) + deviation * noise[i] }
        } else {
          let deviation = Float((sigma * sigma - boundary * boundary).squareRoot())
          for i in 0..<x.count { x[i] += deviation * noise[i] }
        }
        denoise(x, sigma)
      }
    }
  }
}
