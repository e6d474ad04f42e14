import Environments

extension TwoWay {
  /// The start a seed draws: uniform around `TwoWayGeometry.ambiguousStart`, x before y.
  ///
  /// - Parameter generator: `.legacy` draws numpy's `RandomState(seed).uniform(low, high)`, `.gymnasium`
  ///   `default_rng(seed).uniform(low, high)`.
  /// - Throws: `EnvironmentError.seedOutOfRange` for legacy seeds of 2³² and more.
  public static func start(seed: UInt64, generator: ResetGenerator) throws(EnvironmentError) -> Point {
    let low = TwoWayGeometry.ambiguousStart - TwoWayGeometry.startSpread
    let width = TwoWayGeometry.ambiguousStart + TwoWayGeometry.startSpread - low
    switch generator {
    case .legacy:
      guard let word = UInt32(exactly: seed) else {
        throw .seedOutOfRange(seed: seed, generator: generator, limit: UInt64(UInt32.max))
      }
      var random = MersenneTwister(seed: word)
      let x = random.uniform()
      return low + width * Point(x, random.uniform())
    case .gymnasium:
      var random = PCG64(seed: seed)
      let x = random.uniform()
      return low + width * Point(x, random.uniform())
    }
  }
}
