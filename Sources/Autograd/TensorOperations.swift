// What can be done with tensors. Each function checks shapes and records one node (or a few).

extension Tensor {
  private static func broadcastShape(_ a: Tensor, _ b: Tensor, _ name: String) -> [Int] {
    precondition(a.graph === b.graph, "\(name): the tensors belong to two graphs")
    return zip(a.shape, b.shape).map { x, y in
      precondition(x == y || x == 1 || y == 1, "\(name): shapes \(a.shape) and \(b.shape) do not broadcast")
      return max(x, y)
    }
  }

  /// Element by element; a dimension of size 1 is repeated.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    a.graph.emit(.add(a.id, b.id), broadcastShape(a, b, "+"))
  }

  /// Element by element; a dimension of size 1 is repeated.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    a.graph.emit(.multiply(a.id, b.id), broadcastShape(a, b, "*"))
  }

  /// Element by element; a dimension of size 1 is repeated.
  public static func - (a: Tensor, b: Tensor) -> Tensor { a + b * -1 }
  /// Every element negated.
  public static prefix func - (a: Tensor) -> Tensor { a * -1 }

  /// Every element times a number.
  public static func * (a: Tensor, factor: Float) -> Tensor { a.graph.emit(.scale(a.id, by: factor), a.shape) }
  /// Every element times a number.
  public static func * (factor: Float, a: Tensor) -> Tensor { a * factor }
  /// Every element plus a number.
  public static func + (a: Tensor, term: Float) -> Tensor { a.graph.emit(.offset(a.id, by: term), a.shape) }
  /// Every element minus a number.
  public static func - (a: Tensor, term: Float) -> Tensor { a + -term }

  /// Applies an elementwise function.
  public func apply(_ function: Unary) -> Tensor { graph.emit(.unary(function, id), shape) }

  /// x tanh(softplus x), elementwise (Misra 2019).
  public func mish() -> Tensor { apply(.mish) }
  /// x², elementwise.
  public func squared() -> Tensor { apply(.square) }
  /// √x, elementwise, for x ≥ 0. Its derivative at 0 is infinite.
  public func squareRoot() -> Tensor { apply(.sqrt) }
  /// 1/x, elementwise.
  public func reciprocal() -> Tensor { apply(.reciprocal) }

  /// Sums over the dimensions that have size 1 in `target`; the others must have this tensor's sizes.
  public func sum(to target: [Int]) -> Tensor {
    guard target != shape else { return self }
    precondition(zip(target, shape).allSatisfy { $0 == $1 || $0 == 1 }, "sum of \(shape) to \(target)")
    return graph.emit(.sum(id), target)
  }

  /// Repeats along the dimensions that have size 1 here; the others must have `target`'s sizes.
  public func broadcast(to target: [Int]) -> Tensor {
    guard target != shape else { return self }
    precondition(zip(target, shape).allSatisfy { $0 == $1 || $1 == 1 }, "broadcast of \(shape) to \(target)")
    return graph.emit(.broadcast(id), target)
  }

  /// The sum of each sample's elements, `[batch, 1, 1]`.
  public func sumPerSample() -> Tensor { sum(to: [shape[0], 1, 1]) }

  /// The sum of all elements, `[1, 1, 1]`.
  public func total() -> Tensor { sum(to: [1, 1, 1]) }

  /// The mean of all elements, `[1, 1, 1]`.
  public func mean() -> Tensor { total() * (1 / Float(count)) }

  /// The same value, through which no derivative passes.
  public func stopGradient() -> Tensor { graph.emit(.stopGradient(id), shape) }

  /// Convolution over time: `[B, T, in]` and a weight `[taps, in, out]` give
  /// `[B, (T + 2·padding − taps)/stride + 1, out]`.
  public func convolution(_ weight: Tensor, _ window: Window = Window()) -> Tensor {
    let taps = weight.shape[0]
    precondition(
      shape[1] + 2 * window.padding >= taps,
      "convolution of \(shape) with a weight of \(weight.shape) leaves no time step")
    let length = (shape[1] + 2 * window.padding - taps) / window.stride + 1
    return convolution(weight, window, length: length)
  }

  /// The same with a chosen output length (the right padding follows from it).
  func convolution(_ weight: Tensor, _ window: Window, length: Int) -> Tensor {
    precondition(graph === weight.graph, "the convolution's operands belong to two graphs")
    precondition(shape[2] == weight.shape[1], "convolution of \(shape) with a weight of \(weight.shape)")
    precondition(length > 0, "convolution of \(shape) with a weight of \(weight.shape) leaves no time step")
    return graph.emit(.convolution(x: id, weight: weight.id, window), [shape[0], length, weight.shape[2]])
  }

  /// Transposed convolution: `[B, T, out]` and the weight `[taps, in, out]` of the convolution whose adjoint it is give
  /// `[B, (T − 1)·stride − 2·padding + taps, in]`.
  public func transposedConvolution(_ weight: Tensor, _ window: Window) -> Tensor {
    let length = (shape[1] - 1) * window.stride - 2 * window.padding + weight.shape[0]
    return transposedConvolution(weight, window, length: length)
  }

  func transposedConvolution(_ weight: Tensor, _ window: Window, length: Int) -> Tensor {
    precondition(graph === weight.graph, "the convolution's operands belong to two graphs")
    precondition(shape[2] == weight.shape[2], "transposed convolution of \(shape) with \(weight.shape)")
    precondition(length > 0, "transposed convolution of \(shape) with \(weight.shape) leaves no time step")
    return graph.emit(.transposedConvolution(x: id, weight: weight.id, window), [shape[0], length, weight.shape[1]])
  }

  package func kernelGradient(cotangent: Tensor, taps: Int, _ window: Window) -> Tensor {
    graph.emit(.kernelGradient(x: id, cotangent: cotangent.id, window), [taps, shape[2], cotangent.shape[2]])
  }

  /// Group normalisation without its affine part (Wu & He 2018): over time and the channels of each group.
  ///
  /// - Parameters:
  ///   - groups: must divide the channels.
  ///   - epsilon: added to the variance.
  ///   - mask: `[B, T, 1]` of 0 and 1; statistics run over frames with 1, and the result is 0 elsewhere.
  public func normalize(groups: Int, epsilon: Float = 1e-5, mask: Tensor? = nil) -> Tensor {
    checkGroups(groups, mask)
    return graph.emit(.normalize(id, mask: mask?.id, groups: groups, epsilon: epsilon), shape)
  }

  package func normalizeTangent(_ v: Tensor, mask: Tensor?, groups: Int, epsilon: Float) -> Tensor {
    checkGroups(groups, mask)
    let operation = Operation.normalizeTangent(x: id, v: v.id, mask: mask?.id, groups: groups, epsilon: epsilon)
    return graph.emit(operation, shape)
  }

  package func groupMean(groups: Int, mask: Tensor? = nil) -> Tensor {
    checkGroups(groups, mask)
    return graph.emit(.groupMean(id, mask: mask?.id, groups: groups), shape)
  }

  private func checkGroups(_ groups: Int, _ mask: Tensor?) {
    precondition(groups > 0 && shape[2] % groups == 0, "\(groups) groups do not divide \(shape[2]) channels")
    precondition(mask.map { $0.graph === graph } ?? true, "the mask belongs to another graph")
    precondition(mask.map { $0.shape == [shape[0], shape[1], 1] } ?? true, "a mask of \(mask!.shape) for \(shape)")
  }

  /// Puts `other`'s channels behind these: `[B, T, C]` and `[B, T, D]` give `[B, T, C + D]`.
  public func concatenate(_ other: Tensor) -> Tensor {
    precondition(graph === other.graph, "the tensors belong to two graphs")
    precondition(shape[0..<2] == other.shape[0..<2], "concatenation of \(shape) and \(other.shape)")
    return graph.emit(.concatenate(id, other.id), [shape[0], shape[1], shape[2] + other.shape[2]])
  }

  /// The channels in a range that is not empty: `[B, T, range.count]`.
  public func channels(_ range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape[2] && !range.isEmpty, "\(range) of \(shape)")
    guard range.count != shape[2] else { return self }
    return graph.emit(.slice(id, start: range.lowerBound), [shape[0], shape[1], range.count])
  }

  /// These channels from `start` on in a tensor of `channels` channels, zeros elsewhere.
  package func place(at start: Int, channels: Int) -> Tensor {
    guard channels != shape[2] else { return self }
    return graph.emit(.place(id, start: start), [shape[0], shape[1], channels])
  }

  /// f′ at this tensor, composed of operations of the same set.
  func derivative(of function: Unary) -> Tensor {
    switch function {
    case .mish: return apply(.mishDerivative)
    case .mishDerivative:
      // With w = tanh(softplus x), s = sigmoid x: mish' = w + x s (1 - w²); its derivative is
      // s (1 - w²)(2 + x(1 - s - 2 w s)).
      let w = apply(.softplus).apply(.tanh)
      let s = apply(.sigmoid)
      return s * (w.squared() * -1 + 1) * (self * (s * -1 - w * s * 2 + 1) + 2)
    case .silu:
      let s = apply(.sigmoid)
      return s * (self * (s * -1 + 1) + 1)
    case .tanh: return apply(.tanh).squared() * -1 + 1
    case .sigmoid:
      let s = apply(.sigmoid)
      return s * (s * -1 + 1)
    case .softplus: return apply(.sigmoid)
    case .exp: return apply(.exp)
    case .log: return apply(.reciprocal)
    case .sin: return apply(.cos)
    case .cos: return apply(.sin) * -1
    case .sqrt: return apply(.sqrt).apply(.reciprocal) * 0.5
    case .reciprocal: return apply(.reciprocal).squared() * -1
    case .square: return self * 2
    }
  }

  /// `normalizeTangent(self, v)` spelled out in simpler operations, so that it can be differentiated once more.
  func expandedNormalizeTangent(_ v: Tensor, mask: Tensor?, groups: Int, epsilon: Float) -> Tensor {
    func masked(_ x: Tensor) -> Tensor { mask.map { x * $0 } ?? x }
    func mean(_ x: Tensor) -> Tensor { x.groupMean(groups: groups, mask: mask) }
    let centred = masked(self) - mean(self)
    let inverseDeviation = (mean(centred.squared()) + epsilon).squareRoot().reciprocal()
    let y = centred * inverseDeviation
    return masked(inverseDeviation * (v - mean(v) - y * mean(y * v)))
  }
}
