// Reverse mode: a transform from graph to graph, one rule per operation.

extension Graph {
  /// Appends the adjoint computation: the gradient of Σ ⟨output, cotangent⟩ with respect to each source.
  ///
  /// Sources are treated as independent: nothing is traced past them. Nothing flows into the masks of
  /// normalisations, into dropout keys, or through `stopGradient`.
  ///
  /// - Parameter outputs: tensors with cotangents of their own shape.
  /// - Returns: one gradient per source, with the source's shape; nil where no output depends on it.
  public func pullback(_ outputs: [(Tensor, cotangent: Tensor)], to sources: [Tensor]) -> [Tensor?] {
    let last = outputs.map(\.0.id).max() ?? -1
    let leaves = Set(sources.map(\.id))
    let active = dependents(of: leaves, upTo: last)
    var adjoint: [Int: Tensor] = [:]
    func accumulate(_ id: Int, _ cotangent: () -> Tensor) {
      guard active.contains(id) else { return }
      let value = cotangent()
      precondition(value.shape == nodes[id].shape, "cotangent \(value.shape) for \(nodes[id])")
      adjoint[id] = adjoint[id].map { $0 + value } ?? value
    }
    for (output, cotangent) in outputs { accumulate(output.id) { cotangent } }
    for id in stride(from: last, through: 0, by: -1) where active.contains(id) && !leaves.contains(id) {
      guard let d = adjoint[id] else { continue }
      pull(id, d, accumulate)
      adjoint[id] = nil
    }
    return sources.map { adjoint[$0.id] }
  }

  /// The gradient of a scalar, `[1, 1, 1]`, with respect to every parameter of `bank` that it depends on, in layout
  /// order.
  public func gradient(of loss: Tensor, in bank: Bank = .online) -> [(parameter: Parameter, gradient: Tensor)] {
    precondition(loss.count == 1, "the gradient of a tensor of shape \(loss.shape): sum it to one number first")
    var parameters: [(Parameter, Int)] = []
    for (id, node) in nodes.enumerated() {
      if case .parameter(let parameter, bank) = node.operation { parameters.append((parameter, id)) }
    }
    parameters.sort { $0.0.offset < $1.0.offset }
    let gradients = pullback([(loss, constant([1], [1, 1, 1]))], to: parameters.map { tensor($0.1) })
    return zip(parameters, gradients).compactMap { parameter, gradient in gradient.map { (parameter.0, $0) } }
  }

  /// Nodes through which a derivative can flow from `sources`, the sources included.
  func dependents(of sources: Set<Int>, upTo last: Int) -> Set<Int> {
    var result = sources
    for id in 0..<max(last + 1, 0) {
      if case .stopGradient = nodes[id].operation { continue }
      if nodes[id].operation.operands.contains(where: result.contains) { result.insert(id) }
    }
    return result
  }

  /// `ids` and everything that they are computed from.
  func ancestors(of ids: [Int]) -> Set<Int> {
    var result = Set(ids)
    for id in stride(from: ids.max() ?? -1, through: 0, by: -1) where result.contains(id) {
      result.formUnion(nodes[id].operation.operands)
    }
    return result
  }

  /// One operation's rule: hands each operand its share of the cotangent `d`.
  private func pull(_ id: Int, _ d: Tensor, _ give: (Int, () -> Tensor) -> Void) {
    let shape = nodes[id].shape
    switch nodes[id].operation {
    case .input, .parameter, .constant, .dropoutMask, .stopGradient: break
    case .convolution(let x, let w, let window):
      give(x) { d.transposedConvolution(tensor(w), window, length: nodes[x].shape[1]) }
      give(w) { tensor(x).kernelGradient(cotangent: d, taps: nodes[w].shape[0], window) }
    case .transposedConvolution(let x, let w, let window):
      give(x) { d.convolution(tensor(w), window, length: nodes[x].shape[1]) }
      give(w) { d.kernelGradient(cotangent: tensor(x), taps: nodes[w].shape[0], window) }
    case .kernelGradient(let x, let cotangent, let window):
      give(x) { tensor(cotangent).transposedConvolution(d, window, length: nodes[x].shape[1]) }
      give(cotangent) { tensor(x).convolution(d, window, length: nodes[cotangent].shape[1]) }
    case .add(let a, let b):
      give(a) { d.sum(to: nodes[a].shape) }
      give(b) { d.sum(to: nodes[b].shape) }
    case .multiply(let a, let b):
      give(a) { (d * tensor(b)).sum(to: nodes[a].shape) }
      give(b) { (d * tensor(a)).sum(to: nodes[b].shape) }
    case .scale(let x, let factor): give(x) { d * factor }
    case .offset(let x, _): give(x) { d }
    case .sum(let x): give(x) { d.broadcast(to: nodes[x].shape) }
    case .broadcast(let x): give(x) { d.sum(to: nodes[x].shape) }
    case .unary(let function, let x): give(x) { tensor(x).derivative(of: function) * d }
    case .normalize(let x, let mask, let groups, let epsilon):
      give(x) { tensor(x).normalizeTangent(d, mask: mask.map(tensor), groups: groups, epsilon: epsilon) }
    case .normalizeTangent(let x, let v, let mask, let groups, let epsilon):
      give(v) { tensor(x).normalizeTangent(d, mask: mask.map(tensor), groups: groups, epsilon: epsilon) }
      give(x) {
        let free = tensor(v).stopGradient()
        let expanded = tensor(x).expandedNormalizeTangent(
          free, mask: mask.map(tensor), groups: groups, epsilon: epsilon)
        return pullback([(expanded, d)], to: [tensor(x)])[0]!
      }
    case .groupMean(let x, let mask, let groups): give(x) { d.groupMean(groups: groups, mask: mask.map(tensor)) }
    case .concatenate(let a, let b):
      give(a) { d.channels(0..<nodes[a].shape[2]) }
      give(b) { d.channels(nodes[a].shape[2]..<shape[2]) }
    case .slice(let x, let start): give(x) { d.place(at: start, channels: nodes[x].shape[2]) }
    case .place(let x, let start): give(x) { d.channels(start..<start + nodes[x].shape[2]) }
    }
  }
}
