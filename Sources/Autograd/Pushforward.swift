// Forward mode: Jacobian-vector products as a transform from graph to graph, one rule per operation.

extension Graph {
  /// Appends the tangent computation: the derivative of each output along the given directions of the sources.
  ///
  /// - Parameter directions: sources, each with a tangent of its own shape. Nothing is traced past a source.
  /// - Returns: one tangent per output, with the output's shape; nil where it depends on no source.
  public func pushforward(_ outputs: [Tensor], along directions: [(source: Tensor, tangent: Tensor)]) -> [Tensor?] {
    let needed = ancestors(of: outputs.map(\.id))
    var tangents: [Int: Tensor] = [:]
    for (source, tangent) in directions {
      precondition(source.shape == tangent.shape, "a tangent of \(tangent.shape) for a source of \(source.shape)")
      tangents[source.id] = tangent
    }
    let sources = Set(directions.map(\.source.id))
    for id in needed.sorted() where !sources.contains(id) { tangents[id] = push(id, tangents) }
    return outputs.map { tangents[$0.id] }
  }

  /// One operation's rule: the tangent of the node from the tangents of its operands.
  private func push(_ id: Int, _ tangents: [Int: Tensor]) -> Tensor? {
    let shape = nodes[id].shape
    func linear(_ x: Int, _ map: (Tensor) -> Tensor) -> Tensor? { tangents[x].map(map) }
    func sum(_ a: Tensor?, _ b: Tensor?) -> Tensor? {
      guard let a else { return b }
      return b.map { a + $0 } ?? a
    }
    switch nodes[id].operation {
    case .input, .parameter, .constant, .dropoutMask, .stopGradient: return nil
    case .convolution(let x, let w, let window):
      return sum(
        linear(x) { $0.convolution(tensor(w), window, length: shape[1]) },
        linear(w) { tensor(x).convolution($0, window, length: shape[1]) })
    case .transposedConvolution(let x, let w, let window):
      return sum(
        linear(x) { $0.transposedConvolution(tensor(w), window, length: shape[1]) },
        linear(w) { tensor(x).transposedConvolution($0, window, length: shape[1]) })
    case .kernelGradient(let x, let d, let window):
      return sum(
        linear(x) { $0.kernelGradient(cotangent: tensor(d), taps: shape[0], window) },
        linear(d) { tensor(x).kernelGradient(cotangent: $0, taps: shape[0], window) })
    case .add(let a, let b):
      return sum(linear(a) { $0.broadcast(to: shape) }, linear(b) { $0.broadcast(to: shape) })
    case .multiply(let a, let b): return sum(linear(a) { $0 * tensor(b) }, linear(b) { tensor(a) * $0 })
    case .scale(let x, let factor): return linear(x) { $0 * factor }
    case .offset(let x, _): return linear(x) { $0 }
    case .sum(let x): return linear(x) { $0.sum(to: shape) }
    case .broadcast(let x): return linear(x) { $0.broadcast(to: shape) }
    case .unary(let function, let x): return linear(x) { tensor(x).derivative(of: function) * $0 }
    case .normalize(let x, let mask, let groups, let epsilon):
      return linear(x) { tensor(x).normalizeTangent($0, mask: mask.map(tensor), groups: groups, epsilon: epsilon) }
    case .normalizeTangent(let x, let v, let mask, let groups, let epsilon):
      let alongV = linear(v) {
        tensor(x).normalizeTangent($0, mask: mask.map(tensor), groups: groups, epsilon: epsilon)
      }
      let alongX = linear(x) { tangent in
        let expanded = tensor(x).expandedNormalizeTangent(
          tensor(v).stopGradient(), mask: mask.map(tensor), groups: groups, epsilon: epsilon)
        return pushforward([expanded], along: [(tensor(x), tangent)])[0]!
      }
      return sum(alongV, alongX)
    case .groupMean(let x, let mask, let groups):
      return linear(x) { $0.groupMean(groups: groups, mask: mask.map(tensor)) }
    case .concatenate(let a, let b):
      let (first, second) = (nodes[a].shape[2], nodes[b].shape[2])
      return sum(
        linear(a) { $0.place(at: 0, channels: first + second) },
        linear(b) { $0.place(at: first, channels: first + second) })
    case .slice(let x, let start): return linear(x) { $0.channels(start..<start + shape[2]) }
    case .place(let x, let start): return linear(x) { $0.place(at: start, channels: shape[2]) }
    }
  }
}
