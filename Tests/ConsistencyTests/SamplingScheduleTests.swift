import Consistency
import Foundation
import Testing

@Suite struct SamplingScheduleTests {
  @Test func tunedChainsAreUsedAndOthersFollowTheMesh() throws {
    var schedule = SamplingSchedule()
    schedule.middle = [[0.5], [1.0, 0.3]]
    #expect(try schedule.sigmas(steps: 1) == [80])
    #expect(try schedule.sigmas(steps: 2) == [80, 0.5])
    #expect(try schedule.sigmas(steps: 3) == [80, 1.0, 0.3])
    let mesh = KarrasMesh(count: 5, sigmaMin: 0.002, sigmaMax: 80)
    #expect(try schedule.sigmas(steps: 4) == Array(mesh.sigmas.dropLast()))
    #expect(try schedule.solverSigmas(intervals: 5) == mesh.sigmas)
  }

  @Test(arguments: [[[90.0]], [[]], [[-1]], [[1, 0.5]]])
  func middleSigmasThatMakeNoChainAreRefused(middle: [[Double]]) {
    var schedule = SamplingSchedule()
    schedule.middle = middle
    #expect(throws: ConsistencyError.self) { try schedule.sigmas(steps: 2) }
  }

  @Test(arguments: [0, -1, Int.max])
  func impossibleStepCountsAreRefused(steps: Int) {
    #expect(throws: ConsistencyError.self) { try SamplingSchedule().sigmas(steps: steps) }
    #expect(throws: ConsistencyError.self) { try SamplingSchedule().solverSigmas(intervals: steps) }
  }

  /// On N(m, s²) with the exact consistency function samples are m + τ s z, but for the start at a finite sigma.
  @Test(arguments: [0, 0.5, 1, 1.5])
  func temperatureScalesTheSpreadOfSamples(temperature: Double) throws {
    let (mean, deviation) = (0.7, 0.5)
    func exact(_ x: Float, _ sigma: Double) -> Float {
      Float(mean + deviation / (deviation * deviation + sigma * sigma).squareRoot() * (Double(x) - mean))
    }
    var schedule = SamplingSchedule()
    schedule.temperature = temperature
    let noise: [Float] = [-2, -0.5, 0, 1, 3]
    let sample = UnsafeMutableBufferPointer<Float>.allocate(capacity: noise.count)
    defer { sample.deallocate() }
    for method in [SamplingMethod.consistency(steps: 1), .consistency(steps: 2), .solver(.heun, intervals: 400)] {
      var sampler = try Sampler(method, schedule, boundary: 0, elementCount: noise.count)
      var calls = 0
      sampler.sample(sample, noise: { values in for i in 0..<values.count { values[i] = noise[(i + calls) % 5] } }) {
        x, sigma, _ in
        calls += 1
        guard case .consistency = method else {
          let share = deviation * deviation / (deviation * deviation + sigma * sigma)
          for i in 0..<x.count { x[i] = Float(mean + share * (Double(x[i]) - mean)) }
          return
        }
        for i in 0..<x.count { x[i] = exact(x[i], sigma) }
      }
      for i in 0..<noise.count {
        var spread = deviation * Double(noise[i])
        if method == .consistency(steps: 2) {
          let sigma = try schedule.sigmas(steps: 2)[1]
          spread += sigma * Double(noise[(i + 1) % 5])
          spread *= deviation / (deviation * deviation + sigma * sigma).squareRoot()
        }
        #expect(abs(Double(sample[i]) - (mean + temperature * spread)) < 0.01, "\(method)")
      }
    }
  }

