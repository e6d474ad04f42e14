import Autograd

/// A small graph around one operation: its output, the inputs that derivatives are taken for, and their values.
struct OperationExample {
  let graph: Graph
  let output: Tensor
  let sources: [Tensor]
  let inputs: [String: [Double]]
  var parameters: [Double] = []

  /// One example per unary function, mask or stride variant; every operation of the closed set has at least one.
  /// The switch has no default: an operation without an example does not compile.
  static func examples(of kind: Operation.Kind) -> [OperationExample] {
    switch kind {
    case .input: [build([("x", [2, 3, 4])]) { $0[0] }]
    case .parameter: [parameterExample()]
    case .constant: [build([("x", [2, 3, 4])]) { $0[0] * $0[0].constant([1, -2, 3, 0.5], [1, 1, 4]) }]
    case .convolution:
      [
        build([("x", [2, 6, 3]), ("w", [5, 3, 4])]) { $0[0].convolution($0[1], Window(padding: 2)) },
        build([("x", [2, 8, 3]), ("w", [3, 3, 2])]) { $0[0].convolution($0[1], Window(stride: 2, padding: 1)) },
        build([("x", [2, 1, 5]), ("w", [1, 5, 4])]) { $0[0].convolution($0[1]) },
      ]
    case .transposedConvolution:
      [
        build([("x", [2, 3, 4]), ("w", [4, 3, 4])]) {
          $0[0].transposedConvolution($0[1], Window(stride: 2, padding: 1))
        },
        build([("x", [2, 5, 3]), ("w", [3, 2, 3])]) {
          $0[0].transposedConvolution($0[1], Window(stride: 1, padding: 1))
        },
        build([("x", [1, 3, 2]), ("w", [2, 2, 2])]) { $0[0].transposedConvolution($0[1], Window(stride: 3)) },
      ]
    case .kernelGradient:
      [
        build([("x", [2, 6, 3]), ("d", [2, 3, 2])]) {
          $0[0].kernelGradient(cotangent: $0[1], taps: 3, Window(stride: 2, padding: 1))
        }
      ]
    case .add: [build([("a", [2, 3, 4]), ("b", [2, 1, 4])]) { $0[0] + $0[1] }]
    case .multiply:
      [
        build([("a", [2, 3, 4]), ("b", [2, 3, 1])]) { $0[0] * $0[1] },
        build([("a", [2, 3, 4]), ("b", [1, 1, 4])]) { $0[0] * $0[1] },
        build([("a", [2, 3, 4]), ("b", [2, 3, 4])]) { $0[0] * $0[1] },
      ]
    case .scale: [build([("x", [2, 3, 4])]) { $0[0] * -1.5 }]
    case .offset: [build([("x", [2, 3, 4])]) { ($0[0] + 0.75).squared() }]
    case .sum:
      [[2, 1, 1], [1, 1, 4], [1, 1, 1], [2, 3, 1], [2, 1, 4]].map { shape in
        build([("x", [2, 3, 4])]) { $0[0].sum(to: shape) }
      }
    case .broadcast: [build([("x", [2, 1, 4])]) { $0[0].broadcast(to: [2, 3, 4]) }]
    case .unary:
      Unary.allCases.map { function in build([("x", [2, 3, 4])]) { positive($0[0], function).apply(function) } }
    case .normalize:
      [
        build([("x", [2, 3, 8])]) { $0[0].normalize(groups: 4) },
        build([("x", [2, 3, 8])]) { $0[0].normalize(groups: 2, mask: mask($0[0])) },
      ]
    case .normalizeTangent:
      [
        build([("x", [2, 3, 8]), ("v", [2, 3, 8])]) {
          $0[0].normalizeTangent($0[1], mask: nil, groups: 4, epsilon: 1e-5)
        },
        build([("x", [2, 3, 8]), ("v", [2, 3, 8])]) {
          $0[0].normalizeTangent($0[1], mask: mask($0[0]), groups: 2, epsilon: 1e-5)
        },
      ]
    case .groupMean:
      [
        build([("x", [2, 3, 8])]) { $0[0].groupMean(groups: 4) },
        build([("x", [2, 3, 8])]) { $0[0].groupMean(groups: 2, mask: mask($0[0])) },
      ]
    case .concatenate: [build([("a", [2, 3, 4]), ("b", [2, 3, 2])]) { $0[0].concatenate($0[1]) }]
    case .slice: [build([("x", [2, 3, 5])]) { $0[0].channels(1..<4) }]
    case .place: [build([("x", [2, 3, 2])]) { $0[0].place(at: 1, channels: 5) }]
    case .dropoutMask: [dropoutExample()]
    case .stopGradient: [build([("x", [2, 3, 4])]) { $0[0] * $0[0].squared().stopGradient() }]
    }
  }

  /// Where a function needs positive arguments, x² + 0.5 takes x's place.
  private static func positive(_ x: Tensor, _ function: Unary) -> Tensor {
    switch function {
    case .log, .sqrt, .reciprocal: x.squared() + 0.5
    default: x
    }
  }

  /// The second sample's last frame is padding.
  private static func mask(_ x: Tensor) -> Tensor {
    var values = [Float](repeating: 1, count: x.shape[0] * x.shape[1])
    values[values.count - 1] = 0
    return x.constant(values, [x.shape[0], x.shape[1], 1])
  }

  private static func build(_ inputs: [(String, [Int])], _ body: ([Tensor]) -> Tensor) -> OperationExample {
    let graph = Graph()
    let tensors = inputs.map { graph.input($0.0, $0.1) }
    var values: [String: [Double]] = [:]
    for (index, input) in inputs.enumerated() {
      values[input.0] = randomValues(tensors[index].count, seed: UInt64(index + 1))
    }
    return OperationExample(graph: graph, output: body(tensors), sources: tensors, inputs: values)
  }

  private static func parameterExample() -> OperationExample {
    var layout = ParameterLayout()
    let parameter = layout.add("weight", [3, 2, 4], kind: .convolution, .normal(standardDeviation: 1))
    let graph = Graph()
    let x = graph.input("x", [2, 4, 2])
    let weight = graph.parameter(parameter)
    return OperationExample(
      graph: graph, output: x.convolution(weight, Window(padding: 1)), sources: [x, weight],
      inputs: ["x": randomValues(16, seed: 1)], parameters: randomValues(24, seed: 2))
  }

  private static func dropoutExample() -> OperationExample {
    let graph = Graph()
    let x = graph.input("x", [2, 3, 4])
    let keys = graph.input("keys", [2, 1, 4])
    let mask = graph.dropoutMask(keys: keys, shape: x.shape, rate: 0.4, stream: 3)
    return OperationExample(
      graph: graph, output: x * mask, sources: [x],
      inputs: ["x": randomValues(24, seed: 1), "keys": [1, 65535, 2, 77, 9, 8, 7, 6]])
  }
}

/// Standard normal values, the same on every run.
func randomValues(_ count: Int, seed: UInt64) -> [Double] {
  var random = Philox(seed: seed, step: 0, sample: 0, stream: .noise)
  return (0..<count).map { _ in Double(Float(random.normal())) }
}
