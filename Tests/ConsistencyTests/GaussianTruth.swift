/// Closed forms for data x0 ~ N(mean, deviation²), against which solvers, samplers and objectives are compared.
/// Everything is affine, `mean + gain (x − mean)`, so a gain says it all.
struct GaussianTruth {
  var mean = 0.3
  var deviation = 0.5

  var variance: Double { deviation * deviation }

  /// Of the exact denoiser E[x0 | x].
  func denoiserGain(_ sigma: Double) -> Double { variance / (variance + sigma * sigma) }

  /// Of the probability-flow ODE from noise level t to r.
  func flowGain(from t: Double, to r: Double) -> Double {
    ((variance + r * r) / (variance + t * t)).squareRoot()
  }

  /// Of one Euler step of it; also the regression of x_r on x_t, both with the same z.
  func eulerGain(from t: Double, to r: Double) -> Double { (variance + r * t) / (variance + t * t) }

  /// Of one Heun step of it.
  func heunGain(from t: Double, to r: Double) -> Double {
    let slopeAtT = (1 - denoiserGain(t)) / t
    let euler = 1 + (r - t) * slopeAtT
    let slopeAtR = (1 - denoiserGain(r)) / r * euler
    return 1 + (r - t) * (slopeAtT + slopeAtR) / 2
  }

  /// The minimiser of a discretised objective: its gain at each of the falling noise levels, given each step's.
  /// The gain at the last level is 1.
  func minimiserGains(_ sigmas: [Double], step: (_ t: Double, _ r: Double) -> Double) -> [Double] {
    var gains = [Double](repeating: 1, count: sigmas.count)
    for i in (0..<sigmas.count - 1).reversed() { gains[i] = gains[i + 1] * step(sigmas[i], sigmas[i + 1]) }
    return gains
  }
}
