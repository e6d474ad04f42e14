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

/// The teacher's way along its probability-flow ODE from level `t` down to level `r`, in a recorded loss: in one step, or in
/// several through levels between them.
enum TeacherStep {
  /// The levels between t and r, in falling order: `between1`, … for `steps` steps.
  static func levelNames(steps: Int) -> [String] { (1..<steps).map { "between\($0)" } }

  /// For every step from σ to σ′ `eulerStep`, (σ′ − σ)/σ, and `heunStep`, (σ′ − σ)/σ′: what x less its denoised self is
  /// multiplied by at either end.
  static func scalarNames(steps: Int = 1) -> [String] { (0..<steps).flatMap { [euler($0), heun($0)] } }

  /// Their values along positive, falling `sigmas`, t first, r last, `[steps + 1]`.
  static func scalars(through sigmas: DrawnNumbers) -> DrawnNumbers {
    var scalars = DrawnNumbers()
    for step in 0..<sigmas.count - 1 {
      let (sigma, next) = (sigmas[step], sigmas[step + 1])
      scalars.append((next - sigma) / sigma)
      scalars.append((next - sigma) / next)
    }
    return scalars
  }

  fileprivate static func euler(_ step: Int) -> String { step == 0 ? "eulerStep" : "eulerStep\(step)" }
  fileprivate static func heun(_ step: Int) -> String { step == 0 ? "heunStep" : "heunStep\(step)" }
}

extension LossRecording {
  /// In every step x′ = x + (σ′ − σ) slope, the slope being (x − D(x, σ))/σ, or for Heun its mean with that at σ′:
  /// `[B, T, C]`, through which no gradient passes.
  ///
  /// - Parameter weight: w of the guided denoiser that D then is, `[B, 1, 1]`; nil: the teacher's own.
  /// - Precondition: the objective has levels `t` and `r`, and the levels and scalars of `TeacherStep` for `steps` steps.
  func teacherStep(
    from noisy: Tensor, _ solver: OneStepMethod, steps: Int = 1, guidedBy weight: Tensor? = nil
  ) -> Tensor {
    func denoised(_ x: Tensor, _ level: String) -> Tensor {
      weight.map { taught(x, at: level, guidedBy: $0) } ?? taught(x, at: level)
    }
    let levels = ["t"] + TeacherStep.levelNames(steps: steps) + ["r"]
    return (0..<steps).reduce(noisy) { x, step in
      let first = (x - denoised(x, levels[step])) * scalar(TeacherStep.euler(step))
      let euler = x + first
      guard solver == .heun else { return euler }
      let last = (euler - denoised(euler, levels[step + 1])) * scalar(TeacherStep.heun(step))
      return x + (first + last) * 0.5
    }
  }
}
