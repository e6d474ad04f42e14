import CKernels

/// Turns steps into kernel calls once every address is known.
struct Lowering {
  let graph: Graph
  let weights: PackedWeights
  let memory: PlanMemory
  let places: [Int: Target]
  let views: [Int: (source: Int, start: Int)]
  let scratch: Target
  /// Whether what is lowered computes steady values.
  var isSteady = false

  /// Where a value can be read.
  func source(_ id: Int) -> Source {
    if let view = views[id] { return source(view.source) + view.start }
    guard let place = places[id] else { preconditionFailure("node \(id), \(graph.nodes[id]), has no address") }
    return UnsafePointer(place)
  }

  private func target(_ id: Int) -> Target { places[id]! }
  private func shape(_ id: Int) -> [Int] { graph.nodes[id].shape }
  private func triple(_ values: [Int]) -> Triple { memory.keep(values) }

  /// Element strides with 0 where a size of 1 is repeated.
  private func strides(_ id: Int) -> Triple {
    let s = shape(id)
    return triple([s[0] == 1 ? 0 : s[1] * s[2], s[1] == 1 ? 0 : s[2], s[2] == 1 ? 0 : 1])
  }

  func lower(_ step: Step) -> (name: String, instructions: [Instruction], flops: Int) {
    switch step.work {
    case .single: return lower(step.node)
    case .convolution(let id, let bias): return convolution(id, into: step.node, bias: bias)
    case .unaryMultiply(let function, let x, let factor):
      let y = target(step.node)
      let count = graph.tensor(step.node).count
      return (
        "\(function) multiply",
        [.unaryMultiply(function.kernel, count, source(x), times: source(factor), y)], 0
      )
    case .sumOfProducts(let a, let b):
      let (from, to) = (triple(shape(a)), triple(shape(step.node)))
      return ("sum of products", [.sum(from, to: to, source(a), times: source(b), target(step.node))], 0)
    case .normalizeMish(let nodes): return normalizeMish(nodes, into: step.node)
    }
  }

  private func normalizeMish(_ nodes: NormalizeMishNodes, into node: Int) -> (String, [Instruction], Int) {
    guard case .normalize(let x, let mask, let groups, let epsilon) = graph.nodes[nodes.normalize].operation else {
      preconditionFailure("a fused normalisation starts at \(graph.nodes[nodes.normalize])")
    }
    // Scale and shift are both dense [B, 1, C], or both views into the same wider tensor.
    let wide = nodes.scale.flatMap { views[$0]?.source } ?? nodes.scale
    let arguments = Instruction.NormalizeMish(
      groups: groups, epsilon: epsilon, x: source(x), mask: mask.map(source), gamma: source(nodes.gamma),
      beta: source(nodes.beta), scale: nodes.scale.map(source), shift: nodes.shift.map(source),
      filmStride: wide.map { shape($0)[2] } ?? 0, residual: nodes.residual.map(source), y: target(node))
    let name = "normalize mish" + (nodes.scale == nil ? "" : " film") + (nodes.residual == nil ? "" : " residual")
    return (name, [.normalizeMish(triple(shape(node)), memory.keep(arguments))], 0)
  }

  private func lower(_ id: Int) -> (name: String, instructions: [Instruction], flops: Int) {
    let y = target(id)
    let count = graph.tensor(id).count
    let dense = triple(shape(id))
    let operation = graph.nodes[id].operation
    let name = "\(operation.kind)"
    func one(_ instruction: Instruction) -> (String, [Instruction], Int) { (name, [instruction], 0) }
    switch operation {
    case .input, .parameter, .constant, .stopGradient: preconditionFailure("\(name) is no computation")
    case .convolution, .transposedConvolution: return convolution(id, into: id, bias: nil)
    case .kernelGradient(let x, let d, let window):
      let geometry = convolutionShape(x: shape(x), weight: shape(id), y: shape(d), window)
      let flops = 2 * shape(d)[0] * shape(d)[1] * count
      let (kept, x, d) = (memory.keep(geometry), source(x), source(d))
      let call: Instruction =
        geometry.isWide
        ? .wideKernelGradient(kept, x: x, cotangent: d, y: y, scratch: scratch)
        : .kernelGradient(kept, x: x, cotangent: d, y: y, scratch: scratch)
      return (geometry.isWide ? "wide kernel gradient" : name, [call], flops)
    case .add(let a, let b): return one(.add(dense, source(a), strides(a), source(b), strides(b), y))
    case .multiply(let a, let b): return one(.multiply(dense, source(a), strides(a), source(b), strides(b), y))
    case .scale(let x, let factor): return one(.scaleOffset(count, scale: factor, offset: 0, source(x), y))
    case .offset(let x, let term): return one(.scaleOffset(count, scale: 1, offset: term, source(x), y))
    case .sum(let x): return one(.sum(triple(shape(x)), to: dense, source(x), times: nil, y))
    case .broadcast(let x): return one(.broadcast(dense, source(x), strides(x), y))
    case .unary(let function, let x):
      return ("\(function)", [.unary(function.kernel, count, source(x), y)], 0)
    case .normalize(let x, let mask, let groups, let epsilon):
      return one(.normalize(dense, groups: groups, epsilon: epsilon, source(x), mask: mask.map(source), y))
    case .normalizeTangent(let x, let v, let mask, let groups, let epsilon):
      let valid = mask.map(source)
      return one(
        .normalizeTangent(dense, groups: groups, epsilon: epsilon, source(x), mask: valid, v: source(v), y))
    case .groupMean(let x, let mask, let groups):
      return one(.groupMean(dense, groups: groups, source(x), mask: mask.map(source), y))
    case .concatenate(let a, let b):
      let (rows, first, second) = (shape(id)[0] * shape(id)[1], shape(a)[2], shape(b)[2])
      return (
        name,
        [
          .copyRows(rows, first, source(a), first, y, first + second),
          .copyRows(rows, second, source(b), second, y + first, first + second),
        ], 0
      )
    case .slice(let x, let start):
      let (rows, columns) = (shape(id)[0] * shape(id)[1], shape(id)[2])
      return one(.copyRows(rows, columns, source(x) + start, shape(x)[2], y, columns))
    case .place(let x, let start):
      let (rows, columns) = (shape(id)[0] * shape(id)[1], shape(id)[2])
      let copy = Instruction.copyRows(rows, shape(x)[2], source(x), shape(x)[2], y + start, columns)
      return (name, [.zero(count, y), copy], 0)
    case .dropoutMask(let keys, let stream, let rate):
      return one(.dropoutMask(dense, keys: source(keys), stream: stream, rate: rate, y))
    }
  }
}
