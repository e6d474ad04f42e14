import Autograd

/// How a step of the teacher's ODE is taken in training: by methods that need no steps before it.
public enum OneStepMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// First order; DDIM in this frame.
  case euler
  /// Second order: the mean of the slopes at both ends.
  case heun

  /// Network calls of one step.
  public var callsPerStep: Int { self == .heun ? 2 : 1 }
}

/// One step of the teacher's probability-flow ODE from level `t` down to level `r`, in a recorded loss.
enum TeacherStep {
  /// `eulerStep`, (r − t)/t, and `heunStep`, (r − t)/r: what x less its denoised self is multiplied by at t and at r.
  static let scalarNames = ["eulerStep", "heunStep"]

  /// Their values, for positive t and r.
  static func scalars(from t: Double, to r: Double) -> [Double] { [(r - t) / t, (r - t) / r] }
}

extension LossRecording {
  /// x_r = x_t + (r − t) slope, the slope being (x − D(x, sigma))/sigma at t, or for Heun its mean with that at r:
  /// `[B, T, C]`, through which no gradient passes.
  ///
  /// - Parameter weight: w of the guided denoiser that D then is, `[B, 1, 1]`; nil: the teacher's own.
  /// - Precondition: the objective has levels `t` and `r` and the scalars of `TeacherStep`.
  func teacherStep(from noisy: Tensor, _ solver: OneStepMethod, guidedBy weight: Tensor? = nil) -> Tensor {
    func denoised(_ x: Tensor, _ level: String) -> Tensor {
      weight.map { taught(x, at: level, guidedBy: $0) } ?? taught(x, at: level)
    }
    let atT = (noisy - denoised(noisy, "t")) * scalar("eulerStep")
    let euler = noisy + atT
    guard solver == .heun else { return euler }
    let atR = (euler - denoised(euler, "r")) * scalar("heunStep")
    return noisy + (atT + atR) * 0.5
  }
}
