import Autograd
import Backbone
import Consistency

/// A network that is affine in x with its own slope and shift for each of a few cases of what it is told: noise level,
/// condition and guidance. In all other cases it is 0.
struct GuidedNetwork: Network {
  /// What it is told in one case.
  enum Case: Hashable {
    /// A student, guided with weight w.
    case guided(sigma: Double, condition: Double, weight: Double)
    /// A teacher, which embeds nothing but its noise level: it is asked to stay there.
    case plain(sigma: Double, condition: Double)

    var sigma: Double {
      switch self {
      case .guided(let sigma, _, _), .plain(let sigma, _): sigma
      }
    }

    /// The noise embedding's u, the condition, the second embedding's u.
    var told: (u: Double, condition: Double, second: Double) {
      switch self {
      case .guided(let sigma, let condition, let weight): (NoiseScale.consistency(sigma), condition, 1000 * weight)
      case .plain(let sigma, let condition):
        (NoiseScale.consistency(sigma), condition, NoiseScale.consistency(sigma))
      }
    }
  }

  let cases: [Case]
  let layout: ParameterLayout
  private let slope: Parameter
  private let shift: Parameter
  var embedsTarget: Bool { true }

  init(_ cases: [Case]) {
    self.cases = cases
    var layout = ParameterLayout()
    slope = layout.add("slope", [1, 1, cases.count], kind: .vector, .zeros)
    shift = layout.add("shift", [1, 1, cases.count], kind: .vector, .zeros)
    self.layout = layout
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    let batch = x.shape[0]
    func distance(_ told: Tensor, _ values: [Double], scale: Float) -> Tensor {
      ((told + told.constant(values.map { Float(-$0) }, [1, 1, cases.count])) * scale).squared()
    }
    let told = cases.map(\.told)
    let far =
      distance(noise, told.map(\.u), scale: 1) + distance(target!, told.map(\.second), scale: 1)
      + distance(conditioning.global!, told.map(\.condition), scale: 100)
    // Different cases are many units apart: this is 1 for the one that it is and 0 for the others.
    let selected = (far * -1).apply(.exp)
    func look(_ parameter: Parameter) -> Tensor { (selected * x.parameter(parameter)).sum(to: [batch, 1, 1]) }
    return x * look(slope) + look(shift)
  }

  /// Parameters with which the denoiser is `maps[case]` in that case; without one its preconditioning alone.
  func parameters(_ maps: [Case: Affine], _ preconditioning: Preconditioning) -> [Double] {
    var values = [Double](repeating: 0, count: layout.count)
    for (i, told) in cases.enumerated() {
      let c = preconditioning.coefficients(told.sigma)
      // At the boundary the network has no say.
      guard let map = maps[told], c.out > 0 else { continue }
      values[slope.offset + i] = (map.gain - c.skip) / (c.out * c.input)
      values[shift.offset + i] = map.offset / c.out
    }
    return values
  }
}

/// x ↦ gain x + offset.
struct Affine {
  var gain = 1.0
  var offset = 0.0

  func callAsFunction(_ inner: Affine) -> Affine {
    Affine(gain: gain * inner.gain, offset: gain * inner.offset + offset)
  }

  /// Σ factor · map. No operators: they would burden the type checker everywhere.
  static func sum(_ terms: (factor: Double, map: Affine)...) -> Affine {
    terms.reduce(into: Affine(gain: 0)) { sum, term in
      sum.gain += term.factor * term.map.gain
      sum.offset += term.factor * term.map.offset
    }
  }
}

extension GaussianTruth {
  /// The exact denoiser at `sigma`.
  func denoiser(_ sigma: Double) -> Affine {
    Affine(gain: denoiserGain(sigma), offset: mean * (1 - denoiserGain(sigma)))
  }
}
