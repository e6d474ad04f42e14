import Autograd
import CAllocationCounter
import Foundation
import Testing

@Suite("A plan")
struct PlanTests {
  /// Two layers with every fused pattern: convolution + bias, normalisation + Mish + FiLM + residual.
  private struct Model {
    var layout = ParameterLayout()
    let weight: Parameter
    let bias: Parameter
    let gamma: Parameter
    let beta: Parameter
    let film: Parameter

    init() {
      weight = layout.add("weight", [5, 8, 8], kind: .convolution, .normal(standardDeviation: 0.2))
      bias = layout.add("bias", [1, 1, 8], kind: .vector, .normal(standardDeviation: 1))
      gamma = layout.add("gamma", [1, 1, 8], kind: .vector, .normal(standardDeviation: 1))
      beta = layout.add("beta", [1, 1, 8], kind: .vector, .normal(standardDeviation: 1))
      film = layout.add("film", [1, 3, 16], kind: .linear, .normal(standardDeviation: 1))
    }

    func callAsFunction(_ graph: Graph, _ x: Tensor, _ condition: Tensor) -> Tensor {
      let h = x.convolution(graph.parameter(weight), Window(padding: 2)) + graph.parameter(bias)
      let normal = (h.normalize(groups: 4) * graph.parameter(gamma) + graph.parameter(beta)).mish()
      let modulation = condition.convolution(graph.parameter(film))
      return normal * modulation.channels(0..<8) + modulation.channels(8..<16) + x
    }
  }

  private func fill(_ plan: Plan, _ inputs: [String: [Double]]) {
    for (name, values) in inputs {
      for (index, value) in values.enumerated() { plan.input(name)[index] = Float(value) }
    }
  }

  @Test func fusesANormalisationChainIntoOneCall() {
    let model = Model()
    let graph = Graph()
    let y = model(graph, graph.input("x", [2, 4, 8]), graph.input("c", [2, 1, 3]))
    let parameters = model.layout.initialize(seed: 3)
    let plan = Plan(graph, outputs: ["y": y], weights: PackedWeights([.online: parameters]))
    // Convolution with bias, FiLM's linear layer, and everything else in one pass.
    #expect(plan.statistics.operations == 3, "\(plan)")
    let inputs = ["x": randomValues(64, seed: 1), "c": randomValues(6, seed: 2)]
    fill(plan, inputs)
    plan.run()
    let interpreter = ReferenceInterpreter(
      graph, parameters: [.online: parameters.values.map(Double.init)], inputs: inputs)
    for (computed, exact) in zip(plan.output("y"), interpreter.evaluate([y])[0]) {
      #expect(abs(Double(computed) - exact) < 1e-5)
    }
  }

