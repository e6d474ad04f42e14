/// What decides the noise of a sample.
public enum NoiseSource: Sendable, Hashable {
  case seed(UInt64)
  /// Between the noises of two seeds, on the sphere: `share` 0 is the first seed's sample, 1 the second's.
  case between(UInt64, UInt64, share: Double)

  /// What fills arrays of one length with noise, each with that of its next use.
  ///
  /// - Parameters:
  ///   - step: tells the uses of a seed apart.
  ///   - skipped: so many numbers are left out at the beginning, of what is a stretch of something longer.
  public func filling(step: UInt32, skipping skipped: Int = 0) -> (UnsafeMutableBufferPointer<Float>) -> Void {
    switch self {
    case .seed(let seed):
      var noise = SampleNoise(seeds: [seed], step: step, skipping: skipped)
      return { noise.fill($0) }
    case .between(let first, let second, let share):
      var noises = [first, second].map { SampleNoise(seeds: [$0], step: step, skipping: skipped) }
      return { values in
        let ends = noises.indices.map { index in
          noises[index].fill(values)
          return Array(values)
        }
        _ = values.update(fromContentsOf: sphericalInterpolation(ends[0], ends[1], share: share))
      }
    }
  }
}
