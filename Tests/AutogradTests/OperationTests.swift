import Testing

import Autograd

@Suite("Every operation")
struct OperationTests {
  private func interpret(_ example: OperationExample, _ tensors: [Tensor], _ inputs: [String: [Double]]) -> [[Double]] {
    ReferenceInterpreter(example.graph, parameters: [.online: example.parameters], inputs: inputs).evaluate(tensors)
  }

  /// A random direction of each source and a random cotangent of the output, as graph inputs with values.
  private struct Probe {
    var directions: [(source: Tensor, tangent: Tensor)] = []
    let cotangent: Tensor
    var inputs: [String: [Double]]

    init(_ example: OperationExample) {
      inputs = example.inputs
      for (index, source) in example.sources.enumerated() {
        let name = "tangent\(index)"
        directions.append((source, example.graph.input(name, source.shape)))
        inputs[name] = randomValues(source.count, seed: UInt64(100 + index))
      }
      cotangent = example.graph.input("cotangent", example.output.shape)
      inputs["cotangent"] = randomValues(example.output.count, seed: 999)
    }
  }

  @Test(arguments: Operation.Kind.allCases)
  func tangentEqualsFiniteDifferences(_ kind: Operation.Kind) {
    for example in OperationExample.examples(of: kind) {
      let probe = Probe(example)
      let tangent = example.graph.pushforward([example.output], along: probe.directions)[0]!
      let exact = interpret(example, [tangent], probe.inputs)[0]
      let step = 1e-5
      func shifted(_ sign: Double) -> [Double] {
        var (example, inputs) = (example, probe.inputs)
        for (index, direction) in probe.directions.enumerated() {
          let tangent = inputs["tangent\(index)"]!
          switch example.graph.nodes[direction.source.id].operation {
          case .input(let name): inputs[name] = zip(inputs[name]!, tangent).map { $0 + sign * step * $1 }
          case .parameter(let parameter, _):
            for (i, value) in zip(parameter.range, tangent) { example.parameters[i] += sign * step * value }
          default: Issue.record("a direction of \(kind) that is neither input nor parameter")
          }
        }
        // A stopped gradient is not seen by differences: hold its value by evaluating it at the unshifted inputs.
        return kind == .stopGradient
          ? stopped(example, inputs, probe.inputs) : interpret(example, [example.output], inputs)[0]
      }
      let (plus, minus) = (shifted(1), shifted(-1))
      for i in exact.indices {
        let difference = (plus[i] - minus[i]) / (2 * step)
        #expect(abs(difference - exact[i]) <= 1e-6 * max(1, abs(exact[i])), "\(kind) element \(i)")
      }
    }
  }

  /// x · stop(x²) with the second factor from other inputs.
  private func stopped(_ example: OperationExample, _ x: [String: [Double]], _ held: [String: [Double]]) -> [Double] {
    zip(x["x"]!, held["x"]!).map { $0 * $1 * $1 }
  }

  @Test(arguments: Operation.Kind.allCases)
  func gradientIsTheAdjointOfTheTangent(_ kind: Operation.Kind) {
    for example in OperationExample.examples(of: kind) {
      let probe = Probe(example)
      let tangent = example.graph.pushforward([example.output], along: probe.directions)[0]!
      let gradients = example.graph.pullback([(example.output, probe.cotangent)], to: example.sources)
      let values = interpret(example, [tangent] + gradients.map { $0! }, probe.inputs)
      let forward = zip(values[0], probe.inputs["cotangent"]!).reduce(0) { $0 + $1.0 * $1.1 }
      var reverse = 0.0
      for index in example.sources.indices {
        reverse += zip(values[index + 1], probe.inputs["tangent\(index)"]!).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(abs(forward - reverse) <= 1e-10 * max(1, abs(forward)), "\(kind): \(forward) and \(reverse)")
    }
  }

  @Test(arguments: Operation.Kind.allCases, ISA.supported)
  func planComputesWhatTheInterpreterDoes(_ kind: Operation.Kind, _ isa: ISA) {
    isa.run { check(kind, isa) }
  }

  private func check(_ kind: Operation.Kind, _ isa: ISA) {
    for example in OperationExample.examples(of: kind) {
      let probe = Probe(example)
      let tangent = example.graph.pushforward([example.output], along: probe.directions)[0]!
      let gradients = example.graph.pullback([(example.output, probe.cotangent)], to: example.sources).map { $0! }
      var outputs = ["output": example.output, "tangent": tangent]
      for (index, gradient) in gradients.enumerated() { outputs["gradient\(index)"] = gradient }
      let buffer = ParameterBuffer(count: max(1, example.parameters.count))
      for (index, value) in example.parameters.enumerated() { buffer[index] = Float(value) }
      let plan = Plan(example.graph, outputs: outputs, weights: PackedWeights([.online: buffer]))
      for (name, values) in probe.inputs where plan.reads(name) {
        for (index, value) in values.enumerated() { plan.input(name)[index] = Float(value) }
      }
      let rounded = probe.inputs.mapValues { $0.map { Double(Float($0)) } }
      plan.run()
      plan.run()
      for (name, tensor) in outputs {
        let exact = interpret(example, [tensor], rounded)[0]
        let computed = plan.output(name)
        for i in exact.indices {
          #expect(abs(Double(computed[i]) - exact[i]) <= 2e-5 * max(1, abs(exact[i])), "\(kind) \(name) \(i) \(isa)")
        }
      }
    }
  }
}
