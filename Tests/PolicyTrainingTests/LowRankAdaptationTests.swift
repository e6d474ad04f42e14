import Autograd
import Backbone
import Checkpoints
import Consistency
import Foundation
import PolicyHead
import PolicyTraining
import TestSupport
import Testing
import Training

/// LoRA from training to another fine-tune of the same network.
struct LowRankAdaptationTests {
  private func train(
    _ objective: ObjectiveConfiguration, _ data: URL, _ output: URL, teacher: TrainedPolicy? = nil,
    start: TrainedPolicy? = nil, seed: UInt64 = 1, loraRank: Int = 0, steps: Int = 12
  ) throws -> TrainedPolicy {
    var configuration = PolicyTrainingConfiguration.tiny(steps: steps)
    configuration.objective = objective
    configuration.loraRank = loraRank
    configuration.training.seed = seed
    let run = try PolicyTrainer(configuration, data: data, output: output, start: start, teacher: teacher, threads: 1)
    #expect(try run.trainer.run() == .finished)
    return try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
  }

  /// A denoiser; one that guides students has learned to do without observations.
  private func teacher(of student: ObjectiveConfiguration.Method) -> ObjectiveConfiguration {
    var settings = EDMObjective.Configuration()
    if student.objective.needsUnconditionalTeacher { settings.conditionDropout = 0.3 }
    return ObjectiveConfiguration(settings)
  }

  private func actions(_ policy: TrainedPolicy) throws -> [Double] {
    let history = [[0.1, 0.2, 0.3], [0.2, 0.2, 0.3]]
    let predictor = try ActionPredictor(policy, sampler: .consistency(steps: 1))
    return predictor.predict([history], seeds: [1])[0].flatMap(\.self)
  }

  /// LCM's and CTM's networks embed a number that those of the teachers, onto which their adapters are merged, do not.
  @Test(arguments: [ObjectiveConfiguration.Method.cd, .lcm, .ctm])
  func adaptersAreTrainedAloneMergedAndMoved(method: ObjectiveConfiguration.Method) throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let base = try train(teacher(of: method), data, folder.appending(path: "base"))
      let output = folder.appending(path: "lora")
      let adapted = try train(ObjectiveConfiguration(method), data, output, teacher: base, loraRank: 3)
      #expect(adapted.network.configuration.targetEmbedding == (method != .cd))
      // The checkpoint's own weights are the base's, bit for bit; the policy that is read has the change in them.
      let checkpoint = try SafetensorsFile(output.appending(path: "last.safetensors"))
      for prefix in ["weights", "ema"] {
        let weights = ParameterBuffer(count: base.layout.count)
        try checkpoint.read(base.layout, prefix: prefix, into: weights)
        #expect(weights.values.elementsEqual(base.weights.values))
      }
      #expect(adapted.description.adaptation == nil)
      #expect(!adapted.weights.values.starts(with: base.weights.values))
      let embedding = adapted.network.targetEmbeddingParameters
      #expect(embedding.contains { adapted.weights[$0] != 0 } == (method != .cd))
      #expect(!checkpoint.tensors.contains { $0.name.contains("lora") && $0.name.contains("target_embedding") })

