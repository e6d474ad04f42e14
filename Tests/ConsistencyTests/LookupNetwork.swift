import Autograd
import Backbone
import Consistency

/// A network that is affine in x with its own slope and shift at each of a few noise levels: the smallest model that can
/// represent the closed-form minimisers exactly. Between its noise levels it is 0.
struct LookupNetwork: Network {
  let sigmas: [Double]
  let layout: ParameterLayout
  private let slope: Parameter
  private let shift: Parameter

  init(_ sigmas: [Double]) {
    var layout = ParameterLayout()
    self.sigmas = sigmas
    slope = layout.add("slope", [1, 1, sigmas.count], kind: .vector, .zeros)
    shift = layout.add("shift", [1, 1, sigmas.count], kind: .vector, .zeros)
    self.layout = layout
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    let (batch, count) = (x.shape[0], sigmas.count)
    let known = noise.constant(sigmas.map { Float(-NoiseScale.consistency($0)) }, [1, 1, count])
    // u is 250 ln sigma, so different levels are many units apart: this is 1 at the level and 0 at the others.
    let selected = ((noise + known).squared() * -1).apply(.exp)
    func look(_ parameter: Parameter) -> Tensor { (selected * x.parameter(parameter)).sum(to: [batch, 1, 1]) }
    return x * look(slope) + look(shift)
  }

  /// Parameters with which the denoiser is `mean + gains[i] (x − mean)` at `sigmas[i]`.
  func parameters(gains: [Double], mean: Double, _ preconditioning: Preconditioning) -> [Double] {
    var values = [Double](repeating: 0, count: layout.count)
    for (i, sigma) in sigmas.enumerated() {
      let c = preconditioning.coefficients(sigma)
      // At the boundary the network has no say.
      guard c.out > 0 else { continue }
      values[slope.offset + i] = (gains[i] - c.skip) / (c.out * c.input)
      values[shift.offset + i] = mean * (1 - gains[i]) / c.out
    }
    return values
  }
}

/// F(x) = weight · x, whatever the noise level: for losses that can be computed by hand.
struct ProportionalNetwork: Network {
  let layout: ParameterLayout
  private let weight: Parameter

  init() {
    var layout = ParameterLayout()
    weight = layout.add("weight", [1, 1, 1], kind: .vector, .zeros)
    self.layout = layout
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    x * x.parameter(weight)
  }
}
