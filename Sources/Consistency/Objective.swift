import Autograd

/// A way to train a denoiser: which noise levels are drawn, and the loss of a graph that knows them.
///
/// A new method is one file with a type like this and one case of `ObjectiveConfiguration`. Convention of every pair:
/// level `t` is the noisier one, which the online network sees; `r` < t is the target's.
public protocol Objective: Sendable {
  /// Short name, as on the command line.
  var name: String { get }
  /// Whether a frozen denoiser is needed (in `Bank.teacher`).
  var needsTeacher: Bool { get }
  /// Decay of the moving average that serves as the target (in `Bank.target`); 0: the online parameters serve.
  var targetDecay: Double { get }
  /// The noise level b at which the trained denoiser returns its input.
  var boundarySigma: Double { get }
  /// The largest noise level that is trained on, where sampling starts.
  var sigmaMax: Double { get }
  /// The least noise level that is worth a solver's step.
  var sigmaMin: Double { get }
  /// The noise levels that the loss reads, in `Draw.sigmas`' order.
  var levelNames: [String] { get }
  /// The other numbers per sample that it reads, in `Draw.scalars`' order.
  var scalarNames: [String] { get }

  /// Draws one sample's noise levels and scalars.
  ///
  /// - Parameter progress: how much of the training has been done, 0 … 1.
  func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw

  /// Records the loss of every sample, weights included: `[B, 1, 1]`.
  func loss<N>(_ recording: LossRecording<N>) -> Tensor
}

extension Objective {
  /// 0: the online parameters serve as the target.
  public var targetDecay: Double { 0 }

  /// Whether the target is a moving average, in `Bank.target`.
  public var needsTarget: Bool { targetDecay > 0 }
}

/// What is drawn for one sample: numbers in the order of an objective's `levelNames` and `scalarNames`.
public struct Draw: Sendable, Hashable {
  /// In units of the data, 0 or more.
  public var sigmas: [Double]
  /// Weights and step sizes, one for each scalar name.
  public var scalars: [Double]

  public init(sigmas: [Double], scalars: [Double]) {
    self.sigmas = sigmas
    self.scalars = scalars
  }
}
