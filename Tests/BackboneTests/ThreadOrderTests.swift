import Autograd
import Backbone
import Testing

/// Threads that share a run wait for each other only where one would touch what another has not finished.
@Suite("Threads that share a run")
struct ThreadOrderTests {
  private struct Case: CustomTestStringConvertible, Sendable {
    var widths: [Int]
    var groups = 8
    var batch = 1
    var horizon = 16
    var fullResolution = false
    var condition = 20
    /// Channels beside x; then with a mask, too.
    var frames = 0
    var testDescription: String {
      "\(widths), \(groups) groups, batch \(batch), horizon \(horizon), \(frames) frame channels"
    }
  }

  /// Groups that are and are not the threads' own, panels that are not full, skips without downsampling; masks, of which a weight
  /// that is no parameter lies in scratch, beside layers that use scratch.
  private static let cases = [
    Case(widths: [64, 128, 256]), Case(widths: [32, 64], groups: 4, batch: 3),
    Case(widths: [48, 80], groups: 4, horizon: 8),
    Case(widths: [64, 64], fullResolution: true), Case(widths: [64, 128], batch: 2, condition: 384, frames: 5),
  ]

  @Test(arguments: cases, 2...4)
  private func mayBeAsFarApartAsTheyLike(_ example: Case, threads: Int) {
    var layout = ParameterLayout()
    let network = TemporalUNet(
      TemporalUNet.Configuration(
        channels: 2, widths: example.widths, groups: example.groups, globalCondition: example.condition,
        frameCondition: example.frames, fullResolution: example.fullResolution), in: &layout)
    let weights = PackedWeights([.online: layout.initialize(seed: 1)])
    func plan(threads: Int, steady: Set<String>) -> Plan {
      let graph = Graph()
      let y = network(
        graph.input("x", [example.batch, example.horizon, 2]), noise: graph.input("u", [example.batch, 1, 1]),
        Conditioning(
          global: graph.input("condition", [example.batch, 1, example.condition]),
          frames: example.frames > 0 ? graph.input("frames", [example.batch, example.horizon, example.frames]) : nil,
          mask: example.frames > 0 ? graph.input("mask", [example.batch, example.horizon, 1]) : nil))
      let plan = Plan(graph, outputs: ["y": y], steady: steady, weights: weights, threads: threads)
      for (seed, name) in ["x", "u", "condition", "frames", "mask"].enumerated() where plan.reads(name) {
        let input = plan.input(name)
        // Of the mask the last quarter is 0.
        for i in input.indices {
          input[i] =
            name == "mask"
            ? (i % example.horizon < example.horizon * 3 / 4 ? 1 : 0)
            : Float((i * 37 + seed * 101) % 64) / 32 - 1
        }
      }
      return plan
    }
    for steady in [[], ["u"]] as [Set<String>] {
      let truth = plan(threads: 1, steady: steady), shared = plan(threads: threads, steady: steady)
      truth.run()
      let expected = Array(truth.output("y"))
      let forward = Array(0..<threads)
      // Twice each: what the run before has left behind may not matter.
      for order in [forward, forward.reversed(), forward.reversed(), forward] {
        shared.run(inOrder: order)
        #expect(Array(shared.output("y")) == expected, "in the order \(order)")
      }
      shared.run()
      #expect(Array(shared.output("y")) == expected)
    }
  }

  /// Convolution, normalisation, convolution, residual, normalisation: two waits.
  @Test func waitTwiceABlock() {
    var layout = ParameterLayout()
    let network = TemporalUNet(
      TemporalUNet.Configuration(channels: 2, widths: [64, 128, 256], globalCondition: 20), in: &layout)
    let graph = Graph()
    let y = network(
      graph.input("x", [1, 16, 2]), noise: graph.input("u", [1, 1, 1]),
      Conditioning(global: graph.input("condition", [1, 1, 20])))
    let plan = Plan(
      graph, outputs: ["y": y], weights: PackedWeights([.online: layout.initialize(seed: 1)]), threads: 2)
    #expect(plan.statistics.operations > 70 && plan.waits < 45, "\(plan)\n\(plan.waits) waits")
  }
}