      // From a file of their own, in half precision, onto the base: the same policy but for rounding.
      let file = folder.appending(path: "fast.safetensors")
      try PolicyAdapter(contentsOf: output.appending(path: "last.safetensors")).write(to: file)
      let merged = try PolicyAdapter(contentsOf: file).applied(to: base)
      #expect(merged.description == adapted.description)
      let change = zip(adapted.weights.values, base.weights.values).map { abs($0 - $1) }.max()!
      let error = (0..<base.weights.count).map { abs(adapted.weights[$0] - merged.weights[$0]) }.max()!
      #expect(change > 1e-5 && error < 2e-3 * change)
      for i in embedding {
        #expect(abs(adapted.weights[i] - merged.weights[i]) <= 5e-4 * abs(adapted.weights[i]) + 1e-7)
      }
      let size = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int)
      #expect(size < base.layout.count * 2)
      let (far, near) = (try actions(base), try actions(adapted))
      func apart(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map { abs($0 - $1) }.max()! }
      #expect(try apart(actions(merged), near) < 1e-2 * apart(far, near))

      // Onto another fine-tune of the same network: its weights and the same change, and the embedding that it lacks.
      let other = try train(teacher(of: method), data, folder.appending(path: "other"), start: base, seed: 2)
      let moved = try PolicyAdapter(contentsOf: file).applied(to: other)
      for i in stride(from: 0, to: base.weights.count, by: 7) {
        #expect(abs((moved.weights[i] - other.weights[i]) - (merged.weights[i] - base.weights[i])) < 1e-6)
      }
      for i in embedding { #expect(moved.weights[i] == merged.weights[i]) }
      #expect(moved.description.objective == adapted.description.objective)
      #expect(moved.description.sampling == adapted.description.sampling)
      #expect(try actions(moved).allSatisfy(\.isFinite))
      // What is there already gives way; adapters without one refuse what has one.
      if method == .cd { return }
      let again = try PolicyAdapter(contentsOf: file).applied(to: moved)
      for i in embedding { #expect(again.weights[i] == merged.weights[i]) }
      _ = try train(ObjectiveConfiguration(.cd), data, folder.appending(path: "plain"), teacher: base, loraRank: 3)
      let plain = try PolicyAdapter(contentsOf: folder.appending(path: "plain/last.safetensors"))
      #expect(throws: PolicyError.self) { try plain.applied(to: moved) }
    }
  }

  /// What says where a jump ends says nothing of a guidance, and a method's own embedding goes on.
  @Test func aSecondEmbeddingOfAnotherKindIsNotTakenOver() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let base = try train(teacher(of: .lcm), data, folder.appending(path: "base"))
      func student(_ method: ObjectiveConfiguration.Method, from start: TrainedPolicy, _ name: String) throws
        -> TrainedPolicy
      {
        try train(
          ObjectiveConfiguration(method), data, folder.appending(path: name), teacher: base, start: start, steps: 1)
      }
      let jumping = try train(ObjectiveConfiguration(.ctm), data, folder.appending(path: "ctm"), teacher: base)
      let embedding = jumping.network.targetEmbeddingParameters
      func apart(_ a: ParameterBuffer, _ b: ParameterBuffer) -> Float { embedding.map { abs(a[$0] - b[$0]) }.max()! }
      // A first step changes no number by more than the learning rate, 5e-4.
      let fresh = jumping.layout.initialize(seed: 1)
      let guided = try student(.lcm, from: jumping, "lcm").weights
      #expect(apart(guided, fresh) < 6e-4 && apart(guided, jumping.weights) > 1e-3)
      let longer = try student(.ctm, from: jumping, "longer").weights
      #expect(apart(longer, jumping.weights) < 6e-4 && apart(longer, fresh) > 1e-3)
    }
  }

  /// The merged weights are what the adapted graph computes with.
  @Test func theMergedNetworkIsTheAdaptedGraph() {
    var layout = ParameterLayout()
    let network = TemporalUNet(.init(channels: 2, widths: [8, 16], kernel: 3, groups: 4, embedding: 8), in: &layout)
    let plain = layout
    let adapters = LowRankAdapters(LowRankAdaptation(rank: 2, alpha: 6), of: network, in: &layout)
    let buffer = layout.initialize(seed: 3)
    // B starts at 0; here both take part.
    for i in adapters.parameters { buffer[i] += 0.05 * Float((i * 7919) % 13 - 6) }
    func output(_ adapters: GraphAdapters?, _ banks: [Bank: ParameterBuffer]) -> [Float] {
      let graph = Graph()
      graph.adapters = adapters
      let x = graph.input("x", [1, 4, 2])
      let result = network(x, noise: graph.input("u", [1, 1, 1]))
      let plan = Plan(graph, outputs: ["y": result], weights: PackedWeights(banks))
      for i in 0..<8 { plan.input("x")[i] = Float(i) * 0.3 - 1 }
      plan.input("u")[0] = 2
      plan.run()
      return Array(plan.output("y"))
    }
    let adapted = output(adapters.graphAdapters, [.online: buffer, .base: buffer])
    let merged = adapters.merged(buffer)
    #expect(merged.count == plain.count)
    let expected = output(nil, [.online: merged])
    let without = output(nil, [.online: buffer])
    for (a, b) in zip(adapted, expected) { #expect(abs(a - b) < 1e-5) }
    #expect(zip(adapted, without).contains { abs($0 - $1) > 1e-2 })
  }

  @Test func adaptersNeedWeightsToAdapt() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let error = #expect(throws: TrainingError.self) {
        try train(ObjectiveConfiguration(.edm), data, folder.appending(path: "run"), loraRank: 4)
      }
      #expect("\(error!)".contains("--start"))
      let base = try train(ObjectiveConfiguration(.edm), data, folder.appending(path: "base"))
      let file = folder.appending(path: "base/last.safetensors")
      #expect(base.description.adaptation == nil)
      #expect(throws: CheckpointError.self) { try PolicyAdapter(contentsOf: file) }
    }
  }
}
