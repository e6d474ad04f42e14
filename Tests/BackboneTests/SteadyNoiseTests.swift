import Autograd
import Backbone
import TestSupport
import Testing

/// A sampler's noise level stays from call to call. What follows from it alone is not computed again, and nobody can tell by
/// the results.
struct SteadyNoiseTests {
  private struct Compiled {
    let network: TemporalUNet
    let parameters: ParameterBuffer
    let batch: Int

    /// - Parameters:
    ///   - widths: FiLM layers have twice as many outputs, which fill 32-wide panels or do not.
    ///   - global: channels of the global condition, 0 for none.
    init(widths: [Int], global: Int, target: Bool = false, batch: Int = 1) {
      var layout = ParameterLayout()
      network = TemporalUNet(
        TemporalUNet.Configuration(
          channels: 2, widths: widths, kernel: 5, groups: 4, embedding: 16, globalCondition: global, frameCondition: 0,
          targetEmbedding: target, fullResolution: false), in: &layout)
      parameters = layout.initialize(seed: 5)
      self.batch = batch
    }

    func plan(steady: Set<String>, _ storage: WeightStorage = .float32, threads: Int = 1) -> Plan {
      let graph = Graph()
      let configuration = network.configuration
      let global = configuration.globalCondition
      let y = network(
        graph.input("x", [batch, 8, 2]), noise: graph.input("u", [batch, 1, 1]),
        target: configuration.targetEmbedding ? graph.input("target", [batch, 1, 1]) : nil,
        Conditioning(global: global > 0 ? graph.input("global", [batch, 1, global]) : nil))
      return Plan(
        graph, outputs: ["y": y], steady: steady, weights: PackedWeights([.online: parameters], storage: storage),
        threads: threads)
    }
  }

  private func fill(_ plans: [Plan], _ name: String, seed: Int) {
    for plan in plans where plan.reads(name) {
      let input = plan.input(name)
      for i in input.indices { input[i] = Float((i * 37 + seed * 101) % 64) / 32 - 1 }
    }
  }

  private func output(_ plan: Plan) -> [Float] { withExtendedLifetime(plan) { Array(plan.output("y")) } }

  @Test(arguments: [
    ([16, 32], 5, false, 1), ([16, 32], 5, true, 1), ([16, 32], 0, false, 1), ([12, 20], 3, false, 1),
    ([16, 32], 5, false, 3),
  ])
  func runsOnSteadyValuesGiveTheSameBits(widths: [Int], global: Int, target: Bool, batch: Int) {
    let model = Compiled(widths: widths, global: global, target: target, batch: batch)
    for storage in WeightStorage.allCases {
      let truth = model.plan(steady: [], storage)
      // Where all tests run at once, threads wait for each other at every barrier: one case has two.
      let most = storage == .float32 && batch == 1 && global > 0 && target ? 2 : 1
      let plans = (1...most).map { model.plan(steady: ["u", "target"], storage, threads: $0) }
      let all = plans + [truth]
      #expect(truth.steadyValues.isEmpty && !plans[0].steadyValues.isEmpty)
      #expect(plans[0].statistics.flops < truth.statistics.flops)
      var stored: [[Float]] = []
      for level in 0..<2 {
        fill(all, "u", seed: level)
        fill(all, "target", seed: level + 7)
        for call in 0..<3 {
          fill(all, "x", seed: 10 * level + call)
          fill(all, "global", seed: 20 * level + call)
          truth.run()
          for plan in plans {
            if call == 0 { plan.run() } else { plan.runOnSteadyValues() }
            #expect(output(plan) == output(truth), "level \(level), call \(call)")
          }
        }
        stored.append(Array(plans[0].steadyValues))
      }
      // Back to the first level by what was stored of it.
      #expect(stored[0] != stored[1])
      fill([truth], "u", seed: 0)
      fill([truth], "target", seed: 7)
      fill(all, "x", seed: 50)
      truth.run()
      _ = plans[0].steadyValues.update(fromContentsOf: stored[0])
      plans[0].runOnSteadyValues()
      #expect(output(plans[0]) == output(truth))
    }
  }

  @Test func allFiLMLayersAreOneProductOnTheRestOfTheirInput() {
    let model = Compiled(widths: [16, 32], global: 5)
    let plan = model.plan(steady: ["u"])
    let lines = plan.description.split(separator: "\n").map(String.init)
    // Two blocks per level going down, in the middle and going up, of 32 or 64 outputs.
    #expect(lines.filter { $0.contains("steady channels") }.count == 8)
    #expect(lines.filter { $0.contains("8 convolutions, other channels → [1, 1, 384]") }.count == 1)
    #expect(!lines.contains { $0.contains("convolution [1, 21, ") && !$0.contains("steady") })
  }
}
