/// What decides the noise of a sample.
public enum NoiseSource: Sendable, Hashable {
  case seed(UInt64)
  /// Between the noises of two seeds, on the sphere: `share` 0 is the first seed's sample, 1 the second's.
  case between(UInt64, UInt64, share: Double)

  /// What fills arrays of one length with noise, each with that of its next use.
  ///
  /// - Parameter step: tells the uses of a seed apart.
  public func filling(step: UInt32) -> (UnsafeMutableBufferPointer<Float>) -> Void {
    switch self {
    case .seed(let seed):
      var noise = SampleNoise(seeds: [seed], step: step)
      return { noise.fill($0) }
    case .between(let first, let second, let share):
      var noises = [first, second].map { SampleNoise(seeds: [$0], step: step) }
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
