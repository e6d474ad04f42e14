import Consistency
import Foundation
import Testing

/// How far the minimisers of the discretised objectives are from the true consistency function, on N(m, 0.5²) and
/// [0.002, 80]: the standard deviation of one-step samples over the true one's (methods.md, section 12).
@Suite struct DiscretisationBiasTests {
  let truth = GaussianTruth()

  private func ratio(count: Int, _ step: (Double, Double) -> Double) -> Double {
    let sigmas = KarrasMesh(count: count, sigmaMin: 0.002, sigmaMax: 80).sigmas
    return truth.minimiserGains(sigmas, step: step)[0] / truth.flowGain(from: 80, to: 0.002)
  }

  @Test(arguments: [(18, 0.846), (50, 0.944), (151, 0.981), (1281, 0.998)])
  func eulerDistillationNarrowsTheDistribution(count: Int, expected: Double) {
    #expect(abs(ratio(count: count, truth.eulerGain) - expected) < 6e-4)
  }

  @Test(arguments: [(18, 1.055), (50, 1.006)])
  func heunDistillationWidensIt(count: Int, expected: Double) {
    #expect(abs(ratio(count: count, truth.heunGain) - expected) < 6e-4)
  }

  @Test(arguments: [(0, 0.60), (1, 0.68), (2, 0.86), (3, 0.94), (5, 0.985), (7, 0.996)])
  func tuningNarrowsItLessFromStageToStage(stage: Int, expected: Double) throws {
    let objective = try EasyConsistencyTuning(sigmaData: truth.deviation)
    var sigmas = [80.0]
    // From stage 2 on r never reaches 0; below 1e-6 nothing is left to multiply.
    while let last = sigmas.last, last > 1e-6 { sigmas.append(objective.targetSigma(last, stage: stage)) }
    let found = truth.minimiserGains(sigmas, step: truth.eulerGain)[0] / truth.flowGain(from: 80, to: 0)
    #expect(abs(found - expected) < 6e-3)
  }

  @Test func biasVanishesWithTheOrderOfTheSolver() {
    for (step, order) in [(truth.eulerGain, 1.0), (truth.heunGain, 2.0)] as [((Double, Double) -> Double, Double)] {
      let (coarse, fine) = (abs(ratio(count: 161, step) - 1), abs(ratio(count: 321, step) - 1))
      #expect(abs(log2(coarse / fine) - order) < 0.1)
    }
  }
}
