import Autograd

/// An autoencoder over time: strided convolutions from chunks or frames down to a shorter sequence of latents, and transposed
/// ones back up. What the image autoencoder of latent diffusion is (Rombach et al. 2022), with one dimension in place of two.
///
/// Every level but the last halves the time. There is no normalisation: it would take from a chunk how large it is.
public struct TemporalAutoencoder: Sendable {
  /// h + conv2(Mish(conv1(Mish(h)))).
  private struct Block: Sendable {
    let conv1: Convolution
    let conv2: Convolution

    init(_ width: Int, kernel: Int, in layout: inout ParameterLayout) {
      conv1 = layout.scope("conv1") { Convolution(width, width, kernel: kernel, in: &$0) }
      conv2 = layout.scope("conv2") { Convolution(width, width, kernel: kernel, in: &$0) }
    }

    func callAsFunction(_ h: Tensor) -> Tensor { h + conv2(conv1(h.mish()).mish()) }
  }

  /// The sizes that it was made with.
  public let configuration: Configuration
  private let encoderInput: Convolution
  private let encoderBlocks: [Block]
  private let down: [Convolution]
  private let latent: Convolution
  private let decoderInput: Convolution
  /// Of the narrowest level first, as the encoder's.
  private let decoderBlocks: [Block]
  private let up: [TransposedConvolution]
  private let output: Convolution

  /// Adds its parameters to `layout`, named `encoder.input.…`, `encoder.I.…`, `encoder.latent.…`, `decoder.input.…`,
  /// `decoder.I.…` and `decoder.output.…` under the current path; level I of both works at the same length.
  ///
  /// - Precondition: `configuration.problem` is nil.
  public init(_ configuration: Configuration, in layout: inout ParameterLayout) {
    precondition(configuration.problem == nil, configuration.problem!)
    self.configuration = configuration
    let (widths, kernel) = (configuration.widths, configuration.kernel)
    func blocks(_ layout: inout ParameterLayout) -> [Block] {
      widths.enumerated().map { level, width in
        layout.scope("\(level)") { Block(width, kernel: kernel, in: &$0) }
      }
    }
    let steps = Array(zip(widths, widths.dropFirst()).enumerated())
    (encoderInput, encoderBlocks, down, latent) = layout.scope("encoder") { layout in
      (
        layout.scope("input") { Convolution(configuration.channels, widths[0], kernel: kernel, in: &$0) },
        blocks(&layout),
        steps.map { level, pair in
          layout.scope("\(level).down") { Convolution(pair.0, pair.1, kernel: 3, stride: 2, in: &$0) }
        },
        layout.scope("latent") { Convolution(widths.last!, configuration.latentChannels, kernel: 1, in: &$0) }
      )
    }
    (decoderInput, decoderBlocks, up, output) = layout.scope("decoder") { layout in
      (
        layout.scope("input") { Convolution(configuration.latentChannels, widths.last!, kernel: kernel, in: &$0) },
        blocks(&layout),
        steps.map { level, pair in
          layout.scope("\(level).up") {
            TransposedConvolution(pair.1, pair.0, kernel: 4, stride: 2, padding: 1, in: &$0)
          }
        },
        layout.scope("output") { Convolution(widths[0], configuration.channels, kernel: 1, in: &$0) }
      )
    }
  }

  /// `[B, T, channels]`, T a multiple of `configuration.timeMultiple`, → `[B, T / timeMultiple, latentChannels]`.
  public func encode(_ x: Tensor) -> Tensor {
    precondition(
      x.shape[2] == configuration.channels && x.shape[1] % configuration.timeMultiple == 0,
      "x is \(x.shape); \(configuration.channels) channels and a multiple of \(configuration.timeMultiple) are needed")
    var h = encoderInput(x)
    for (level, block) in encoderBlocks.enumerated() {
      h = block(h)
      if level < down.count { h = down[level](h.mish()) }
    }
    return latent(h.mish())
  }

  /// `[B, L, latentChannels]` → `[B, L · timeMultiple, channels]`.
  public func decode(_ z: Tensor) -> Tensor {
    precondition(z.shape[2] == configuration.latentChannels, "latents of \(z.shape[2]) channels")
    var h = decoderInput(z)
    for (level, block) in decoderBlocks.enumerated().reversed() {
      h = block(h)
      if level > 0 { h = up[level - 1](h.mish()) }
    }
    return output(h.mish())
  }
}

extension TemporalAutoencoder {
  /// The sizes of an autoencoder. Nothing is checked before `problem` is asked for.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Channels of what is encoded, 1 to 1,000,000.
    public var channels: Int
    /// Channels per level, 1 to 8 levels; every level but the last halves the time. Up to 65,536.
    public var widths: [Int]
    /// Channels of the latents, 1 to 65,536.
    public var latentChannels: Int
    /// Taps of the convolutions that keep the length: an odd number up to 1,001.
    public var kernel: Int

    public init(channels: Int, widths: [Int] = [64, 128], latentChannels: Int = 4, kernel: Int = 5) {
      self.channels = channels
      self.widths = widths
      self.latentChannels = latentChannels
      self.kernel = kernel
    }

    /// What makes no autoencoder, with the name of the setting, or nil.
    public var problem: String? {
      if !(1...8).contains(widths.count) { return "widths has \(widths.count) levels; 1 to 8 are possible" }
      if !widths.allSatisfy({ (1...65_536).contains($0) }) { return "widths is \(widths); 1 to 65,536 are possible" }
      if !(1...65_536).contains(latentChannels) {
        return "latentChannels is \(latentChannels); 1 to 65,536 are possible"
      }
      if !(1...1001).contains(kernel) || kernel % 2 == 0 {
        return "kernel is \(kernel); an odd number up to 1,001 is needed"
      }
      if !(1...1_000_000).contains(channels) { return "channels is \(channels); 1 to 1,000,000 are possible" }
      return nil
    }

    /// Frames for each frame of latents: the length of x must be a multiple of this.
    public var timeMultiple: Int { 1 << (widths.count - 1) }
  }
}
