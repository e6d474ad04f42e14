import Autograd

/// What a network is told besides x and its noise level.
public struct Conditioning {
  /// One vector per sample, `[B, 1, G]`: observations, or a speaker.
  public var global: Tensor?
  /// Channels beside x, `[B, T, F]`: phoneme features per frame.
  public var frames: Tensor?
  /// 1 for frames that exist, 0 for padding, `[B, T, 1]`.
  public var mask: Tensor?
  /// The weight w of classifier-free guidance that the network is to imitate, `[B, 1, 1]`; nil for one that is not told.
  public var guidance: Tensor?
  /// Keys of the dropout masks, `[B, 1, 4]` (see `Graph.dropoutMask`); nil switches dropout off.
  public var dropoutKeys: Tensor?
  /// Given multipliers in place of drawn ones, by shape and stream: for comparing with another implementation.
  package var dropoutMultipliers: ((_ shape: [Int], _ stream: UInt32) -> Tensor)?

  /// By default nothing. A network checks sizes against its configuration when it is called.
  public init(
    global: Tensor? = nil, frames: Tensor? = nil, mask: Tensor? = nil, guidance: Tensor? = nil,
    dropoutKeys: Tensor? = nil
  ) {
    self.global = global
    self.frames = frames
    self.mask = mask
    self.guidance = guidance
    self.dropoutKeys = dropoutKeys
  }
}

/// Convolution → GroupNorm → Mish → FiLM → (dropout) → convolution → GroupNorm → Mish, plus the input
/// (Chi et al. 2023, "Diffusion Policy", the conditional residual block of its 1-D U-Net).
struct ResidualBlock: Sendable {
  let conv1: Convolution
  let norm1: GroupNorm
  let film: Linear
  let conv2: Convolution
  let norm2: GroupNorm
  let residual: Convolution?
  let channels: Int
  let dropout: Float
  let dropoutStream: UInt32

  init(
    _ input: Int, _ output: Int, condition: Int, _ configuration: TemporalUNet.Configuration, dropoutStream: UInt32,
    in layout: inout ParameterLayout
  ) {
    let (kernel, groups) = (configuration.kernel, configuration.groups)
    channels = output
    dropout = configuration.dropout
    self.dropoutStream = dropoutStream
    conv1 = layout.scope("conv1") { Convolution(input, output, kernel: kernel, in: &$0) }
    norm1 = layout.scope("norm1") { GroupNorm(output, groups: groups, in: &$0) }
    film = layout.scope("film") { Linear(condition, 2 * output, in: &$0) }
    conv2 = layout.scope("conv2") { Convolution(output, output, kernel: kernel, in: &$0) }
    norm2 = layout.scope("norm2") { GroupNorm(output, groups: groups, in: &$0) }
    residual = input == output ? nil : layout.scope("residual") { Convolution(input, output, kernel: 1, in: &$0) }
  }

  /// - Parameters:
  ///   - x: `[B, T, input]`.
  ///   - condition: Mish of the joined embedding and global condition, `[B, 1, condition]`.
  ///   - mask: `[B, T, 1]` or nil.
  func callAsFunction(_ x: Tensor, condition: Tensor, mask: Tensor?, _ conditioning: Conditioning) -> Tensor {
    func masked(_ x: Tensor) -> Tensor { mask.map { x * $0 } ?? x }
    let modulation = film(condition)
    let scale = modulation.channels(0..<channels)
    let shift = modulation.channels(channels..<2 * channels)
    let input = masked(x)
    var h = norm1(conv1(input), mask: mask).mish() * scale + shift
    if let multipliers = conditioning.dropoutMultipliers {
      h = h * multipliers(h.shape, dropoutStream)
    } else if let keys = conditioning.dropoutKeys, dropout > 0 {
      h = h * x.dropoutMask(keys: keys, shape: h.shape, rate: dropout, stream: dropoutStream)
    }
    return norm2(conv2(masked(h)), mask: mask).mish() + (residual.map { $0(input) } ?? x)
  }
}
