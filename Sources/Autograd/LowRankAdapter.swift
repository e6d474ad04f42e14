/// A low-rank change of one weight, LoRA (Hu et al. 2022, eq. 3): W + scale · A B.
///
/// For a weight `[taps, in, out]`, A is `[taps, in, rank]` and B `[1, rank, out]`.
public struct LowRankAdapter: Sendable, Hashable {
  public let a: Parameter
  public let b: Parameter
  public let scale: Float

  public init(a: Parameter, b: Parameter, scale: Float) {
    precondition(a.shape[2] == b.shape[1] && b.shape[0] == 1, "adapters of \(a.shape) and \(b.shape)")
    self.a = a
    self.b = b
    self.scale = scale
  }

  public var rank: Int { a.shape[2] }

  /// Adds scale · A B to the weight itself, so that it needs no adapter any more.
  ///
  /// - Parameters:
  ///   - weight: in the layout of `weights`, of A's and B's shapes.
  ///   - adapters: the buffer that holds A and B.
  public func merge(into weight: Parameter, of weights: ParameterBuffer, from adapters: ParameterBuffer) {
    let (rows, columns) = (weight.shape[0] * weight.shape[1], weight.shape[2])
    precondition(rows * rank == a.count && rank * columns == b.count, "\(weight.shape) with \(a.shape) and \(b.shape)")
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for k in 0..<rank {
          sum += Double(adapters[a.offset + row * rank + k]) * Double(adapters[b.offset + k * columns + column])
        }
        weights[weight.offset + row * columns + column] += Float(Double(scale) * sum)
      }
    }
  }
}

/// The adapters of a graph: frozen parameters of the adapted network are read from `Bank.base`, where nothing is trained,
/// with the changes of those that have an adapter; A, B and all others like any parameter.
public struct GraphAdapters: Sendable {
  public let adapters: [Parameter: LowRankAdapter]
  /// Where the adapted network's frozen parameters lie.
  public let network: Range<Int>

  public init(_ adapters: [Parameter: LowRankAdapter], network: Range<Int>) {
    self.adapters = adapters
    self.network = network
  }
}
