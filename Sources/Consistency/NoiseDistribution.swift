import Foundation

/// Noise levels whose logarithm is normal: ln sigma ~ N(mean, deviation²) (Karras et al. 2022, table 1).
public struct LogNormal: Sendable, Hashable {
  /// Mean of ln sigma.
  public var mean: Double
  /// Standard deviation of ln sigma, positive.
  public var deviation: Double

  /// - Precondition: `deviation` > 0.
  public init(mean: Double, deviation: Double) {
    precondition(deviation > 0, "a lognormal distribution of deviation \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// The distribution of `factor` times a draw; `factor` > 0.
  public func scaled(by factor: Double) -> LogNormal { LogNormal(mean: mean + log(factor), deviation: deviation) }

  /// Draws a sigma; positive.
  public func draw(using generator: inout some RandomNumberGenerator) -> Double {
    exp(mean + deviation * generator.standardNormal())
  }
}

/// How often each interval of a mesh is trained on.
public enum IntervalDistribution: Sendable, Hashable, Codable {
  /// All alike (Song et al. 2023, algorithm 2).
  case uniform
  /// The lognormal's mass, discretised: p ∝ erf((ln t − mean)/(√2 deviation)) − erf((ln r − mean)/(√2 deviation)),
  /// t the interval's noisier end (Song & Dhariwal 2023, eq. 10, whose mesh indices rise). Mean and standard deviation
  /// are those of ln sigma.
  case lognormal(mean: Double, deviation: Double)

  /// The same distribution on a mesh whose sigmas are all multiplied by `factor`.
  func scaled(by factor: Double) -> IntervalDistribution {
    switch self {
    case .uniform: .uniform
    case .lognormal(let mean, let deviation): .lognormal(mean: mean + log(factor), deviation: deviation)
    }
  }

  /// One probability per interval of `mesh`, `[mesh.intervalCount]`, summing to 1; all 0 if the mesh has no mass.
  ///
  /// - Precondition: the mesh has two points or more.
  public func probabilities(over mesh: KarrasMesh) -> [Double] {
    precondition(mesh.intervalCount > 0, "a mesh of one point has no interval")
    let masses = (0..<mesh.intervalCount).map { i in
      switch self {
      case .uniform: return 1.0
      case .lognormal(let mean, let deviation):
        let (t, r) = mesh.interval(i)
        func cumulative(_ sigma: Double) -> Double { erf((log(sigma) - mean) / (2.0.squareRoot() * deviation)) }
        return cumulative(t) - cumulative(r)
      }
    }
    let total = masses.reduce(0, +)
    return total > 0 ? masses.map { $0 / total } : masses
  }
}

/// Draws indices with given probabilities, by inversion of their running sum.
struct IndexSampler: Sendable {
  private let cumulative: [Double]

  init(_ probabilities: [Double]) {
    var sum = 0.0
    cumulative = probabilities.map {
      sum += $0
      return sum
    }
  }

  func draw(using generator: inout some RandomNumberGenerator) -> Int {
    // Scaled by the last sum, so that rounding never leaves a gap above it.
    let point = generator.unitUniform() * cumulative.last!
    return cumulative.firstIndex { point < $0 } ?? cumulative.count - 1
  }
}

extension RandomNumberGenerator {
  /// Uniform in [0, 1) with 53 random bits.
  mutating func unitUniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Standard normal (Box-Muller).
  mutating func standardNormal() -> Double {
    let radius = (-2 * log(1 - unitUniform())).squareRoot()
    return radius * cos(2 * Double.pi * unitUniform())
  }
}
