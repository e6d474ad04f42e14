import Autograd
import Consistency
import Foundation
import Testing

/// What is known stays; the rest is drawn from what it leaves possible. By closed forms of correlated Gaussian data.
struct EditTests {
  private let truth = CorrelatedTruth()

  /// Falling evenly in the logarithm: in the limit of many small steps Langevin's dynamics on the conditional distribution.
  private func manySteps(_ count: Int) -> SamplingMethod {
    .chain(sigmas: (0..<count).map { 80 * pow(0.05 / 80, Double($0) / Double(count - 1)) })
  }

  private func sampler(
    _ method: SamplingMethod, boundary: Double = 0, gamma: Double? = nil, count: Int
  ) throws -> Sampler {
    var schedule = SamplingSchedule()
    schedule.gamma = gamma ?? 1
    return try Sampler(method, schedule, boundary: boundary, jumps: gamma != nil, elementCount: count)
  }

  /// Draws pairs that keep to an edit, `[pairs, 2]`, with the exact model.
  private func draw(_ edit: Edit, _ method: SamplingMethod, gamma: Double? = nil, seed: UInt64 = 1) throws -> [Float] {
    var edit = edit
    var x = [Float](repeating: .nan, count: edit.shape.reduce(1, *))
    var sampler = try sampler(method, gamma: gamma, count: x.count)
    var noise = SampleNoise([seeded(seed)])
    var isSolver = false
    if case .solver = method { isSolver = true }
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x, keeping: &edit, noise: { noise.fill($0) }) { x, sigma, end in
        if isSolver { truth.denoise(x, sigma) } else { truth.flow(x, from: sigma, to: end ?? 0) }
      }
    }
    return x
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
  }

  private func pairs(_ values: [Float]) -> [(first: Double, second: Double)] {
    stride(from: 0, to: values.count, by: 2).map { (Double(values[$0]), Double(values[$0 + 1])) }
  }

  private let count = 10_000

  /// Pairs of which the first value is 0.9: two frames of one channel, or two channels of one frame.
  private func inpainting(_ shape: [Int]) throws -> Edit {
    let mask: [[Float]] = [[Float]](repeating: [0, 1], count: count)
    return try Edit(
      [[Float]](repeating: [0.9, 7], count: count).flatMap { $0 }, missing: mask.flatMap { $0 }, shape: shape)
  }

  @Test func inpaintingInManyStepsDrawsFromTheConditionalDistribution() throws {
    for shape in [[count, 2, 1], [count, 1, 2]] {
      let drawn = pairs(try draw(inpainting(shape), manySteps(400)))
      #expect(drawn.allSatisfy { Float($0.first) == 0.9 })
      let (found, exact) = (moments(drawn.map(\.second)), truth.conditional(first: Double(Float(0.9))))
      #expect(abs(found.mean - exact.mean) < 0.015, "\(found) instead of \(exact)")
      #expect(abs(found.variance / exact.variance - 1) < 0.06, "\(found) instead of \(exact)")
    }
    // One call knows nothing of what is known: the second value has its own mean, far from the conditional one.
    let single = moments(pairs(try draw(inpainting([count, 2, 1]), .chain(sigmas: [80]))).map(\.second))
    #expect(abs(single.mean - truth.mean.1) < 0.015)
    #expect(abs(truth.conditional(first: 0.9).mean - truth.mean.1) > 0.2)
  }

  @Test func superResolutionKeepsTheMeansAndDrawsTheRest() throws {
    let coarse = (0..<count).map { _ in Float(0.35) }
    let drawn = pairs(try draw(Edit(coarse: coarse, factor: 2, shape: [count, 2, 1]), manySteps(400)))
    #expect(drawn.allSatisfy { abs(($0.first + $0.second) / 2 - 0.35) < 1e-6 })
    let found = moments(drawn.map { $0.second - $0.first })
    let exact = truth.conditional(sum: 0.7)
    #expect(abs(found.mean - exact.mean) < 0.015, "\(found) instead of \(exact)")
    #expect(abs(found.variance / exact.variance - 1) < 0.06, "\(found) instead of \(exact)")
  }

  /// The same through a mix of channels: what is known is (first + second) / √2.
  @Test func aKnownMixOfChannelsStays() throws {
    let half = 0.5.squareRoot()
    let map = try OrthogonalMap.channelMix([[half, half], [half, -half]])
    let edit = try Edit(
      [Float](repeating: 0.35, count: 2 * count), missing: [[Float]](repeating: [0, 1], count: count).flatMap { $0 },
      shape: [count, 1, 2], map: map)
    let drawn = pairs(try draw(edit, manySteps(400)))
    #expect(drawn.allSatisfy { abs($0.first + $0.second - 0.7) < 2e-6 })
    let (found, exact) = (moments(drawn.map { $0.second - $0.first }), truth.conditional(sum: 0.7))
    #expect(abs(found.mean - exact.mean) < 0.015 && abs(found.variance / exact.variance - 1) < 0.06)
  }

  @Test(arguments: [
    (SamplingMethod.chain(sigmas: [80]), Double?.none), (.chain(sigmas: [80, 2, 0.3]), nil),
    (.chain(sigmas: [80, 2, 0.3]), 0), (.chain(sigmas: [80, 2, 0.3]), 0.6), (.solver(.euler, intervals: 6), nil),
    (.solver(.heun, intervals: 6), nil),
  ])
  func everyMethodKeepsKnownValuesBitForBit(method: SamplingMethod, gamma: Double?) throws {
    let known: [Float] = [0.1, 1e-7, -3.25, 0.3]
    let edit = try Edit(known + known, missing: [0, 1, 0, 1, 1, 0, 1, 0], shape: [1, 4, 2])
    let drawn = try draw(edit, method, gamma: gamma)
    #expect(drawn[0] == 0.1 && drawn[2] == -3.25 && drawn[5] == 1e-7 && drawn[7] == 0.3)
    #expect([1, 3, 4, 6].allSatisfy { drawn[$0].isFinite && drawn[$0] != (known + known)[$0] })
  }

  /// Along an ODE or a deterministic jump the known part is its value plus its own noise, sigma z, at every level.
  @Test(arguments: [(SamplingMethod.solver(.heun, intervals: 5), Double?.none), (.chain(sigmas: [80, 9, 1, 0.2]), 0)])
  func theKnownPartGoesStraight(method: SamplingMethod, gamma: Double?) throws {
    var edit = try Edit([0.4, 0], missing: [0, 1], shape: [1, 2, 1])
    var x: [Float] = [.nan, .nan]
    var sampler = try sampler(method, gamma: gamma, count: 2)
    var errors: [Double] = []
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x, keeping: &edit, noise: { ($0[0], $0[1]) = (0.7, -0.2) }) { x, sigma, end in
        errors.append(abs(Double(x[0]) - 0.4 - 0.7 * sigma))
        if gamma == nil { truth.denoise(x, sigma) } else { truth.flow(x, from: sigma, to: end!) }
      }
    }
    // Single precision at sigma 80.
    #expect(errors.count == sampler.evaluationCount && errors.allSatisfy { $0 < 2e-5 }, "\(errors)")
  }

  @Test func aSketchTakesWhatIsKnownIntoIt() throws {
    let rows = try Edit([5, 0, 6, 0], missing: [0, 1, 0.5, 1], shape: [1, 4, 1])
    #expect(rows.applied(to: [1, 2, 3, 4]) == [5, 2, 3, 4])
    // The means become the known ones, what is finer stays.
    let means = try Edit(coarse: [10, 20], factor: 2, shape: [1, 4, 1]).applied(to: [1, 3, 7, 6])
    #expect(zip(means, [9, 11, 20.5, 19.5]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(means)")
  }

  @Test func aSoftMaskDrawsTowardsWhatIsKnown() throws {
    var edit = try Edit([1, 1, 1], missing: [0, 0.25, 1], shape: [1, 3, 1])
    var x: [Float] = [0, 0, 0]
    var sampler = try sampler(.chain(sigmas: [80]), count: 3)
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x, keeping: &edit, noise: { for i in 0..<3 { $0[i] = 0 } }) { x, _, _ in
        for i in 0..<3 { x[i] = -1 }
      }
    }
    #expect(x == [1, 0.5, -1])
  }

  /// SDEdit of one call: the sketch's distance from the mean shrinks by the flow's gain, and its noise with it.
  @Test func aSketchIsKeptAsFarAsTheNoiseLeavesIt() throws {
    let (gaussian, sigma, boundary) = (GaussianTruth(), 0.7, 0.1)
    for sign in [-1.0, 1] {
      var sampler = try sampler(.chain(sigmas: [sigma]), boundary: boundary, count: 1)
      var x: [Float] = [.nan]
      let sketch: [Float] = [1.4]
      x.withUnsafeMutableBufferPointer { x in
        sketch.withUnsafeBufferPointer { sketch in
          sampler.sample(x, around: sketch, noise: { $0[0] = Float(sign) }) { x, sigma, _ in
            let gain = gaussian.flowGain(from: sigma, to: boundary)
            x[0] = Float(gaussian.mean + gain * (Double(x[0]) - gaussian.mean))
          }
        }
      }
      let gain = gaussian.flowGain(from: sigma, to: boundary)
      let exact = gaussian.mean + gain * (1.4 + sign * sigma - gaussian.mean)
      #expect(abs(Double(x[0]) - exact) < 1e-6)
    }
  }

  @Test func editsThatMakeNoSenseAreRefused() throws {
    let shape = [1, 4, 1]
    let values: [Float] = [1, 2, 3, 4]
    func refused(_ body: () throws(ConsistencyError) -> Edit) -> String? {
      do throws(ConsistencyError) {
        _ = try body()
        return nil
      } catch {
        return error.description
      }
    }
    func edit(_ values: [Float], _ missing: [Float], _ shape: [Int]) throws(ConsistencyError) -> Edit {
      try Edit(values, missing: missing, shape: shape)
    }
    #expect(refused { () throws(ConsistencyError) in try edit(values, [0, 0, 1, 1], shape) } == nil)
    let wrong: [(values: [Float], missing: [Float], shape: [Int], says: String)] = [
      (values, [0, 0, 0, 0], shape, "missing"), (values, [1, 1, 1, 1], shape, "known"),
      (values, [0, 1], shape, "mask"), ([1, 2, 3], [0, 0, 1, 1], shape, "values"),
      (values, [0, 2, 1, 1], shape, "mask"), (values, [.nan, 0, 1, 1], shape, "mask"),
      ([.nan, 2, 3, 4], [0, 0, 1, 1], shape, "finite"), (values, [0, 0, 1, 1], [4], "shape"),
    ]
    for (values, missing, shape, word) in wrong {
      let message = refused { () throws(ConsistencyError) in try edit(values, missing, shape) }
      #expect(message?.contains(word) == true, "\(message ?? "nothing") should say \(word)")
    }
    // A missing value may be no number.
    #expect(refused { () throws(ConsistencyError) in try edit([1, 2, .nan, 4], [0, 0, 1, 1], shape) } == nil)
    #expect(throws: ConsistencyError.self) { try Edit(coarse: [1, 2], factor: 3, shape: shape) }
    #expect(throws: ConsistencyError.self) { try Edit(coarse: [1, 2, 3], factor: 2, shape: shape) }
  }
}
