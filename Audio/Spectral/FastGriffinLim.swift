import CSpectral

/// Perraudin, Balazs and Søndergaard 2013, "A fast Griffin-Lim algorithm", algorithm 2: t = W + alpha (W - W'), c = P(t)
/// with W' the W before.
///
/// P ignores a factor, so that W - alpha / (1 + alpha) W' will do. The state is W'.
struct FastGriffinLim: ProjectionStep {
  private let weight: Float

  init(momentum: Float) {
    weight = momentum / (1 + momentum)
  }

  func callAsFunction(
    _ iteration: Int, fftSize: Int, spectrum: UnsafeMutablePointer<Float>, magnitudes: UnsafePointer<Float>,
    a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    // There is no W before the first.
    cs_project_momentum(fftSize, spectrum, magnitudes, iteration == 0 ? 0 : weight, a, b, output)
  }
}
