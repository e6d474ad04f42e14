/// A recording of operations that knows shapes, never values.
///
/// Layers are called with tensors and append nodes here. Gradients and tangents are appended by graph-to-graph
/// transforms, and `Plan` compiles the result. Equal operations on equal operands become one node.
public final class Graph {
  package struct Node {
    package let operation: Operation
    package let shape: [Int]
  }

  private struct Key: Hashable {
    let operation: Operation
    let shape: [Int]
  }

  package private(set) var nodes: [Node] = []
  private(set) var constants: [[Float]] = []
  private var known: [Key: Int] = [:]
  /// Low-rank changes of weights; the teacher is read without them.
  public var adapters: GraphAdapters?
  /// Which buffer parameters are read from while layers are being called.
  public private(set) var bank = Bank.online

  /// An empty recording; layers read the bank `.online`.
  public init() {}

  func emit(_ operation: Operation, _ shape: [Int]) -> Tensor {
    let key = Key(operation: operation, shape: shape)
    if let id = known[key] { return Tensor(graph: self, id: id) }
    nodes.append(Node(operation: operation, shape: shape))
    known[key] = nodes.count - 1
    return Tensor(graph: self, id: nodes.count - 1)
  }

  /// A value that the caller fills in before every run: `[batch, time, channels]`.
  ///
  /// Asking again for the same name gives the same tensor.
  /// - Precondition: three positive sizes, the same ones whenever a name is asked for again.
  public func input(_ name: String, _ shape: [Int]) -> Tensor {
    precondition(shape.count == 3 && shape.allSatisfy { $0 > 0 }, "input \(name): shape \(shape)")
    for node in nodes {
      if case .input(name) = node.operation, node.shape != shape {
        preconditionFailure("input \(name) is \(node.shape) and \(shape)")
      }
    }
    return emit(.input(name), shape)
  }

  /// A parameter's values, from the current bank; with its adapter's change, where it has one.
  public func parameter(_ parameter: Parameter) -> Tensor {
    func read(_ parameter: Parameter, _ bank: Bank) -> Tensor { emit(.parameter(parameter, bank), parameter.shape) }
    guard let adapters, bank != .teacher, adapters.network.contains(parameter.offset) else {
      return read(parameter, bank)
    }
    let weight = read(parameter, .base)
    guard let adapter = adapters.adapters[parameter] else { return weight }
    return weight + read(adapter.a, bank).convolution(read(adapter.b, bank)) * adapter.scale
  }

  /// Fixed values, in row-major order of `shape`, which has rank 3 and as many elements.
  public func constant(_ values: [Float], _ shape: [Int]) -> Tensor {
    precondition(values.count == shape.reduce(1, *), "\(values.count) values for shape \(shape)")
    if let index = constants.firstIndex(of: values) { return emit(.constant(index), shape) }
    constants.append(values)
    return emit(.constant(constants.count - 1), shape)
  }

  /// Runs `body` with parameters read from another buffer of the same layout.
  public func with<Result>(_ bank: Bank, _ body: () -> Result) -> Result {
    let outer = self.bank
    self.bank = bank
    defer { self.bank = outer }
    return body()
  }

  /// Multipliers for inverted dropout: 0 with probability `rate`, else 1/(1 − rate).
  ///
  /// - Parameters:
  ///   - keys: `[batch, 1, 4]`, a 64-bit key per sample as four exact 16-bit floats, least significant first.
  ///   - shape: `[batch, time, channels]` of the result.
  ///   - rate: in [0, 1).
  ///   - stream: which dropout layer; the same stream and keys give the same mask.
  public func dropoutMask(keys: Tensor, shape: [Int], rate: Float, stream: UInt32) -> Tensor {
    precondition(keys.shape == [shape[0], 1, 4], "dropout keys are \(keys.shape) for a batch of \(shape[0])")
    precondition(rate >= 0 && rate < 1, "a dropout rate of \(rate)")
    return emit(.dropoutMask(keys: keys.id, stream: stream, rate: rate), shape)
  }

  func tensor(_ id: Int) -> Tensor { Tensor(graph: self, id: id) }
}

/// A value in a graph: its shape is known, its contents only while a plan runs.
public struct Tensor {
  let graph: Graph
  package let id: Int

  /// `[batch, time, channels]`, or `[taps, in, out]` for a convolution's weight.
  public var shape: [Int] { graph.nodes[id].shape }
  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  // Layers see tensors only; these reach the graph that a tensor belongs to.

  /// A parameter's values in this tensor's graph, from its current bank.
  public func parameter(_ parameter: Parameter) -> Tensor { graph.parameter(parameter) }

  /// Fixed values in this tensor's graph: see `Graph.constant`.
  public func constant(_ values: [Float], _ shape: [Int]) -> Tensor { graph.constant(values, shape) }

  /// Dropout multipliers in this tensor's graph: see `Graph.dropoutMask`.
  public func dropoutMask(keys: Tensor, shape: [Int], rate: Float, stream: UInt32) -> Tensor {
    graph.dropoutMask(keys: keys, shape: shape, rate: rate, stream: stream)
  }
}
