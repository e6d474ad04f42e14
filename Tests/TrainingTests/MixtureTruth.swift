import Autograd
import Backbone
import Consistency
import Foundation

/// Data 0.3 N(−1, 0.4²) + 0.7 N(1, 0.4²), whose standard deviation is 1, with everything about it in closed form.
///
/// On a line the probability flow keeps the order of points, so that it keeps each one's share of the distribution below it:
/// the flow from noise level t to r is F_r⁻¹ ∘ F_t, F the cumulative distribution of the data with that noise.
enum MixtureTruth {
  static let share = 0.3
  static let deviation = 0.4
  static let sigmaData = 1.0

  /// F at a noise level.
  static func cumulative(_ x: Double, sigma: Double) -> Double {
    let width = (2 * (deviation * deviation + sigma * sigma)).squareRoot()
    return share * erfc(-(x + 1) / width) / 2 + (1 - share) * erfc(-(x - 1) / width) / 2
  }

  /// F⁻¹ of a share in (0, 1), by bisection.
  static func quantile(_ probability: Double, sigma: Double) -> Double {
    inverse(probability, within: 2 + 10 * (deviation + sigma)) { cumulative($0, sigma: sigma) }
  }

  private static func inverse(_ probability: Double, within limit: Double, _ cumulative: (Double) -> Double) -> Double {
    var (low, high) = (-limit, limit)
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Evenly spread points of the standard normal distribution.
  static func noise(_ count: Int) -> [Float] {
    levels(count).map { Float(inverse($0, within: 10) { erfc(-$0 / 2.0.squareRoot()) / 2 }) }
  }

  /// Evenly spread points of the data.
  static func points(_ count: Int) -> [Float] { levels(count).map { Float(quantile($0, sigma: 0)) } }

  /// The middles of `count` equal shares.
  static func levels(_ count: Int) -> [Double] { (0..<count).map { (Double($0) + 0.5) / Double(count) } }

  /// What tells the modes apart beside x: ½ ln(0.7/0.3).
  static let logOdds = log((1 - share) / share) / 2

  /// E[x0 | x]: (s² x + sigma² tanh(½ ln(0.7/0.3) + x/v))/v, v = s² + sigma².
  ///
  /// - Parameter guidance: w of (1 + w) E[x0 | x] − w E[x0 | x, ∅]: without the condition, ∅, both modes are as likely.
  static func denoised(_ x: Double, sigma: Double, guidance: Double = 0) -> Double {
    let variance = deviation * deviation + sigma * sigma
    let mean = (1 + guidance) * tanh(logOdds + x / variance) - guidance * tanh(x / variance)
    return (deviation * deviation * x + sigma * sigma * mean) / variance
  }

  /// Where that denoiser's flow dx/dσ = (x − D)/σ takes a point, by Runge-Kutta steps of one per cent of σ.
  static func end(of point: Double, from start: Double, to end: Double, guidance: Double = 0) -> Double {
    func slope(_ x: Double, _ sigma: Double) -> Double { (x - denoised(x, sigma: sigma, guidance: guidance)) / sigma }
    let steps = Int((log(start / end) / 0.01).rounded(.up))
    var (x, sigma) = (point, start)
    for step in 1...steps {
      let h = start * pow(end / start, Double(step) / Double(steps)) - sigma
      let a = slope(x, sigma)
      let b = slope(x + h / 2 * a, sigma + h / 2)
      let c = slope(x + h / 2 * b, sigma + h / 2)
      let d = slope(x + h * c, sigma + h)
      x += h / 6 * (a + 2 * b + 2 * c + d)
      sigma += h
    }
    return x
  }
}

/// F(x, u) of single numbers: a small residual network, or the F of the exact denoiser.
struct MixtureNetwork: Network {
  private struct Layers {
    let embedding: NoiseEmbedding
    let target: NoiseEmbedding?
    let input: Linear
    let blocks: [(film: Linear, linear: Linear)]
    let output: Linear
  }

  private let layers: Layers?
  /// What the second embedding's u is multiplied by: a guidance's 1000 w is much for so small a network.
  private let targetScale: Float
  var embedsTarget: Bool { layers?.target != nil }

  /// The exact denoiser's, for plain EDM coefficients and the embedding ln(sigma)/4; it has no parameters.
  static let exact = MixtureNetwork()

  private init() {
    layers = nil
    targetScale = 1
  }

  init(second: SecondEmbedding?, width: Int = 48, in layout: inout ParameterLayout) {
    targetScale = second == .guidance ? 0.01 : 1
    layers = Layers(
      embedding: layout.scope("embedding") { NoiseEmbedding(width: 16, in: &$0) },
      target: second == nil
        ? nil : layout.scope("target") { NoiseEmbedding(width: 16, startsAtZero: true, in: &$0) },
      input: layout.scope("input") { Linear(1, width, in: &$0) },
      blocks: (0..<3).map { index in
        layout.scope("block\(index)") { layout in
          (
            layout.scope("film") { Linear(16, width, in: &$0) },
            layout.scope("linear") { Linear(width, width, in: &$0) }
          )
        }
      },
      output: layout.scope("output") { Linear(width, 1, in: &$0) })
  }

  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    guard let layers else { return exact(x, noise: noise, condition: conditioning.global) }
    var level = layers.embedding(noise)
    if let embedding = layers.target, let target { level = level + embedding(target * targetScale) }
    level = level.mish()
    var h = layers.input(x)
    for block in layers.blocks { h = h + block.linear((h + block.film(level)).mish()) }
    return layers.output(h)
  }

  /// - Parameter condition: 1, or 0 where it is dropped; nil: never.
  private func exact(_ input: Tensor, noise: Tensor, condition: Tensor?) -> Tensor {
    let data = Float(MixtureTruth.deviation * MixtureTruth.deviation)
    let sigma = (noise * 4).apply(.exp)
    let total = sigma.squared() + 1
    let x = input * total.squareRoot()
    let inverse = (sigma.squared() + data).reciprocal()
    let offset = Float(MixtureTruth.logOdds)
    let known = condition.map { x * inverse + $0 * offset } ?? x * inverse + offset
    let mean = known.apply(.tanh)
    let denoised = (x * data + mean * sigma.squared()) * inverse
    // D = x/q² + sigma/q F, q² = sigma² + 1.
    return (denoised - x * total.reciprocal()) * total.squareRoot() * sigma.reciprocal()
  }
}
