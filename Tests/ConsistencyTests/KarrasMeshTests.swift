import Consistency
import Foundation
import Testing

@Suite struct KarrasMeshTests {
  @Test(arguments: [2, 18, 80, 1281])
  func endsAreExactAndTheMeshFalls(count: Int) {
    let mesh = KarrasMesh(count: count, sigmaMin: 0.002, sigmaMax: 80)
    #expect(mesh.sigmas.count == count && mesh.intervalCount == count - 1)
    #expect(mesh.sigmas.first == 80 && mesh.sigmas.last == 0.002)
    #expect(zip(mesh.sigmas, mesh.sigmas.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test func pointsAreEvenlySpacedInTheRhoThRoot() {
    let mesh = KarrasMesh(count: 9, sigmaMin: 0.02, sigmaMax: 80, rho: 5)
    let roots = mesh.sigmas.map { pow($0, 1.0 / 5) }
    let step = (roots[8] - roots[0]) / 8
    for i in 0..<9 { #expect(abs(roots[i] - (roots[0] + Double(i) * step)) < 1e-12) }
  }

  @Test func consistencyPolicysBinsLieWhereItsPaperPutsThem() {
    // 80 points on [0.02, 80]: the bins of its three-step chain.
    let mesh = KarrasMesh(count: 80, sigmaMin: 0.02, sigmaMax: 80)
    #expect(abs(mesh.sigmas[27] - 12.0) < 0.05)
    #expect(abs(mesh.sigmas[54] - 0.885) < 0.005)
  }

  @Test func onePointIsTheLargestNoiseLevel() {
    #expect(KarrasMesh(count: 1, sigmaMin: 0.002, sigmaMax: 80).sigmas == [80])
  }
}
