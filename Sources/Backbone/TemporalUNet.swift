import Autograd

/// The shared backbone of both heads: a conditional U-Net over time (Chi et al. 2023), `[batch, time, channels]` in and
/// out. It knows nothing of losses, noise schedules or sigma_data.
public struct TemporalUNet: Sendable {
  struct Down: Sendable {
    let block1: ResidualBlock
    let block2: ResidualBlock
    let downsample: Convolution?
  }

  struct Up: Sendable {
    let block1: ResidualBlock
    let block2: ResidualBlock
    let upsample: TransposedConvolution
  }

  /// The sizes that it was made with.
  public let configuration: Configuration
  /// Where its parameters lie.
  public let parameters: Range<Int>
  /// Where those of the second embedding lie, which are its last; empty without one.
  public let targetEmbeddingParameters: Range<Int>
  let noiseEmbedding: NoiseEmbedding
  let targetEmbedding: NoiseEmbedding?
  let down: [Down]
  let middle: [ResidualBlock]
  let up: [Up]
  let top: ResidualBlock?
  let finalConvolution: Convolution
  let finalNorm: GroupNorm
  let out: Convolution

  /// Adds its parameters to `layout`, named `noise_embedding.…`, `down.I.…`, `middle.…`, `up.I.…`, `top.…`, `final.…` and
  /// `target_embedding.…` under the current path. The second embedding comes last, so that a network with one and a
  /// network without lay out all others alike.
  ///
  /// - Precondition: `configuration.problem` is nil.
  public init(_ configuration: Configuration, in layout: inout ParameterLayout) {
    let widths = configuration.widths
    precondition(configuration.problem == nil, configuration.problem!)
    self.configuration = configuration
    let start = layout.count
    noiseEmbedding = layout.scope("noise_embedding") { NoiseEmbedding(width: configuration.embedding, in: &$0) }
    let condition = configuration.embedding + configuration.globalCondition
    var stream: UInt32 = 0
    func block(_ name: String, _ input: Int, _ output: Int, _ layout: inout ParameterLayout) -> ResidualBlock {
      stream += 1
      return layout.scope(name) {
        ResidualBlock(input, output, condition: condition, configuration, dropoutStream: stream, in: &$0)
      }
    }
    var input = configuration.channels + configuration.frameCondition
    down = widths.enumerated().map { level, width in
      defer { input = width }
      return layout.scope("down.\(level)") { layout in
        Down(
          block1: block("block1", input, width, &layout), block2: block("block2", width, width, &layout),
          downsample: level == widths.count - 1
            ? nil : layout.scope("downsample") { Convolution(width, width, kernel: 3, stride: 2, in: &$0) })
      }
    }
    let bottom = widths.last!
    middle = ["block1", "block2"].map { name in
      layout.scope("middle") { block(name, bottom, bottom, &$0) }
    }
    up = zip(widths.reversed(), widths.reversed().dropFirst()).enumerated().map { index, pair in
      let (wide, narrow) = pair
      return layout.scope("up.\(index)") { layout in
        Up(
          block1: block("block1", 2 * wide, narrow, &layout), block2: block("block2", narrow, narrow, &layout),
          upsample: layout.scope("upsample") {
            TransposedConvolution(narrow, narrow, kernel: 4, stride: 2, padding: 1, in: &$0)
          })
      }
    }
    top = configuration.fullResolution ? block("top", 2 * widths[0], widths[0], &layout) : nil
    finalConvolution = layout.scope("final.conv") {
      Convolution(widths[0], widths[0], kernel: configuration.kernel, in: &$0)
    }
    finalNorm = layout.scope("final.norm") { GroupNorm(widths[0], groups: configuration.groups, in: &$0) }
    out = layout.scope("final.out") {
      Convolution(
        widths[0] + (configuration.fullResolution ? configuration.channels : 0), configuration.channels, kernel: 1,
        in: &$0)
    }
    let common = layout.count
    targetEmbedding =
      configuration.targetEmbedding
      ? layout.scope("target_embedding") {
        NoiseEmbedding(width: configuration.embedding, startsAtZero: true, in: &$0)
      } : nil
    parameters = start..<layout.count
    targetEmbeddingParameters = common..<layout.count
  }

  /// Records one evaluation.
  ///
  /// - Parameters:
  ///   - x: `[B, T, channels]`, T a multiple of `configuration.timeMultiple`.
  ///   - noise: the noise level as the embedding's u, `[B, 1, 1]`.
  ///   - target: u of a target time or a guidance weight, `[B, 1, 1]`; needed if and only if the configuration has a target
  ///     embedding.
  ///   - conditioning: with the global and the per-frame condition if and only if the configuration gives them a size.
  /// - Returns: `[B, T, channels]`; 0 at masked frames.
  public func callAsFunction(
    _ x: Tensor, noise: Tensor, target: Tensor? = nil, _ conditioning: Conditioning = Conditioning()
  ) -> Tensor {
    check(x, target, conditioning)
    var embedding = noiseEmbedding(noise)
    if let targetEmbedding, let target { embedding = embedding + targetEmbedding(target) }
    // Mish before they are joined: what a linear layer makes of the embedding's part follows from the noise level alone.
    let features = embedding.mish()
    let condition = conditioning.global.map { features.concatenate($0.mish()) } ?? features
    let masks = levelMasks(conditioning.mask)
    func run(_ block: ResidualBlock, _ x: Tensor, _ level: Int) -> Tensor {
      block(x, condition: condition, mask: masks[level], conditioning)
    }
    func masked(_ x: Tensor, _ level: Int) -> Tensor { masks[level].map { x * $0 } ?? x }

    var h = conditioning.frames.map { x.concatenate($0) } ?? x
    var skips: [Tensor] = []
    for (level, stage) in down.enumerated() {
      h = run(stage.block2, run(stage.block1, h, level), level)
      skips.append(h)
      if let downsample = stage.downsample { h = downsample(masked(h, level)) }
    }
    var level = down.count - 1
    for block in middle { h = run(block, h, level) }
    for stage in up {
      h = run(stage.block2, run(stage.block1, h.concatenate(skips.removeLast()), level), level)
      h = stage.upsample(masked(h, level))
      level -= 1
    }
    if let top { h = run(top, h.concatenate(skips.removeLast()), 0) }
    h = finalNorm(finalConvolution(masked(h, 0)), mask: masks[0]).mish()
    if top != nil { h = h.concatenate(x) }
    return masked(out(h), 0)
  }

  /// The mask of every level: frames 0, 2, 4, … of the level above.
  private func levelMasks(_ mask: Tensor?) -> [Tensor?] {
    guard let mask else { return [Tensor?](repeating: nil, count: down.count) }
    var masks = [mask]
    while masks.count < down.count {
      masks.append(masks.last!.convolution(mask.constant([1], [1, 1, 1]), Window(stride: 2)))
    }
    return masks
  }

  private func check(_ x: Tensor, _ target: Tensor?, _ conditioning: Conditioning) {
    let c = configuration
    precondition(
      x.shape[2] == c.channels && x.shape[1] % c.timeMultiple == 0,
      "x is \(x.shape); \(c.channels) channels and a length that is a multiple of \(c.timeMultiple) are needed")
    precondition((target != nil) == c.targetEmbedding, "a target time is given if and only if the network embeds one")
    precondition(conditioning.global?.shape[2] ?? 0 == c.globalCondition, "the global condition's size is wrong")
    precondition(conditioning.frames?.shape[2] ?? 0 == c.frameCondition, "the frame condition's size is wrong")
  }
}
