import Foundation

/// What every operation means, in double precision and without any optimisation.
///
/// The truth that kernels, gradients and fused plans are tested against. Slow: for tests and small closed forms.
public struct ReferenceInterpreter {
  private let graph: Graph
  private let parameters: [Bank: [Double]]
  private let inputs: [String: [Double]]

  /// Nothing is computed or checked before `evaluate`.
  ///
  /// - Parameters:
  ///   - parameters: the flat buffer of each bank that the graph reads.
  ///   - inputs: row-major values of each input that the outputs depend on.
  public init(_ graph: Graph, parameters: [Bank: [Double]] = [:], inputs: [String: [Double]] = [:]) {
    self.graph = graph
    self.parameters = parameters
    self.inputs = inputs
  }

  /// The values of `outputs`, each in row-major order of its shape.
  ///
  /// - Precondition: every input and bank that they depend on was given, each input with its shape's element count.
  public func evaluate(_ outputs: [Tensor]) -> [[Double]] {
    var values = [[Double]](repeating: [], count: graph.nodes.count)
    for id in graph.ancestors(of: outputs.map(\.id)).sorted() { values[id] = evaluate(id, values) }
    return outputs.map { values[$0.id] }
  }

  private func evaluate(_ id: Int, _ values: [[Double]]) -> [Double] {
    let node = graph.nodes[id]
    let shape = node.shape
    func shapeOf(_ operand: Int) -> [Int] { graph.nodes[operand].shape }
    switch node.operation {
    case .input(let name):
      guard let value = inputs[name] else { preconditionFailure("input \(name) was not given") }
      precondition(value.count == shape.reduce(1, *), "input \(name): \(value.count) values for \(shape)")
      return value
    case .parameter(let parameter, let bank):
      guard let buffer = parameters[bank] else { preconditionFailure("the \(bank) parameters were not given") }
      return Array(buffer[parameter.range])
    case .constant(let index): return graph.constants[index].map(Double.init)
    case .convolution(let x, let w, let window):
      var y = [Double](repeating: 0, count: shape.reduce(1, *))
      forEachProduct(shapeOf(x), shapeOf(w), shape, window) { i, k, o in y[o] += values[x][i] * values[w][k] }
      return y
    case .transposedConvolution(let x, let w, let window):
      var y = [Double](repeating: 0, count: shape.reduce(1, *))
      forEachProduct(shape, shapeOf(w), shapeOf(x), window) { i, k, o in y[i] += values[x][o] * values[w][k] }
      return y
    case .kernelGradient(let x, let d, let window):
      var y = [Double](repeating: 0, count: shape.reduce(1, *))
      forEachProduct(shapeOf(x), shape, shapeOf(d), window) { i, k, o in y[k] += values[x][i] * values[d][o] }
      return y
    case .add(let a, let b):
      return zip(broadcast(values[a], shapeOf(a), shape), broadcast(values[b], shapeOf(b), shape)).map(+)
    case .multiply(let a, let b):
      return zip(broadcast(values[a], shapeOf(a), shape), broadcast(values[b], shapeOf(b), shape)).map(*)
    case .scale(let x, let factor): return values[x].map { $0 * Double(factor) }
    case .offset(let x, let term): return values[x].map { $0 + Double(term) }
    case .sum(let x):
      var y = [Double](repeating: 0, count: shape.reduce(1, *))
      forEachBroadcastIndex(shape, shapeOf(x)) { small, large in y[small] += values[x][large] }
      return y
    case .broadcast(let x): return broadcast(values[x], shapeOf(x), shape)
    case .unary(let function, let x): return values[x].map { Self.evaluate(function, $0) }
    case .normalize(let x, let mask, let groups, let epsilon):
      return normalize(values[x], shape, mask.map { values[$0] }, groups, Double(epsilon)).y
    case .normalizeTangent(let x, let v, let mask, let groups, let epsilon):
      let valid = mask.map { values[$0] }
      let (y, inverse) = normalize(values[x], shape, valid, groups, Double(epsilon))
      let v = values[v]
      let meanV = groupMean(v, shape, valid, groups)
      let meanYV = groupMean(zip(y, v).map(*), shape, valid, groups)
      let m = broadcast(valid ?? [1], valid == nil ? [1, 1, 1] : [shape[0], shape[1], 1], shape)
      return y.indices.map { m[$0] * inverse[$0] * (v[$0] - meanV[$0] - y[$0] * meanYV[$0]) }
    case .groupMean(let x, let mask, let groups):
      return groupMean(values[x], shape, mask.map { values[$0] }, groups)
    case .concatenate(let a, let b):
      return copyChannels(values[a], shapeOf(a), 0, shape, 0).enumerated().map {
        $1 + copyChannels(values[b], shapeOf(b), 0, shape, shapeOf(a)[2])[$0]
      }
    case .slice(let x, let start): return copyChannels(values[x], shapeOf(x), start, shape, 0)
    case .place(let x, let start): return copyChannels(values[x], shapeOf(x), 0, shape, start)
    case .dropoutMask(let keys, let stream, let rate):
      return dropoutMask(values[keys], shape, stream, rate)
    case .stopGradient(let x): return values[x]
    }
  }

