import CSpectral

/// Masuyama, Yatabe and Oikawa 2019, "Griffin-Lim like phase recovery via alternating direction method of multipliers":
/// X = P(Z - U), V = X + U, Z = (rho V + W) / (1 + rho), U = U + X - Z, with W the transform of V's inverse transform.
///
/// As U = V - Z after the last line, V alone is the state: V is replaced by P(2 Z - V) + V - Z. The result is P(Z).
struct ADMM: ProjectionStep {
  let rho: Float
  let iterations: Int

  func callAsFunction(
    _ iteration: Int, fftSize: Int, spectrum: UnsafeMutablePointer<Float>, magnitudes: UnsafePointer<Float>,
    a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>
  ) {
    if iteration == iterations - 1 {
      cs_project_admm_last(fftSize, spectrum, magnitudes, rho, a, b, output)
    } else {
      cs_project_admm(fftSize, spectrum, magnitudes, rho, a, b, output)
    }
  }
}
