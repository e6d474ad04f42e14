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
  /// - Precondition: the objective has levels `t` and `r` and the scalars of `TeacherStep`.
  func teacherStep(from noisy: Tensor, _ solver: OneStepMethod) -> Tensor {
    let atT = (noisy - taught(noisy, at: "t")) * scalar("eulerStep")
    let euler = noisy + atT
    guard solver == .heun else { return euler }
    let atR = (euler - taught(euler, at: "r")) * scalar("heunStep")
    return noisy + (atT + atR) * 0.5
  }
}