  /// Reduced initial variance: the first noise of a chain is smaller, those that it adds are not; a solver has one only.
  @Test func theInitialTemperatureIsTheFirstNoisesAlone() throws {
    var schedule = SamplingSchedule()
    (schedule.temperature, schedule.initialTemperature, schedule.middle) = (0.5, 0.25, [[2], [4, 2]])
    let x = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1)
    defer { x.deallocate() }
    func seen(_ method: SamplingMethod, jumps: Bool = false) throws -> [Float] {
      var sampler = try Sampler(method, schedule, boundary: 0, jumps: jumps, elementCount: 1)
      // Twice: a sampler forgets what it drew before.
      var values: [Float] = []
      for _ in 0..<2 {
        values = []
        sampler.sample(x, noise: { $0[0] = 1 }) { x, _, _ in
          values.append(x[0])
          x[0] = 0
        }
      }
      return values
    }
    #expect(try seen(.consistency(steps: 1)) == [10])
    for jumps in [false, true] { #expect(try seen(.consistency(steps: 3), jumps: jumps) == [10, 2, 1]) }
    #expect(try seen(.solver(.euler, intervals: 1)) == [10])
    schedule.initialTemperature = nil
    #expect(try seen(.consistency(steps: 3)) == [40, 2, 1])
    #expect(throws: ConsistencyError.self) { try schedule.use(initialTemperature: 2.5, boundary: 0.002) }
  }

  @Test func whatIsChosenAfterTrainingIsChecked() throws {
    var schedule = SamplingSchedule()
    try schedule.use(middle: [[0.4]], temperature: 0.8, boundary: 0.002)
    #expect(schedule.middle == [[0.4]] && schedule.temperature == 0.8)
    try schedule.use(boundary: 0.002)
    #expect(schedule.middle == [[0.4]] && schedule.temperature == 0.8)
    for temperature in [-0.1, 2.1, .nan] {
      #expect(throws: ConsistencyError.self) { try schedule.use(temperature: temperature, boundary: 0.002) }
    }
    schedule.temperature = 1
    #expect(throws: ConsistencyError.self) { try schedule.use(middle: [[0.001]], boundary: 0.002) }
  }

  /// Jumps end at γ's levels: √(1 − 0.6²) = 0.8 of the next one.
  @Test func gammaIsForModelsThatJump() throws {
    var schedule = SamplingSchedule()
    schedule.middle = [[2.0]]
    let unchanged = schedule
    let error = #expect(throws: ConsistencyError.self) { try schedule.use(gamma: 0.6, boundary: 0.002) }
    #expect(error?.description.contains("ctm, meanflow") == true && schedule == unchanged)
    for gamma in [-0.1, 1.1, .nan] {
      var other = unchanged
      #expect(throws: ConsistencyError.self) { try other.use(gamma: gamma, boundary: 0.002, jumps: true) }
    }
    try schedule.use(gamma: 0.6, boundary: 0.002, jumps: true)
    #expect(schedule.gamma == 0.6)
    var sampler = try Sampler(.consistency(steps: 2), schedule, boundary: 0.002, jumps: true, elementCount: 1)
    var jumps: [[Double]] = []
    var x: [Float] = [0]
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x, noise: { $0[0] = 1 }) { _, from, to in jumps.append([from, to ?? -1]) }
    }
    #expect(jumps.count == 2 && jumps[0][0] == 80 && abs(jumps[0][1] - 1.6) < 1e-12)
    #expect(jumps[1] == [2, 0.002])
    // A file keeps it.
    let again = try JSONDecoder().decode(SamplingSchedule.self, from: JSONEncoder().encode(schedule))
    #expect(again.gamma == 0.6)
  }

  @Test func theFewestStepsAreThoseOfTheTrainedChain() {
    var schedule = SamplingSchedule()
    #expect(schedule.fewestSteps == 1)
    schedule.phases = [80, 2, 0.002]
    #expect(throws: ConsistencyError.self) {
      try Sampler(.chain(sigmas: [80, 3]), schedule, boundary: 0.002, elementCount: 1)
    }
    #expect(schedule.fewestSteps == 2)
  }

  @Test func missingKeysTakeTheirDefaults() throws {
    let schedule = try JSONDecoder().decode(SamplingSchedule.self, from: Data(#"{"middle": [[0.5]]}"#.utf8))
    #expect(schedule.sigmaMax == 80 && schedule.middle == [[0.5]] && schedule.temperature == 1)
    let again = try JSONDecoder().decode(SamplingSchedule.self, from: JSONEncoder().encode(schedule))
    #expect(again == schedule)
  }
}
