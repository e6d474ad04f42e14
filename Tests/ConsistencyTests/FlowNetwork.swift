import Autograd
import Backbone
import Consistency

/// A network that is smooth in the noise level, as losses that differentiate by it need: with `flow` 1 its function on
/// N(mean, deviation²) is the true consistency function, with `denoiser` 1 the exact denoiser. For plain EDM coefficients
/// with sd = deviation and u = 250 ln sigma:
///
///     F(X, u) = flow (mean q + sd X q − sd mean − sd² X) / (sigma sd) + denoiser mean sigma / (q sd),
///     q = √(sigma² + sd²),  X = x/q.
struct FlowNetwork: Network {
  let truth: GaussianTruth
  let layout: ParameterLayout
  private let flow: Parameter
  private let denoiser: Parameter
  /// Of `LearnedWeighting`.
  let learned: [String: Parameter]

  init(_ truth: GaussianTruth, learned: [LearnedParameter] = []) {
    self.truth = truth
    var layout = ParameterLayout()
    flow = layout.add("flow", [1, 1, 1], kind: .vector, .zeros)
    denoiser = layout.add("denoiser", [1, 1, 1], kind: .vector, .zeros)
    self.learned = Dictionary(
      uniqueKeysWithValues: learned.map { ($0.name, layout.add($0.name, [1, 1, $0.count], kind: .vector, .zeros)) })
    self.layout = layout
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    let (mean, sd) = (Float(truth.mean), Float(truth.deviation))
    let sigma = (noise * (1 / 250)).apply(.exp)
    let q = (sigma.squared() + sd * sd).squareRoot()
    let numerator = q * mean + x * q * sd + x * (-sd * sd) - sd * mean
    let denoised = sigma * (q * sd).reciprocal() * mean
    return numerator * (sigma * sd).reciprocal() * x.parameter(flow) + denoised * x.parameter(denoiser)
  }

  func parameters(flow: Double = 0, denoiser: Double = 0) -> [Double] {
    var values = [Double](repeating: 0, count: layout.count)
    values[self.flow.offset] = flow
    values[self.denoiser.offset] = denoiser
    return values
  }

  /// F with `flow` 1 in double precision, for finite differences.
  func output(_ x: Double, sigma: Double) -> Double {
    let (mean, sd) = (truth.mean, truth.deviation)
    let q = (sigma * sigma + sd * sd).squareRoot()
    return (mean * q + sd * x * q - sd * mean - sd * sd * x) / (sigma * sd)
  }
}
