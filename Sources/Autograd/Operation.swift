/// Elementwise functions. The set is closed under differentiation: see `Tensor.derivative(of:at:)`.
public enum Unary: Int, Sendable, Hashable, CaseIterable {
  /// x tanh(softplus x) (Misra 2019), and its derivative.
  case mish, mishDerivative
  /// silu is x sigmoid x, softplus ln(1 + eˣ). log needs x > 0, reciprocal x ≠ 0, sqrt x ≥ 0; sqrt's derivative at 0 is
  /// infinite.
  case silu, tanh, sigmoid, softplus, exp, log, sin, cos, sqrt, reciprocal, square
}

/// Stride and left padding of a convolution over time (right padding follows from the output length).
public struct Window: Sendable, Hashable {
  /// Input frames from one output frame to the next, at least 1.
  public var stride: Int
  /// Zero frames before the first input frame, at least 0.
  public var padding: Int

  /// - Precondition: `stride` > 0 and `padding` ≥ 0.
  public init(stride: Int = 1, padding: Int = 0) {
    precondition(stride > 0 && padding >= 0, "a stride of \(stride) and a padding of \(padding)")
    self.stride = stride
    self.padding = padding
  }
}

/// The closed set of operations. Operands are node numbers; every operation has one gradient rule (Pullback.swift), one
/// tangent rule (Pushforward.swift), one meaning in double precision (ReferenceInterpreter.swift), one kernel (Plan).
///
/// All values have rank 3, `[batch, time, channels]`, or `[taps, in, out]` for convolution weights.
package enum Operation: Sendable, Hashable {
  case input(String)
  case parameter(Parameter, Bank)
  /// Index into `Graph.constants`.
  case constant(Int)
  /// y[b,t,n] = Σ_jc x[b, t·stride − padding + j, c] · w[j,c,n].
  case convolution(x: Int, weight: Int, Window)
  /// The adjoint of `convolution` with respect to x: maps `[B, T, out]` to `[B, T', in]`.
  case transposedConvolution(x: Int, weight: Int, Window)
  /// The adjoint of `convolution` with respect to w: from x and the cotangent of y to `[taps, in, out]`.
  case kernelGradient(x: Int, cotangent: Int, Window)
  /// Elementwise with broadcasting of sizes 1.
  case add(Int, Int)
  case multiply(Int, Int)
  case scale(Int, by: Float)
  case offset(Int, by: Float)
  /// Sum over the dimensions where the node's own shape has size 1; `broadcast` is its adjoint.
  case sum(Int)
  case broadcast(Int)
  case unary(Unary, Int)
  /// (x − mean) / sqrt(variance + epsilon) over (time, channels of one group), valid frames only; 0 at masked frames.
  case normalize(Int, mask: Int?, groups: Int, epsilon: Float)
  /// The Jacobian of `normalize` at x applied to v. It is symmetric, so this is tangent and adjoint in one.
  case normalizeTangent(x: Int, v: Int, mask: Int?, groups: Int, epsilon: Float)
  /// The mean over (time, channels of one group), at every valid element; 0 at masked frames. Symmetric.
  case groupMean(Int, mask: Int?, groups: Int)
  /// Along channels.
  case concatenate(Int, Int)
  /// The node's channels, from `start`; `place` is its adjoint (zeros around).
  case slice(Int, start: Int)
  case place(Int, start: Int)
  /// 0 with probability `rate`, else 1/(1 − rate), from a per-sample key `[B, 1, 4]` and a stream number.
  case dropoutMask(keys: Int, stream: UInt32, rate: Float)
  case stopGradient(Int)

  /// The case without its operands, for tables over the closed set.
  package enum Kind: CaseIterable, Sendable {
    case input, parameter, constant, convolution, transposedConvolution, kernelGradient, add, multiply, scale, offset
    case sum, broadcast, unary, normalize, normalizeTangent, groupMean, concatenate, slice, place, dropoutMask
    case stopGradient
  }

  package var kind: Kind {
    switch self {
    case .input: .input
    case .parameter: .parameter
    case .constant: .constant
    case .convolution: .convolution
    case .transposedConvolution: .transposedConvolution
    case .kernelGradient: .kernelGradient
    case .add: .add
    case .multiply: .multiply
    case .scale: .scale
    case .offset: .offset
    case .sum: .sum
    case .broadcast: .broadcast
    case .unary: .unary
    case .normalize: .normalize
    case .normalizeTangent: .normalizeTangent
    case .groupMean: .groupMean
    case .concatenate: .concatenate
    case .slice: .slice
    case .place: .place
    case .dropoutMask: .dropoutMask
    case .stopGradient: .stopGradient
    }
  }

  /// The nodes that it reads.
  package var operands: [Int] {
    switch self {
    case .input, .parameter, .constant: []
    case .convolution(let x, let w, _), .transposedConvolution(let x, let w, _): [x, w]
    case .kernelGradient(let x, let d, _): [x, d]
    case .add(let a, let b), .multiply(let a, let b), .concatenate(let a, let b): [a, b]
    case .scale(let x, _), .offset(let x, _), .sum(let x), .broadcast(let x), .unary(_, let x): [x]
    case .normalize(let x, let mask, _, _), .groupMean(let x, let mask, _): [x] + (mask.map { [$0] } ?? [])
    case .normalizeTangent(let x, let v, let mask, _, _): [x, v] + (mask.map { [$0] } ?? [])
    case .slice(let x, _), .place(let x, _), .stopGradient(let x): [x]
    case .dropoutMask(let keys, _, _): [keys]
    }
  }
}
