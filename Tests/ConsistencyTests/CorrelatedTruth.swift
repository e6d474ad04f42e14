import Foundation

/// Closed forms for two correlated Gaussian values (two frames of one channel, or two channels of one frame): principal axes
/// turned by `angle`, with variances of their own.
struct CorrelatedTruth {
  var mean = (0.3, -0.2)
  var variances = (0.4, 0.05)
  var angle = 0.5

  private var axis: (x: Double, y: Double) { (cos(angle), sin(angle)) }

  /// Of the data: of the first value, of both, of the second.
  var covariance: (Double, Double, Double) { matrix(variances.0, variances.1) }

  /// The symmetric matrix with these values along the principal axes.
  private func matrix(_ a: Double, _ b: Double) -> (Double, Double, Double) {
    let (x, y) = axis
    return (x * x * a + y * y * b, x * y * (a - b), y * y * a + x * x * b)
  }

  /// Of the second value, the first being known.
  func conditional(first: Double) -> (mean: Double, variance: Double) {
    let (a, b, c) = covariance
    return (mean.1 + b / a * (first - mean.0), c - b * b / a)
  }

  /// Of the difference second − first, their sum being known.
  func conditional(sum: Double) -> (mean: Double, variance: Double) {
    let (a, b, c) = covariance
    let (total, cross) = (a + 2 * b + c, c - a)
    return (
      mean.1 - mean.0 + cross / total * (sum - mean.0 - mean.1), a - 2 * b + c - cross * cross / total
    )
  }

  /// Replaces pairs by the end of the probability-flow ODE from `sigma` to `end`, the exact consistency function or jump.
  func flow(_ x: UnsafeMutableBufferPointer<Float>, from sigma: Double, to end: Double = 0) {
    func gain(_ variance: Double) -> Double {
      ((variance + end * end) / (variance + sigma * sigma)).squareRoot()
    }
    apply(x, matrix(gain(variances.0), gain(variances.1)))
  }

  /// Replaces pairs by E[data | pair at sigma], the exact denoiser.
  func denoise(_ x: UnsafeMutableBufferPointer<Float>, _ sigma: Double) {
    apply(
      x, matrix(variances.0 / (variances.0 + sigma * sigma), variances.1 / (variances.1 + sigma * sigma)))
  }

  private func apply(_ x: UnsafeMutableBufferPointer<Float>, _ m: (Double, Double, Double)) {
    for i in stride(from: 0, to: x.count, by: 2) {
      let (a, b) = (Double(x[i]) - mean.0, Double(x[i + 1]) - mean.1)
      x[i] = Float(mean.0 + m.0 * a + m.1 * b)
      x[i + 1] = Float(mean.1 + m.1 * a + m.2 * b)
    }
  }
}
