import Consistency
import Foundation
import Testing

@Suite struct NoiseDistributionTests {
  @Test func lognormalDrawsHaveTheGivenMeanAndDeviation() {
    let distribution = LogNormal(mean: -1.2, deviation: 1.2)
    var random = seeded(1)
    let count = 40_000
    let logs = (0..<count).map { _ in log(distribution.draw(using: &random)) }
    let mean = logs.reduce(0, +) / Double(count)
    let variance = logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    // Four standard errors of the mean and of the variance.
    #expect(abs(mean + 1.2) < 4 * 1.2 / Double(count).squareRoot())
    #expect(abs(variance - 1.44) < 4 * 1.44 * (2 / Double(count)).squareRoot())
  }

  @Test func scalingSigmaShiftsTheMeanByItsLogarithm() {
    // methods.md: EDM's −1.2 becomes −0.51 for unit variance.
    let scaled = LogNormal(mean: -1.2, deviation: 1.2).scaled(by: SigmaUnits.published.factor(sigmaData: 1))
    #expect(abs(scaled.mean + 0.51) < 0.005 && scaled.deviation == 1.2)
  }

  @Test(arguments: [
    IntervalDistribution.uniform, .lognormal(mean: -1.1, deviation: 2), .lognormal(mean: 0, deviation: 0.3),
  ])
  func probabilitiesArePositiveAndSumToOne(distribution: IntervalDistribution) {
    let p = distribution.probabilities(over: KarrasMesh(count: 50, sigmaMin: 0.02, sigmaMax: 80))
    #expect(p.count == 49 && p.allSatisfy { $0 >= 0 })
    #expect(abs(p.reduce(0, +) - 1) < 1e-12)
  }

  @Test func discretisedLognormalIsTheIntegralOfTheDensity() {
    let mesh = KarrasMesh(count: 11, sigmaMin: 0.002, sigmaMax: 80)
    let p = IntervalDistribution.lognormal(mean: -1.1, deviation: 2).probabilities(over: mesh)
    // The midpoint rule on the normal density of ln sigma.
    let masses = (0..<10).map { i in
      let (t, r) = mesh.interval(i)
      let width = (log(t) - log(r)) / 2000
      return (0..<2000).reduce(0.0) { sum, j in
        let x = (log(r) + (Double(j) + 0.5) * width + 1.1) / 2
        return sum + exp(-x * x / 2) * width
      }
    }
    let total = masses.reduce(0, +)
    for i in 0..<10 { #expect(abs(p[i] - masses[i] / total) < 1e-6) }
  }

  @Test func distillationDrawsIntervalsWithTheirProbabilities() throws {
    var configuration = ConsistencyDistillation.Configuration()
    configuration.meshCount = 8
    configuration.intervals = .lognormal(mean: -1.1, deviation: 2)
    let objective = try ConsistencyDistillation(configuration, sigmaData: 0.5)
    let p = configuration.intervals.probabilities(over: objective.mesh)
    var counts = [Double](repeating: 0, count: p.count)
    var random = seeded(2)
    let count = 20_000
    for _ in 0..<count {
      let draw = objective.draw(progress: 0, using: &random)
      counts[try #require(objective.mesh.sigmas.firstIndex(of: draw.sigmas[0]))] += 1
    }
    for i in p.indices {
      let expected = p[i] * Double(count)
      #expect(abs(counts[i] - expected) < 4 * expected.squareRoot() + 1)
    }
  }
}
