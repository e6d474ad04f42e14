import Autograd
import Consistency
import Testing

@Suite struct ConsistencySamplerTests {
  let truth = GaussianTruth()

  /// Mean and variance over all combinations of noise ±1 at every step, which has the moments of normal noise.
  private func moments(_ sigmas: [Double], boundary: Double) throws -> (mean: Double, variance: Double) {
    let count = 1 << sigmas.count
    var sampler = try ConsistencySampler(sigmas: sigmas, boundarySigma: boundary, elementCount: count)
    var x = [Float](repeating: .nan, count: count)
    var step = 0
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x) { noise in
        for i in noise.indices { noise[i] = i >> step & 1 == 0 ? 1 : -1 }
        step += 1
      } _: { x, sigma in
        let gain = truth.flowGain(from: sigma, to: boundary)
        for i in x.indices { x[i] = Float(truth.mean + gain * (Double(x[i]) - truth.mean)) }
      }
    }
    #expect(step == sampler.evaluationCount)
    let mean = x.reduce(0) { $0 + Double($1) } / Double(count)
    return (mean, x.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(count))
  }

  @Test(arguments: [0, 0.002, 0.1])
  func oneStepHasTheClosedFormMeanAndVariance(boundary: Double) throws {
    let (mean, variance) = try moments([80], boundary: boundary)
    let gain = truth.flowGain(from: 80, to: boundary)
    #expect(abs(mean - truth.mean * (1 - gain)) < 1e-6)
    #expect(abs(variance - gain * gain * 6400) < 1e-6)
  }

  @Test(arguments: [0, 0.002, 0.1])
  func chainHasTheClosedFormMeanAndVariance(boundary: Double) throws {
    let sigmas = [80, 3, 0.8, 0.2]
    let found = try moments(sigmas, boundary: boundary)
    var (mean, variance) = (0.0, 0.0)
    for (index, sigma) in sigmas.enumerated() {
      let gain = truth.flowGain(from: sigma, to: boundary)
      mean = truth.mean + gain * (mean - truth.mean)
      variance = gain * gain * (variance + sigma * sigma - (index == 0 ? 0 : boundary * boundary))
    }
    #expect(abs(found.mean - mean) < 1e-6)
    #expect(abs(found.variance - variance) < 1e-6)
  }

  @Test func renoisingKeepsTheDataDistribution() throws {
    // After one step the samples are nearly N(m, s² + b²), which an exact further step must not change.
    let boundary = 0.1
    let target = truth.variance + boundary * boundary
    for sigmas in [[80.0], [80, 1], [80, 5, 0.3]] {
      #expect(abs(try moments(sigmas, boundary: boundary).variance - target) < 2e-5)
    }
  }

  @Test(arguments: [[], [80, 80], [1, 2], [80, 27, 54], [80, 0.002], [80, 0.001], [.nan]])
  func chainsThatDoNotFallOntoTheBoundaryAreRefused(sigmas: [Double]) {
    #expect(throws: ConsistencyError.self) {
      try ConsistencySampler(sigmas: sigmas, boundarySigma: 0.002, elementCount: 1)
    }
  }

  @Test func aRefusedChainIsExplained() {
    let error = #expect(throws: ConsistencyError.self) {
      try ConsistencySampler(sigmas: [80, 27, 54], boundarySigma: 0, elementCount: 1)
    }
    #expect(error == .chainDoesNotFall(sigmas: [80, 27, 54], index: 2, boundary: 0))
    #expect(error?.description.contains("sigma 3 of 3, 54.0, is not below the one before") == true)
  }

  @Test(arguments: [0, 1, 2, 7, 128, 4097]) func aStretchOfNoiseIsPartOfTheWhole(skipped: Int) {
    func noise(_ count: Int, skipping skipped: Int) -> [Float] {
      [Float](unsafeUninitializedCapacity: count) { values, filled in
        NoiseSource.seed(5).filling(step: 3, skipping: skipped)(UnsafeMutableBufferPointer(rebasing: values[..<count]))
        filled = count
      }
    }
    #expect(noise(5000 - skipped, skipping: skipped) == Array(noise(5000, skipping: 0)[skipped...]))
  }

  @Test func aSamplesNoiseDoesNotDependOnItsBatch() {
    var together = SampleNoise(seeds: [7, 8, 9])
    var alone = SampleNoise(seeds: [8])
    var (many, one) = ([Float](repeating: 0, count: 15), [Float](repeating: 0, count: 5))
    for _ in 0..<2 {
      many.withUnsafeMutableBufferPointer { together.fill($0) }
      one.withUnsafeMutableBufferPointer { alone.fill($0) }
      #expect(Array(many[5..<10]) == one)
    }
    #expect(Set(many).count == 15)
  }
}
