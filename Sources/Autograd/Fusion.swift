// Which nodes of a graph become one kernel call. Only values with a single reader are absorbed.

/// One step of a plan before addresses are known: the value it produces and what it reads.
struct Step {
  enum Work {
    case single
    /// A (transposed) convolution and the bias that is added to it.
    case convolution(Int, bias: Int)
    /// f(x) · d in one pass.
    case unaryMultiply(Unary, x: Int, factor: Int)
    /// Σ a·b without storing the products.
    case sumOfProducts(Int, Int)
    case normalizeMish(NormalizeMishNodes)
  }

  let work: Work
  /// The node whose value this step stores.
  let node: Int
  /// Nodes whose memory it reads (views resolved to what they look into).
  var reads: [Int]
}

/// The operands of a fused normalisation chain, as nodes.
struct NormalizeMishNodes {
  var normalize: Int
  var gamma: Int
  var beta: Int
  var scale: Int?
  var shift: Int?
  var residual: Int?
}

/// Turns the needed part of a graph into steps, in an order that respects every dependency.
struct Fusion {
  private let graph: Graph
  private let outputs: Set<Int>
  private var readers: [[Int]]
  private var absorbed = Set<Int>()
  private var needed = Set<Int>()

  private init(_ graph: Graph, outputs: Set<Int>) {
    self.graph = graph
    self.outputs = outputs
    readers = [[Int]](repeating: [], count: graph.nodes.count)
    needed = outputs
    for id in stride(from: outputs.max() ?? -1, through: 0, by: -1) where needed.contains(id) {
      for operand in Set(graph.nodes[id].operation.operands) {
        needed.insert(operand)
        readers[operand].append(id)
      }
    }
  }

  static func steps(of graph: Graph, outputs: Set<Int>) -> [Step] {
    var fusion = Fusion(graph, outputs: outputs)
    return fusion.makeSteps()
  }

  private mutating func makeSteps() -> [Step] {
    var fused: [Int: Step.Work] = [:]
    for id in needed.sorted() where !absorbed.contains(id) && fused[id] == nil {
      if let (work, last, inner) = pattern(at: id), fused[last] == nil, inner.isDisjoint(with: absorbed) {
        fused[last] = work
        absorbed.formUnion(inner)
      }
    }
    return needed.sorted().filter { !absorbed.contains($0) && !isLeaf($0) }.map { id in
      let work = fused[id] ?? .single
      return Step(work: work, node: id, reads: reads(of: work, id))
    }
  }

  private func isLeaf(_ id: Int) -> Bool {
    switch graph.nodes[id].operation {
    case .input, .parameter, .constant: true
    default: false
    }
  }

  private func reads(of work: Step.Work, _ id: Int) -> [Int] {
    switch work {
    case .single: graph.nodes[id].operation.operands
    case .convolution(let convolution, let bias): graph.nodes[convolution].operation.operands + [bias]
    case .unaryMultiply(_, let x, let factor): [x, factor]
    case .sumOfProducts(let a, let b): [a, b]
    case .normalizeMish(let n):
      graph.nodes[n.normalize].operation.operands + [n.gamma, n.beta]
        + [n.scale, n.shift, n.residual].compactMap { $0 }
    }
  }

  /// The single reader of a value that nothing else needs.
  private func onlyReader(_ id: Int) -> Int? {
    readers[id].count == 1 && !outputs.contains(id) ? readers[id][0] : nil
  }

  /// A parameter with one value for every channel of a node.
  private func isChannelParameter(_ id: Int, of node: Int) -> Bool {
    if case .parameter = graph.nodes[id].operation {
      return graph.nodes[id].shape == [1, 1, graph.nodes[node].shape[2]]
    }
    return false
  }

  /// A fusible group that starts at `id`: what to do, the node that holds the result, and the nodes that disappear.
  private func pattern(at id: Int) -> (Step.Work, last: Int, absorbed: Set<Int>)? {
    guard let reader = onlyReader(id) else { return nil }
    let shape = graph.nodes[id].shape
    switch graph.nodes[id].operation {
    case .convolution, .transposedConvolution:
      guard case .add(let a, let b) = graph.nodes[reader].operation else { return nil }
      let bias = a == id ? b : a
      guard bias != id, isChannelParameter(bias, of: id) else { return nil }
      return (.convolution(id, bias: bias), reader, [id])
    case .unary(let function, let x):
      guard case .multiply(let a, let b) = graph.nodes[reader].operation, a != b else { return nil }
      let factor = a == id ? b : a
      guard graph.nodes[factor].shape == shape else { return nil }
      return (.unaryMultiply(function, x: x, factor: factor), reader, [id])
    case .multiply(let a, let b):
      guard case .sum = graph.nodes[reader].operation, graph.nodes[a].shape == shape, graph.nodes[b].shape == shape
      else { return nil }
      return (.sumOfProducts(a, b), reader, [id])
    case .normalize: return normalizeMish(at: id)
    default: return nil
    }
  }

  private func normalizeMish(at id: Int) -> (Step.Work, last: Int, absorbed: Set<Int>)? {
    let shape = graph.nodes[id].shape
    /// The other operand if the only reader of `x` multiplies it by (or adds to it) something of the given shape.
    func next(_ x: Int, multiply: Bool, _ operandShape: [Int]) -> (node: Int, operand: Int)? {
      guard let reader = onlyReader(x) else { return nil }
      let pair: (Int, Int)
      switch graph.nodes[reader].operation {
      case .multiply(let a, let b) where multiply: pair = (a, b)
      case .add(let a, let b) where !multiply: pair = (a, b)
      default: return nil
      }
      let operand = pair.0 == x ? pair.1 : pair.0
      guard operand != x, graph.nodes[operand].shape == operandShape else { return nil }
      return (reader, operand)
    }
    let channels = [1, 1, shape[2]]
    guard let affine = next(id, multiply: true, channels), let biased = next(affine.node, multiply: false, channels),
      let mish = onlyReader(biased.node), case .unary(.mish, _) = graph.nodes[mish].operation
    else { return nil }
    var nodes = NormalizeMishNodes(normalize: id, gamma: affine.operand, beta: biased.operand)
    var chain = [id, affine.node, biased.node, mish]
    let film = [shape[0], 1, shape[2]]
    if let scaled = next(mish, multiply: true, film), let shifted = next(scaled.node, multiply: false, film) {
      nodes.scale = scaled.operand
      nodes.shift = shifted.operand
      chain += [scaled.node, shifted.node]
    }
    if let sum = next(chain.last!, multiply: false, shape) {
      nodes.residual = sum.operand
      chain.append(sum.node)
    }
    return (.normalizeMish(nodes), chain.last!, Set(chain.dropLast()))
  }
}
