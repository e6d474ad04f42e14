import Consistency
import Foundation
import Testing

@Suite struct PreconditioningTests {
  @Test(arguments: [(0.5, 0.0), (0.5, 0.002), (0.417, 0.02 * 0.834), (1, 0.004), (0.417, 0.1)])
  func atItsBoundaryTheDenoiserIsTheIdentityExactly(sigmaData: Double, boundary: Double) {
    let c = Preconditioning(sigmaData: sigmaData, boundarySigma: boundary).coefficients(boundary)
    #expect(c.skip == 1 && c.out == 0)
  }

  @Test(arguments: [0.002, 0.05, 0.5, 3, 80])
  func plainCoefficientsGiveTheNetworkUnitVariance(sigma: Double) {
    let sd = 0.417
    let c = Preconditioning(sigmaData: sd).coefficients(sigma)
    #expect(abs(c.input * c.input * (sigma * sigma + sd * sd) - 1) < 1e-12)
    // The network's target is (x0 − skip x)/out, x = x0 + sigma z (Karras et al. 2022, appendix B.6).
    let target = ((1 - c.skip) * (1 - c.skip) * sd * sd + c.skip * c.skip * sigma * sigma) / (c.out * c.out)
    #expect(abs(target - 1) < 1e-9)
  }

  @Test(arguments: [0.002, 0.05, 0.5, 3, 80])
  func denoisingWeightGivesEveryLevelUnitWeight(sigma: Double) throws {
    let c = Preconditioning(sigmaData: 0.5).coefficients(sigma)
    let weight = try EDMObjective(sigmaData: 0.5).draw(sigma: sigma).scalars[0]
    #expect(abs(weight * c.out * c.out - 1) < 1e-12)
  }

  @Test func shiftedCoefficientsTendToThePlainOnesFarAboveTheBoundary() {
    let shifted = Preconditioning(sigmaData: 0.5, boundarySigma: 0.002).coefficients(80)
    let plain = Preconditioning(sigmaData: 0.5).coefficients(80)
    #expect(abs(shifted.skip / plain.skip - 1) < 1e-4)
    #expect(abs(shifted.out / plain.out - 1) < 1e-4)
    #expect(shifted.input == plain.input)
  }

  @Test(arguments: [#"{"sigmaData": 0, "boundarySigma": 0}"#, #"{"sigmaData": 0.5, "boundarySigma": -1}"#])
  func recordsWithoutSenseAreRefused(json: String) throws {
    #expect(throws: ConsistencyError.self) {
      try JSONDecoder().decode(Preconditioning.self, from: Data(json.utf8))
    }
    let shifted = Preconditioning(sigmaData: 0.417, boundarySigma: 0.002 * 0.834)
    #expect(try JSONDecoder().decode(Preconditioning.self, from: JSONEncoder().encode(shifted)) == shifted)
  }

  @Test func noiseScalesAreThePapers() {
    #expect(NoiseScale.consistency(1) == 0 && NoiseScale.edm(1) == 0)
    #expect(abs(NoiseScale.consistency(80) - 1095.5067) < 1e-3)
    #expect(abs(NoiseScale.edm(80) - 1.0955067) < 1e-6)
  }

  @Test func atNoiseZeroEveryValueIsFinite() {
    for scale in NoiseScale.allCases {
      let values = Parameterisation(Preconditioning(sigmaData: 0.5), noiseScale: scale).values(at: 0)
      #expect(values.skip == 1 && values.out == 0 && values.input == 2 && values.u.isFinite && values.sigma == 0)
    }
  }
}