  @Test(arguments: [1, 2]) func inputsMayFollowFromValuesAtThePause(threads: Int) {
    let model = Model()
    let graph = Graph()
    let y = model(graph, graph.input("x", [2, 4, 8]), graph.input("c", [2, 1, 3]))
    let z = y * graph.input("late", [2, 4, 8])
    let plan = Plan(
      graph, outputs: ["y": y, "z": z], pausingAfter: [y],
      weights: PackedWeights([.online: model.layout.initialize(seed: 3)]), threads: threads)
    for run in 0..<2 {
      fill(plan, ["x": randomValues(64, seed: 1 + UInt64(run)), "c": randomValues(6, seed: 2)])
      plan.run {
        for i in 0..<64 { plan.input("late")[i] = plan.output("y")[i] + 1 }
      }
      for i in 0..<64 { #expect(plan.output("z")[i] == plan.output("y")[i] * (plan.output("y")[i] + 1)) }
    }
  }

  /// What looks like the fused patterns and is not: a bias that is broadcast over channels, one that adds channels, and
  /// FiLM whose scale and shift do not lie in one tensor.
  @Test func whatOnlyLooksFusibleIsComputedAllTheSame() {
    var layout = ParameterLayout()
    let wide = layout.add("wide", [3, 8, 8], kind: .convolution, .normal(standardDeviation: 0.3))
    let narrow = layout.add("narrow", [1, 8, 1], kind: .linear, .normal(standardDeviation: 0.3))
    let one = layout.add("one", [1, 1, 1], kind: .vector, .normal(standardDeviation: 1))
    let eight = layout.add("eight", [1, 1, 8], kind: .vector, .normal(standardDeviation: 1))
    let film = layout.add("film", [1, 3, 16], kind: .linear, .normal(standardDeviation: 1))
    let shift = layout.add("shift", [1, 3, 8], kind: .linear, .normal(standardDeviation: 1))
    let graph = Graph()
    let x = graph.input("x", [2, 4, 8])
    let c = graph.input("c", [2, 1, 3])
    let modulation = c.convolution(graph.parameter(film))
    let scale = modulation.channels(0..<8)
    func normal(_ x: Tensor) -> Tensor {
      (x.normalize(groups: 4) * graph.parameter(eight) + graph.parameter(eight)).mish()
    }
    let outputs = [
      "broadcast": x.convolution(graph.parameter(wide), Window(padding: 1)) + graph.parameter(one),
      "widened": x.convolution(graph.parameter(narrow)) + graph.parameter(eight),
      "mixed": normal(x) * scale + c.convolution(graph.parameter(shift)),
      "crossed": normal(x * 2) * modulation.channels(8..<16) + scale,
      "kept": normal(x * 3) * scale + modulation.channels(8..<16),
      "scale": scale,
    ]
    let parameters = layout.initialize(seed: 4)
    let plan = Plan(graph, outputs: outputs, weights: PackedWeights([.online: parameters]))
    let inputs = ["x": randomValues(64, seed: 1), "c": randomValues(6, seed: 2)]
    fill(plan, inputs)
    plan.run()
    let interpreter = ReferenceInterpreter(
      graph, parameters: [.online: parameters.values.map(Double.init)], inputs: inputs)
    for (name, output) in outputs {
      for (computed, exact) in zip(plan.output(name), interpreter.evaluate([output])[0]) {
        #expect(abs(Double(computed) - exact) < 1e-5, "\(name)")
      }
    }
  }

  @Test func gradientPlanEqualsTheInterpreterAndAllocatesNothing() {
    let model = Model()
    let graph = Graph()
    let target = graph.input("target", [2, 4, 8])
    let y = model(graph, graph.input("x", [2, 4, 8]), graph.input("c", [2, 1, 3]))
    let loss = (y - target).squared().mean()
    let gradients = graph.gradient(of: loss)
    #expect(gradients.map(\.parameter) == model.layout.entries.map(\.parameter))
    let parameters = model.layout.initialize(seed: 3)
    let plan = Plan(
      graph, outputs: ["loss": loss], gradients: gradients, gradientCount: model.layout.count,
      weights: PackedWeights([.online: parameters]))
    let inputs = [
      "x": randomValues(64, seed: 1), "c": randomValues(6, seed: 2), "target": randomValues(64, seed: 3),
    ]
    fill(plan, inputs)
    plan.run()
    let before = allocation_count()
    plan.run()
    #expect(allocation_count() == before)
    let interpreter = ReferenceInterpreter(
      graph, parameters: [.online: parameters.values.map(Double.init)], inputs: inputs)
    let exact = interpreter.evaluate([loss] + gradients.map(\.gradient))
    #expect(abs(Double(plan.output("loss")[0]) - exact[0][0]) < 1e-5)
    for (index, gradient) in gradients.enumerated() {
      for (offset, value) in exact[index + 1].enumerated() {
        let computed = Double(plan.gradients![gradient.parameter.offset + offset])
        #expect(abs(computed - value) < 1e-5 * max(1, abs(value)), "\(gradient.parameter) \(offset)")
      }
    }
  }

  @Test func threadsThatShareARunChangeNoBit() {
    let model = Model()
    let graph = Graph()
    let y = model(graph, graph.input("x", [2, 4, 8]), graph.input("c", [2, 1, 3]))
    let weights = PackedWeights([.online: model.layout.initialize(seed: 3)])
    let plans = (1...4).map { Plan(graph, outputs: ["y": y], weights: weights, threads: $0) }
    for round in 0..<UInt64(300) {
      let inputs = ["x": randomValues(64, seed: round), "c": randomValues(6, seed: round + 1000)]
      let results = plans.map { plan in
        fill(plan, inputs)
        plan.run()
        return Array(plan.output("y"))
      }
      for result in results.dropFirst() { #expect(result == results[0]) }
    }
  }

  @Test func theAllocationCounterCounts() {
    let before = allocation_count()
    let array = [Int](repeating: 1, count: 1000 + Int(allocation_count() & 1))
    #expect(allocation_count() > before && array.count > 0)
  }

  @Test func sharesMemoryBetweenValuesThatDoNotLiveTogether() {
    let graph = Graph()
    var x = graph.input("x", [64, 16, 32])
    let weight = graph.constant((0..<32 * 32).map { Float($0 % 7) * 0.01 }, [1, 32, 32])
    for _ in 0..<10 { x = x.convolution(weight).mish() }
    let plan = Plan(graph, outputs: ["y": x], weights: PackedWeights([:]))
    #expect(plan.statistics.arenaBytes * 3 < plan.statistics.unsharedBytes)
    #expect(plan.statistics.flops == 10 * 2 * 64 * 16 * 32 * 32)
    #expect("\(plan)".contains("FLOPs"))
  }

  /// 5 taps around each of 3 frames meet 3 + 3 + 3 frames and 6 of padding; 3 taps at a stride of 2 from -1 meet 2 + 2.
  @Test func paddingIsNoUsefulWork() {
    var layout = ParameterLayout()
    let wide = layout.add("wide", [5, 4, 8], kind: .convolution, .zeros)
    let strided = layout.add("strided", [3, 8, 2], kind: .convolution, .zeros)
    let graph = Graph()
    let x = graph.input("x", [2, 3, 4]).convolution(graph.parameter(wide), Window(padding: 2))
    let y = x.convolution(graph.parameter(strided), Window(stride: 2, padding: 1))
    let plan = Plan(graph, outputs: ["y": y], weights: PackedWeights([.online: layout.initialize(seed: 1)]))
    #expect(plan.statistics.flops == 2 * 2 * (15 * 4 * 8 + 6 * 8 * 2))
    #expect(plan.statistics.usefulFlops == 2 * 2 * (9 * 4 * 8 + 4 * 8 * 2))
  }

  @Test func refreshFollowsChangedParameters() {
    var layout = ParameterLayout()
    let weight = layout.add("w", [1, 2, 2], kind: .linear, .ones)
    let parameters = layout.initialize(seed: 1)
    let graph = Graph()
    let y = graph.input("x", [1, 1, 2]).convolution(graph.parameter(weight))
    let weights = PackedWeights([.online: parameters])
    let plan = Plan(graph, outputs: ["y": y], weights: weights)
    plan.input("x")[0] = 1
    plan.input("x")[1] = 2
    plan.run()
    #expect(plan.output("y")[0] == 3)
    parameters[0] = 5
    weights.refresh()
    plan.run()
    #expect(plan.output("y")[0] == 7 && plan.output("y")[1] == 3)
  }

  @Test func sameBankSharesANodeAndBanksDoNot() {
    var layout = ParameterLayout()
    let weight = layout.add("w", [1, 2, 2], kind: .linear, .ones)
    let graph = Graph()
    let x = graph.input("x", [1, 1, 2])
    let first = x.convolution(graph.parameter(weight))
    let again = x.convolution(graph.parameter(weight))
    let teacher = graph.with(.teacher) { x.convolution(graph.parameter(weight)) }
    #expect(first.id == again.id && first.id != teacher.id)
  }

  @Test func diskOrderReversesTheAxes() {
    var layout = ParameterLayout()
    let weight = layout.add("w", [3, 2, 4], kind: .convolution, .zeros)
    let buffer = layout.initialize(seed: 1)
    for i in 0..<24 { buffer[i] = Float(i) }
    let disk = UnsafeMutableBufferPointer<Float>.allocate(capacity: 24)
    defer { disk.deallocate() }
    buffer.writeDiskOrder(of: weight, into: disk)
    #expect(weight.diskShape == [4, 2, 3])
    #expect(disk[1] == 8 && disk[3] == 4 && disk[6] == 1)
    let copy = ParameterBuffer(count: 24)
    copy.readDiskOrder(of: weight, from: UnsafeBufferPointer(disk))
    #expect(Array(copy.values) == Array(buffer.values))
  }

  @Test func philoxReproducesTheKnownAnswers() {
    // Random123's known-answer vectors for philox4x32-10.
    let zero = Philox.block((0, 0, 0, 0), (0, 0))
    #expect([zero.0, zero.1, zero.2, zero.3] == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let pi = Philox.block(
      (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), (0xa409_3822, 0x299f_31d0))
    #expect([pi.0, pi.1, pi.2, pi.3] == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func normalNumbersHaveTheRightMoments() {
    let values = randomValues(200_000, seed: 5)
    let mean = values.reduce(0, +) / 200_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200_000
    #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
  }
}