  /// Calls `body` with the flat indices of every product x·w → y of a convolution.
  private func forEachProduct(
    _ x: [Int], _ w: [Int], _ y: [Int], _ window: Window, _ body: (_ x: Int, _ w: Int, _ y: Int) -> Void
  ) {
    for b in 0..<y[0] {
      for t in 0..<y[1] {
        for j in 0..<w[0] {
          let s = t * window.stride - window.padding + j
          guard s >= 0 && s < x[1] else { continue }
          for c in 0..<w[1] {
            for n in 0..<w[2] {
              body((b * x[1] + s) * x[2] + c, (j * w[1] + c) * w[2] + n, (b * y[1] + t) * y[2] + n)
            }
          }
        }
      }
    }
  }

  private func forEachBroadcastIndex(_ small: [Int], _ large: [Int], _ body: (_ small: Int, _ large: Int) -> Void) {
    for b in 0..<large[0] {
      for t in 0..<large[1] {
        for c in 0..<large[2] {
          let row = min(b, small[0] - 1) * small[1] + min(t, small[1] - 1)
          body(row * small[2] + min(c, small[2] - 1), (b * large[1] + t) * large[2] + c)
        }
      }
    }
  }

  private func broadcast(_ x: [Double], _ from: [Int], _ to: [Int]) -> [Double] {
    guard from != to else { return x }
    var y = [Double](repeating: 0, count: to.reduce(1, *))
    forEachBroadcastIndex(from, to) { small, large in y[large] = x[small] }
    return y
  }

  /// Copies as many channels as fit from channel `start` of x to channel `target` of a zero tensor of shape `to`.
  private func copyChannels(_ x: [Double], _ from: [Int], _ start: Int, _ to: [Int], _ target: Int) -> [Double] {
    var y = [Double](repeating: 0, count: to.reduce(1, *))
    let count = min(from[2] - start, to[2] - target)
    for row in 0..<to[0] * to[1] {
      for c in 0..<count { y[row * to[2] + target + c] = x[row * from[2] + start + c] }
    }
    return y
  }

  private func groupMean(_ x: [Double], _ shape: [Int], _ mask: [Double]?, _ groups: Int) -> [Double] {
    var y = [Double](repeating: 0, count: x.count)
    let width = shape[2] / groups
    for b in 0..<shape[0] {
      let valid = (0..<shape[1]).filter { (mask?[b * shape[1] + $0] ?? 1) != 0 }
      for g in 0..<groups {
        let indices = valid.flatMap { t in (0..<width).map { (b * shape[1] + t) * shape[2] + g * width + $0 } }
        guard !indices.isEmpty else { continue }
        let mean = indices.reduce(0) { $0 + x[$1] } / Double(indices.count)
        for i in indices { y[i] = mean }
      }
    }
    return y
  }

  private func normalize(
    _ x: [Double], _ shape: [Int], _ mask: [Double]?, _ groups: Int, _ epsilon: Double
  ) -> (y: [Double], inverseDeviation: [Double]) {
    let mean = groupMean(x, shape, mask, groups)
    let m = broadcast(mask ?? [1], mask == nil ? [1, 1, 1] : [shape[0], shape[1], 1], shape)
    let centred = x.indices.map { m[$0] * (x[$0] - mean[$0]) }
    let inverse = groupMean(centred.map { $0 * $0 }, shape, mask, groups).map { 1 / ($0 + epsilon).squareRoot() }
    return (zip(centred, inverse).map(*), inverse)
  }

  private func dropoutMask(_ keys: [Double], _ shape: [Int], _ stream: UInt32, _ rate: Float) -> [Double] {
    let perSample = shape[1] * shape[2]
    return (0..<shape[0]).flatMap { b in
      let k = keys[b * 4..<b * 4 + 4].map { UInt32($0) }
      return (0..<perSample).map { i in
        let words = Philox.block((UInt32(i / 4), stream, 0, 0), (k[0] | k[1] << 16, k[2] | k[3] << 16))
        let word = [words.0, words.1, words.2, words.3][i % 4]
        return word < UInt32(Double(rate) * 0x1p32) ? 0 : Double(1 / (1 - rate))
      }
    }
  }

  static func evaluate(_ function: Unary, _ x: Double) -> Double {
    let softplus = x > 30 ? x : log1p(Foundation.exp(x))
    let sigmoid = 1 / (1 + Foundation.exp(-x))
    switch function {
    case .mish: return x * Foundation.tanh(softplus)
    case .mishDerivative:
      let w = Foundation.tanh(softplus)
      return w + x * sigmoid * (1 - w * w)
    case .silu: return x * sigmoid
    case .tanh: return Foundation.tanh(x)
    case .sigmoid: return sigmoid
    case .softplus: return softplus
    case .exp: return Foundation.exp(x)
    case .log: return Foundation.log(x)
    case .sin: return Foundation.sin(x)
    case .cos: return Foundation.cos(x)
    case .sqrt: return x.squareRoot()
    case .reciprocal: return 1 / x
    case .square: return x * x
    }
  }
}
