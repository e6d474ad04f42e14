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
    _ method: ObjectiveConfiguration.Method, _ data: URL, _ output: URL, teacher: TrainedPolicy? = nil,
    seed: UInt64 = 1,
    steps: Int = 12, loraRank: Int = 0
  ) throws -> TrainedPolicy {
    var configuration = PolicyTrainingConfiguration.tiny(steps: steps)
    configuration.objective = ObjectiveConfiguration(method)
    configuration.loraRank = loraRank
    configuration.training.seed = seed
    let run = try PolicyTrainer(configuration, data: data, output: output, teacher: teacher, threads: 1)
    #expect(try run.trainer.run() == .finished)
    return try TrainedPolicy(contentsOf: output.appending(path: "last.safetensors"))
  }

  @Test func adaptersAreTrainedAloneMergedAndMoved() throws {
    try withTemporaryFolder { folder in
      let data = try Demonstrations.write(folder.appending(path: "data.zarr"))
      let base = try train(.edm, data, folder.appending(path: "base"))
      let output = folder.appending(path: "lora")
      let adapted = try train(.cd, data, output, teacher: base, loraRank: 3)
      // The checkpoint's own weights are the base's, bit for bit; the policy that is read has the change in them.
      let checkpoint = try SafetensorsFile(output.appending(path: "last.safetensors"))
      for prefix in ["weights", "ema"] {
        let weights = ParameterBuffer(count: base.layout.count)
        try checkpoint.read(base.layout, prefix: prefix, into: weights)
        #expect(weights.values.elementsEqual(base.weights.values))
      }
      #expect(adapted.description.adaptation == nil)
      #expect(!adapted.weights.values.elementsEqual(base.weights.values))

      // From a file of their own, in half precision, onto the base: the same policy but for rounding.
      let file = folder.appending(path: "fast.safetensors")
      try PolicyAdapter(contentsOf: output.appending(path: "last.safetensors")).write(to: file)
      let merged = try PolicyAdapter(contentsOf: file).applied(to: base)
      #expect(merged.description == adapted.description)
      let change = zip(adapted.weights.values, base.weights.values).map { abs($0 - $1) }.max()!
      let error = zip(adapted.weights.values, merged.weights.values).map { abs($0 - $1) }.max()!
      #expect(change > 1e-5 && error < 2e-3 * change)
      let size = try #require(try FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int)
      #expect(size < base.layout.count * 2)

      // Onto another fine-tune of the same network: its weights and the same change.
      let other = try train(.edm, data, folder.appending(path: "other"), seed: 2)
      let moved = try PolicyAdapter(contentsOf: file).applied(to: other)
      for i in stride(from: 0, to: base.weights.count, by: 7) {
        #expect(abs((moved.weights[i] - other.weights[i]) - (merged.weights[i] - base.weights[i])) < 1e-6)
      }
      #expect(moved.description.objective == adapted.description.objective)
    }
  }

  /// The merged weights are what the adapted graph computes with.
  @Test func theMergedNetworkIsTheAdaptedGraph() {
    var layout = ParameterLayout()
    let network = TemporalUNet(.init(channels: 2, widths: [8, 16], kernel: 3, groups: 4, embedding: 8), in: &layout)
    let plain = layout
    let adapters = LowRankAdapters(LowRankAdaptation(rank: 2, alpha: 6), in: &layout)
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
        try train(.edm, data, folder.appending(path: "run"), loraRank: 4)
      }
      #expect("\(error!)".contains("--start"))
      let base = try train(.edm, data, folder.appending(path: "base"))
      let file = folder.appending(path: "base/last.safetensors")
      #expect(base.description.adaptation == nil)
      #expect(throws: PolicyError.self) { try PolicyAdapter(contentsOf: file) }
    }
  }
}
