import Autograd
import Backbone

/// Convolution → GroupNorm → Mish over time, 0 at padding.
struct ConvolutionBlock: Sendable {
  private let convolution: Convolution
  private let norm: GroupNorm

  init(_ input: Int, _ output: Int, kernel: Int, groups: Int, in layout: inout ParameterLayout) {
    convolution = layout.scope("conv") { Convolution(input, output, kernel: kernel, in: &$0) }
    norm = layout.scope("norm") { GroupNorm(output, groups: groups, in: &$0) }
  }

  func callAsFunction(_ x: Tensor, mask: Tensor) -> Tensor { norm(convolution(x), mask: mask).mish() * mask }
}

/// Dropout whose masks follow from a sample's keys and the order of the calls.
struct Dropout {
  /// `[B, 1, 4]`; nil switches dropout off.
  let keys: Tensor?
  let rate: Float
  private var stream: UInt32 = 0

  init(keys: Tensor?, rate: Float) {
    self.keys = keys
    self.rate = rate
  }

  mutating func callAsFunction(_ x: Tensor) -> Tensor {
    stream += 1
    guard let keys, rate > 0 else { return x }
    return x * x.dropoutMask(keys: keys, shape: x.shape, rate: rate, stream: stream)
  }
}
