/// One iteration of a method on a pair of frames, between the forward and the inverse transform.
///
/// W is the transform of the signal that the last iteration left, S the magnitudes, P(T) = S T / |T|. The state is one
/// complex number per bin, at first S with the start's phases, whose inverse transform is the first signal.
protocol ProjectionStep: Sendable {
  /// - Parameters:
  ///   - iteration: counts from 0.
  ///   - spectrum: W of both frames as one complex transform returned it, [fftSize + 1, 2].
  ///   - magnitudes: S of both as `cs_pair_magnitudes` arranges them.
  ///   - a, b: the states, [fftSize / 2 + 4, 2] each.
  ///   - output: what is to be transformed back, as `cs_join_pair` arranges it, [fftSize + 4, 2].
  func callAsFunction(
    _ iteration: Int, fftSize: Int, spectrum: UnsafeMutablePointer<Float>, magnitudes: UnsafePointer<Float>,
    a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>)
}
