import CSpectral

/// Griffin and Lim 1984, "Signal estimation from modified short-time Fourier transform": c = P(W).
struct GriffinLim: ProjectionStep {
  func callAsFunction(
    _ iteration: Int, fftSize: Int, spectrum: UnsafeMutablePointer<Float>, magnitudes: UnsafePointer<Float>,
    a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    cs_project(fftSize, spectrum, magnitudes, output)
  }
}
