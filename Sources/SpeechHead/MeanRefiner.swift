import Autograd
import Backbone

/// The encoder's mean spectrum, frame by frame: its states are steps in time, speech glides.
///
/// What a sound's neighbours make of it is found here, by plain regression, which learns it from an hour of recordings
/// in minutes. The decoder then has to model what no mean can be: a diffusion model that must tell phonemes apart as
/// well takes many times as long until it mumbles none of them ("shallow diffusion" behind an auxiliary decoder: Liu et
/// al. 2022, "DiffSinger", section 3).
public struct MeanRefiner: Sendable {
  public struct Configuration: Sendable, Hashable, Codable {
    /// Numbers per frame: `FrameConditions.count`.
    public var inputs: Int
    /// Mel bands.
    public var bands: Int
    /// Channels of the stack.
    public var width = 192
    public var layers = 6
    /// Taps of its convolutions, odd.
    public var kernel = 5
    public var groups = 8
    /// Dropout rate, [0, 1).
    public var dropout: Float = 0.1

    public init(inputs: Int, bands: Int) {
      self.inputs = inputs
      self.bands = bands
    }

    /// What makes no network, with the name of the setting, or nil.
    public var problem: String? {
      if !(1...65_536).contains(groups) { return "groups is \(groups); 1 or more are needed" }
      if !(1...65_536).contains(width) || width % groups != 0 {
        return "width is \(width); a positive multiple of groups (\(groups)) is needed"
      }
      for (name, size, limit) in [("inputs", inputs, 1_000_000), ("bands", bands, 65_536), ("layers", layers, 100)]
      where !(1...limit).contains(size) {
        return "\(name) is \(size); 1 to \(limit) are possible"
      }
      if !(1...1001).contains(kernel) || kernel % 2 == 0 { return "kernel is \(kernel); an odd number is needed" }
      if !(0..<1).contains(dropout) { return "dropout is \(dropout); a rate in [0, 1) is needed" }
      return nil
    }
  }

  public let configuration: Configuration
  private let input: Linear
  private let blocks: [ConvolutionBlock]
  private let out: Linear

  /// Adds `input`, `blocks.I` and `out` to the layout. It starts by refining nothing.
  ///
  /// - Precondition: `configuration.problem` is nil.
  public init(_ configuration: Configuration, in layout: inout ParameterLayout) {
    precondition(configuration.problem == nil, configuration.problem!)
    let c = configuration
    self.configuration = c
    input = layout.scope("input") { Linear(c.inputs, c.width, in: &$0) }
    blocks = (0..<c.layers).map { index in
      layout.scope("blocks.\(index)") {
        ConvolutionBlock(c.width, c.width, kernel: c.kernel, groups: c.groups, in: &$0)
      }
    }
    out = layout.scope("out") { Linear(c.width, c.bands, zero: true, in: &$0) }
  }

  /// Records one evaluation: what is to be added to the states' means, `[B, T, bands]`, 0 at padding.
  ///
  /// - Parameters:
  ///   - conditions: `[B, T, inputs]`; see `FrameConditions`.
  ///   - mask: `[B, T, 1]`, 1 for frames, 0 for padding.
  ///   - dropoutKeys: `[B, 1, 4]`; nil switches dropout off.
  public func callAsFunction(_ conditions: Tensor, mask: Tensor, dropoutKeys: Tensor? = nil) -> Tensor {
    var dropout = Dropout(keys: dropoutKeys, rate: configuration.dropout)
    var hidden = input(conditions) * mask
    for block in blocks { hidden = hidden + dropout(block(hidden, mask: mask)) }
    return out(hidden) * mask
  }
}
