import Autograd
import Consistency
import Dispatch
import PolicyHead
import Synchronization
import Testing

/// From histories to whole predicted horizons.
struct ActionPredictorTests {
  private func predict(
    _ policy: TrainedPolicy, _ histories: [[[Double]]], seeds: [UInt64], call: UInt32 = 0, batch: Int? = nil,
    _ sampler: SamplingMethod = .consistency(steps: 2)
  ) throws -> [[[Double]]] {
    try ActionPredictor(policy, sampler: sampler, batch: batch ?? histories.count)
      .predict(histories, seeds: seeds, call: call)
  }

  /// One step is f(sigma_max z | observations), brought from the network's scale to the data's: here in double precision,
  /// by the graph's interpreter.
  @Test func oneStepIsTheDenoiserOfPureNoise() throws {
    let policy = try TinyPolicy.make(seed: 3)
    let description = policy.description
    let sigma = description.sampling.sigmaMax
    let graph = Graph()
    let denoiser = Denoiser(policy.network, description.parameterisation)
    let output = denoiser(
      graph.input("x", [1, TinyPolicy.horizon, 2]), at: NoiseLevel("level", batch: 1, graph: graph),
      .init(global: graph.input("seen", [1, 1, 6])))
    var noise = SampleNoise(seeds: [7], step: 4)
    var z = [Float](repeating: 0, count: TinyPolicy.horizon * 2)
    z.withUnsafeMutableBufferPointer { noise.fill($0) }
    var inputs = NoiseLevel.inputs("level", [description.parameterisation.values(at: sigma)])
    inputs["x"] = z.map { sigma * Double($0) }
    inputs["seen"] = TinyPolicy.history(5).flatMap { observation in
      zip(observation, TinyPolicy.observationRange).map { value, range in
        2 * (value - Double(range.lowerBound)) / Double(range.upperBound - range.lowerBound) - 1
      }
    }
    let weights = policy.weights
    let values = withExtendedLifetime(weights) { weights.values.map(Double.init) }
    let exact = ReferenceInterpreter(graph, parameters: [.online: values], inputs: inputs).evaluate([output])[0]
    let actions = try predict(policy, [TinyPolicy.history(5)], seeds: [7], call: 4, .consistency(steps: 1))[0]
    for (row, action) in actions.enumerated() {
      for (i, range) in TinyPolicy.actionRange.enumerated() {
        let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
        let value = low + (high - low) * (exact[2 * row + i] + 1) / 2
        #expect(abs(action[i] - min(max(value, low), high)) < 1e-4 * (high - low))
      }
    }
  }

  @Test(arguments: [SamplingMethod.consistency(steps: 2), .chain(sigmas: [10, 1, 0.1]), .solver(.heun, intervals: 4)])
  func aPredictionDependsOnNothingElseInTheBatch(sampler: SamplingMethod) throws {
    let policy = try TinyPolicy.make()
    let histories = (0..<5).map(TinyPolicy.history)
    let together = try predict(policy, histories, seeds: [10, 11, 12, 13, 14], call: 2, sampler)
    for (index, history) in histories.enumerated() {
      let alone = try predict(policy, [history], seeds: [10 + UInt64(index)], call: 2, sampler)
      #expect(alone[0] == together[index])
      let first = try predict(policy, [history], seeds: [10 + UInt64(index)], call: 2, batch: 4, sampler)
      #expect(first == alone)
    }
  }

  @Test func seedAndCallDecideTheNoise() throws {
    let policy = try TinyPolicy.make()
    let history = [TinyPolicy.history(1)]
    let first = try predict(policy, history, seeds: [1])
    #expect(try first == predict(policy, history, seeds: [1]))
    #expect(try first != predict(policy, history, seeds: [2]))
    #expect(try first != predict(policy, history, seeds: [1], call: 1))
    #expect(try first != predict(policy, [TinyPolicy.history(2)], seeds: [1]))
  }

  @Test func actionsStayInTheRangeOfTheData() throws {
    let policy = try TinyPolicy.make(weightScale: 40)
    let actions = try predict(policy, (0..<8).map(TinyPolicy.history), seeds: (0..<8).map { $0 }).joined()
    #expect(actions.count == 8 * TinyPolicy.horizon)
    for (i, range) in TinyPolicy.actionRange.enumerated() {
      let values = actions.map { $0[i] }
      #expect(values.min() == Double(range.lowerBound) && values.max() == Double(range.upperBound))
    }
  }

  @Test func networkCallsAreCounted() throws {
    let policy = try TinyPolicy.make()
    for (sampler, calls) in [
      (SamplingMethod.consistency(steps: 1), 1), (.consistency(steps: 3), 3), (.chain(sigmas: [9, 1]), 2),
      (.solver(.euler, intervals: 5), 5), (.solver(.heun, intervals: 5), 9),
    ] { #expect(try ActionPredictor(policy, sampler: sampler).networkCalls == calls) }
  }

  @Test func chainsThatDoNotFallAreRefused() throws {
    let policy = try TinyPolicy.make()
    // A solver that would end below the noise level at which the model is the identity.
    var distilled = TinyPolicy.description
    distilled.parameterisation = Parameterisation(Preconditioning(sigmaData: 0.4, boundarySigma: 0.02))
    let student = try TrainedPolicy(distilled, weights: policy.weights)
    #expect(throws: PolicyError.self) { try ActionPredictor(student, sampler: .solver(.heun, intervals: 3)) }
    for sampler in [SamplingMethod.chain(sigmas: [1, 2]), .chain(sigmas: []), .consistency(steps: 0)] {
      let error = #expect(throws: PolicyError.self) { try ActionPredictor(policy, sampler: sampler) }
      guard case .badSetting = error else {
        Issue.record("\(sampler): \(String(describing: error))")
        continue
      }
    }
  }

  /// Predictors of one policy share its packed weights, which the first ones to be compiled make.
  @Test func predictorsOfOnePolicyMayBeMadeOnManyThreadsAtOnce() throws {
    let expected = try predict(TinyPolicy.make(), [TinyPolicy.history(0)], seeds: [5])
    for _ in 0..<20 {
      let policy = try TinyPolicy.make()
      let results = Mutex<[[[[Double]]]]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        guard let predictor = try? ActionPredictor(policy, sampler: .consistency(steps: 2)) else { return }
        let actions = predictor.predict([TinyPolicy.history(0)], seeds: [5])
        results.withLock { $0.append(actions) }
      }
      #expect(results.withLock { $0 } == [[[[Double]]]](repeating: expected, count: 8))
    }
  }
}
