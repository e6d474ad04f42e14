import Consistency
import Foundation
import Testing

@Suite struct ODESolverTests {
  let truth = GaussianTruth()

  /// The largest error of samples solved from fixed noise, against the exact flow to 0; and the network calls.
  private func solve(_ method: ODEMethod, intervals: Int) throws -> (error: Double, evaluations: Int) {
    let mesh = KarrasMesh(count: intervals, sigmaMin: 1e-4, sigmaMax: 80)
    let noise: [Float] = [-2, -0.5, 0, 0.7, 1.8]
    var x = noise
    var solver = try ODESolver(method, sigmas: mesh.sigmas, elementCount: x.count)
    var evaluations = 0
    x.withUnsafeMutableBufferPointer { x in
      solver.solve(x) { x, sigma in
        evaluations += 1
        let gain = truth.denoiserGain(sigma)
        for i in x.indices { x[i] = Float(truth.mean + gain * (Double(x[i]) - truth.mean)) }
      }
    }
    #expect(evaluations == solver.evaluationCount)
    let gain = truth.flowGain(from: 80, to: 0)
    let errors = zip(x, noise).map { x, z in
      abs(Double(x) - (truth.mean + gain * (80 * Double(z) - truth.mean)))
    }
    return (errors.max()!, evaluations)
  }

  @Test(arguments: [(ODEMethod.euler, 1.0), (.heun, 2.0)])
  func errorFallsWithTheMethodsOrder(method: ODEMethod, order: Double) throws {
    let errors = try [16, 32, 64].map { try solve(method, intervals: $0).error }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(abs(log2(coarse / fine) - order) < 0.3, "errors \(errors)")
    }
  }

  /// With twice as many intervals the error falls eight-fold, where a second-order method's falls four-fold.
  @Test func theMultistepMethodIsOfThirdOrder() throws {
    let errors = try [12, 24, 48].map { try solve(.multistep, intervals: $0).error }
    #expect(errors[0] / errors[1] > 6 && errors[1] / errors[2] > 6, "errors \(errors)")
    // At as many calls it is the most exact of the three.
    #expect(try errors[1] < solve(.heun, intervals: 12).error / 4)
    #expect(try errors[1] < solve(.euler, intervals: 24).error / 10)
    #expect(try solve(.multistep, intervals: 24).evaluations == 24)
  }

  @Test func eulerTakesOneCallPerIntervalAndHeunTwoButForTheLast() throws {
    #expect(try solve(.euler, intervals: 10).evaluations == 10)
    #expect(try solve(.heun, intervals: 10).evaluations == 19)
    #expect(try solve(.heun, intervals: 1).evaluations == 1)
  }

  @Test func oneIntervalReturnsTheDenoisedNoise() throws {
    for method in ODEMethod.allCases {
      var solver = try ODESolver(method, sigmas: [80], elementCount: 1)
      var x: [Float] = [1]
      x.withUnsafeMutableBufferPointer { solver.solve($0) { x, sigma in x[0] = Float(sigma) / 320 * x[0] / 80 } }
      #expect(abs(x[0] - 0.25) < 1e-5)
    }
  }

  @Test(arguments: [[], [1, 2], [2, 2], [2, 0], [2, -1], [.nan], [2, .nan], [.infinity]])
  func meshesThatDoNotFallAreRefused(sigmas: [Double]) {
    #expect(throws: ConsistencyError.self) { try ODESolver(.heun, sigmas: sigmas, elementCount: 1) }
  }
}
