import CKernels

typealias Source = UnsafePointer<Float>
typealias Target = UnsafeMutablePointer<Float>
/// Three sizes or strides, kept by the plan.
typealias Triple = UnsafePointer<Int>

/// One kernel call with every address decided. Trivial payloads only, so that running it retains nothing.
enum Instruction {
  case convolution(
    UnsafePointer<ck_conv_shape>, x: Source, packed: PackedSource, bias: Source?, y: Target, scratch: Target)
  case kernelGradient(UnsafePointer<ck_conv_shape>, x: Source, cotangent: Source, y: Target, scratch: Target)
  /// The same of a wide layer, by OpenBLAS.
  case wideKernelGradient(UnsafePointer<ck_conv_shape>, x: Source, cotangent: Source, y: Target, scratch: Target)
  case packTaps(
    taps: Int, first: Int, step: Int, rows: Int, columns: Int, transposed: Bool, interleaved: Bool, w: Source,
    packed: Target)
  case add(Triple, Source, Triple, Source, Triple, Target)
  case multiply(Triple, Source, Triple, Source, Triple, Target)
  case scaleOffset(Int, scale: Float, offset: Float, Source, Target)
  case sum(Triple, to: Triple, Source, times: Source?, Target)
  case broadcast(Triple, Source, Triple, Target)
  case unary(ck_unary_kind, Int, Source, Target)
  case unaryMultiply(ck_unary_kind, Int, Source, times: Source, Target)
  case normalize(Triple, groups: Int, epsilon: Float, Source, mask: Source?, Target)
  case normalizeTangent(Triple, groups: Int, epsilon: Float, Source, mask: Source?, v: Source, Target)
  case groupMean(Triple, groups: Int, Source, mask: Source?, Target)
  case normalizeMish(Triple, UnsafePointer<NormalizeMish>)
  case copyRows(Int, Int, Source, Int, Target, Int)
  case zero(Int, Target)
  case dropoutMask(Triple, keys: Source, stream: UInt32, rate: Float, Target)

  /// Group normalisation, affine part, Mish, FiLM and residual in one pass.
  struct NormalizeMish {
    var groups: Int
    var epsilon: Float
    var x: Source
    var mask: Source?
    var gamma: Source
    var beta: Source
    var scale: Source?
    var shift: Source?
    var filmStride: Int
    var residual: Source?
    var y: Target
  }

  /// Multiplications and additions of a convolution or its kernel's gradient that meet a frame and not its padding.
  var usefulFlops: Int {
    switch self {
    case .convolution(let shape, _, _, _, _, _), .kernelGradient(let shape, _, _, _, _),
      .wideKernelGradient(let shape, _, _, _, _):
      let s = shape.pointee
      let frames = (0..<s.rows).reduce(0) { count, row in
        let first = row * s.in_step + s.in0
        return count + max(0, min(first + s.taps, s.in_time) - max(first, 0))
      }
      return 2 * s.batch * frames * s.in_channels * s.out_channels
    default: return 0
    }
  }

  /// Does one part of the work; parts differ in channels, of copies in rows. What cannot be shared is done by part 0.
  ///
  /// - Parameter scratchStride: floats of scratch that belong to each part.
  func run(part: Int = 0, of parts: Int = 1, scratchStride: Int = 0) {
    if part > 0 && !isShared { return }
    switch self {
    case .convolution(let shape, let x, let packed, let bias, let y, let scratch):
      let panels = (shape.pointee.out_channels + CK_PANEL - 1) / CK_PANEL
      let (first, last) = (panels * part / parts, panels * (part + 1) / parts)
      guard first < last else { return }
      let own = scratch + part * scratchStride
      switch packed {
      case .float32(let packed): ck_conv(shape, x, packed, bias, y, 0, first, last, own)
      case .bfloat16(let packed): ck_conv_bfloat16(shape, x, packed, bias, y, 0, first, last, own)
      }
    case .kernelGradient(let shape, let x, let d, let y, let scratch):
      ck_conv_weight_gradient(shape, x, d, y, 0, scratch)
    case .wideKernelGradient(let shape, let x, let d, let y, let scratch):
      shape.pointee.wideKernelGradient(x: x, cotangent: d, into: y, scratch: scratch)
    case .packTaps(
      let taps, let first, let step, let rows, let columns, let transposed, let interleaved, let w, let packed):
      ck_pack_taps(taps, first, step, rows, columns, w, transposed ? 1 : 0, interleaved ? 1 : 0, packed)
    case .add(let shape, let a, let sa, let b, let sb, let y): ck_add(shape, a, sa, b, sb, y)
    case .multiply(let shape, let a, let sa, let b, let sb, let y): ck_multiply(shape, a, sa, b, sb, y)
    case .scaleOffset(let n, let scale, let offset, let x, let y): ck_scale_offset(n, scale, offset, x, y)
    case .sum(let shape, let out, let a, let b, let y): ck_sum(shape, out, a, b, y)
    case .broadcast(let shape, let x, let sx, let y): ck_broadcast(shape, x, sx, y)
    case .unary(let kind, let n, let x, let y): ck_unary(kind, n, x, y)
    case .unaryMultiply(let kind, let n, let x, let d, let y): ck_unary_multiply(kind, n, x, d, y)
    case .normalize(let shape, let groups, let epsilon, let x, let mask, let y):
      ck_normalize(shape, groups, epsilon, x, mask, y)
    case .normalizeTangent(let shape, let groups, let epsilon, let x, let mask, let v, let y):
      ck_normalize_tangent(shape, groups, epsilon, x, mask, v, y)
    case .groupMean(let shape, let groups, let x, let mask, let y): ck_group_mean(shape, groups, x, mask, y)
    case .normalizeMish(let shape, let arguments):
      let a = arguments.pointee
      ck_normalize_mish(
        shape, a.groups, a.epsilon, a.x, a.mask, a.gamma, a.beta, a.scale, a.shift, a.filmStride, a.residual, a.y,
        a.groups * part / parts, a.groups * (part + 1) / parts)
    case .copyRows(let rows, let n, let x, let ldx, let y, let ldy):
      let (first, last) = (rows * part / parts, rows * (part + 1) / parts)
      ck_copy_rows(last - first, n, x + first * ldx, ldx, y + first * ldy, ldy)
    case .zero(let n, let y): ck_zero(n, y)
    case .dropoutMask(let shape, let keys, let stream, let rate, let y): ck_dropout_mask(shape, keys, stream, rate, y)
    }
  }
}

extension Unary {
  var kernel: ck_unary_kind {
    switch self {
    case .mish: CK_MISH
    case .mishDerivative: CK_MISH_DERIVATIVE
    case .silu: CK_SILU
    case .tanh: CK_TANH
    case .sigmoid: CK_SIGMOID
    case .softplus: CK_SOFTPLUS
    case .exp: CK_EXP
    case .log: CK_LOG
    case .sin: CK_SIN
    case .cos: CK_COS
    case .sqrt: CK_SQRT
    case .reciprocal: CK_RECIPROCAL
    case .square: CK_SQUARE
    }
  }
}
