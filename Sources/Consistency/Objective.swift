import Autograd

/// A way to train a denoiser: which noise levels are drawn, and the loss of a graph that knows them.
///
/// A new method is one file with a type like this and one case of `ObjectiveConfiguration.Method`. Convention of every pair:
/// level `t` is the noisier one, which the online network sees; `r` < t is the target's.
public protocol Objective: Sendable {
  /// What of it can be set.
  associatedtype Configuration: ObjectiveSettings
  /// Scales the configuration's noise levels to data of standard deviation `sigmaData`, positive.
  ///
  /// - Throws: `ConsistencyError` for a value outside its range.
  init(_ configuration: Configuration, sigmaData: Double) throws(ConsistencyError)

  /// Short name, as on the command line.
  var name: String { get }
  /// Whether a frozen denoiser is needed (in `Bank.teacher`).
  var needsTeacher: Bool { get }
  /// What the network embeds beside the noise level.
  static var secondEmbedding: SecondEmbedding? { get }
  /// The frame of the trained denoiser.
  static var frame: Preconditioning.Frame { get }
  /// The methods whose models can be that denoiser.
  static var teachers: [ObjectiveConfiguration.Method] { get }
  /// Whether that denoiser must be one that knows what is likely without a condition: see
  /// `EDMObjective.Configuration.conditionDropout`.
  static var needsUnconditionalTeacher: Bool { get }
  /// Whether the target is a moving average of the online parameters (in `Bank.target`); else they serve themselves.
  var usesTarget: Bool { get }
  /// That average's decay per step, in [0, 1).
  ///
  /// - Parameter progress: how much of the training has been done, 0 … 1.
  func targetDecay(progress: Double) -> Double
  /// Parameters that belong to the loss and not to the network, such as a learned weighting.
  var learned: [LearnedParameter] { get }
  /// Noise levels of the deterministic chain that is trained, falling, with the one at which it ends; empty: sampling
  /// adds noise between calls, or follows the ODE.
  var phases: [Double] { get }
  /// The weights w of classifier-free guidance that are trained: given if and only if the network embeds w.
  var guidance: ClosedRange<Double>? { get }
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

  /// What a training step costs per sample, in forward passes of the network: a trained call is 3, forward and backward;
  /// one that only passes the gradient on 2; one with frozen parameters 1; a derivative along a direction 1 more.
  var evaluationsPerStep: Int { get }

  /// Draws one sample's noise levels and scalars.
  ///
  /// - Parameter progress: how much of the training has been done, 0 … 1.
  func draw(progress: Double, using generator: inout some RandomNumberGenerator) -> Draw

  /// Records the loss of every sample, weights included: `[B, 1, 1]`.
  func loss<N>(_ recording: LossRecording<N>) -> Tensor
}

extension Objective {
  /// Nothing.
  public static var secondEmbedding: SecondEmbedding? { nil }
  /// Whether that is the level at which a jump ends.
  public static var needsTargetTime: Bool { secondEmbedding == .targetTime }
  /// EDM's.
  public static var frame: Preconditioning.Frame { .edm }
  /// EDM denoisers.
  public static var teachers: [ObjectiveConfiguration.Method] { [.edm] }
  /// False.
  public static var needsUnconditionalTeacher: Bool { false }
  /// False: the online parameters serve as the target.
  public var usesTarget: Bool { false }
  /// 0.
  public func targetDecay(progress: Double) -> Double { 0 }
  /// None.
  public var learned: [LearnedParameter] { [] }
  /// None.
  public var phases: [Double] { [] }
  /// None.
  public var guidance: ClosedRange<Double>? { nil }
}

/// What a network may embed beside the noise level, in an embedding of its own.
public enum SecondEmbedding: Sendable, Hashable {
  /// The level at which a jump from there is to end.
  case targetTime
  /// The weight w of classifier-free guidance.
  case guidance
}

/// An objective's settings: the published ones unless a record says otherwise.
public protocol ObjectiveSettings: Sendable, Hashable, Codable {
  /// The published settings.
  init()
}

/// A parameter that a loss learns beside the network's, starting from 0.
public struct LearnedParameter: Sendable, Hashable {
  /// Its name in a checkpoint, after `objective.`.
  public var name: String
  /// Number of values.
  public var count: Int

  public init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}

/// What is drawn for one sample: numbers in the order of an objective's `levelNames` and `scalarNames`.
public struct Draw: Sendable, Hashable {
  /// In units of the data, 0 or more.
  public var sigmas: DrawnNumbers
  /// Weights and step sizes, one for each scalar name.
  public var scalars: DrawnNumbers

  public init(sigmas: DrawnNumbers, scalars: DrawnNumbers) {
    self.sigmas = sigmas
    self.scalars = scalars
  }

  /// `Draw(sigmas: [t, r], scalars: [weight])`.
  public init<let levels: Int, let factors: Int>(
    sigmas: InlineArray<levels, Double>, scalars: InlineArray<factors, Double>
  ) {
    self.init(sigmas: DrawnNumbers(sigmas), scalars: DrawnNumbers(scalars))
  }
}
