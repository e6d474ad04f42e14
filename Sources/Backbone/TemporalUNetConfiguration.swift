extension TemporalUNet {
  /// The sizes of a network: what decides its parameters. Nothing is checked before `problem` is asked for.
  public struct Configuration: Sendable, Hashable, Codable {
    /// Channels of x: action dimensions, or mel bands. 1 to 1,000,000.
    public var channels: Int
    /// Channels per level, 1 to 8 levels; every level but the last halves the time. Each a multiple of `groups`, up to
    /// 65,536.
    public var widths: [Int]
    /// Taps of the convolutions in residual blocks and before the output: an odd number up to 1,001.
    public var kernel: Int
    /// Groups of each GroupNorm.
    public var groups: Int
    /// Features of the noise embedding, an even number from 4 to 65,536.
    public var embedding: Int
    /// Size of the global condition, up to 1,000,000; 0 for none.
    public var globalCondition: Int
    /// Channels of the per-frame condition, up to 1,000,000; 0 for none.
    public var frameCondition: Int
    /// A second embedding, added to the first: for a target time (consistency trajectory models) or a guidance weight
    /// (latent consistency models).
    public var targetEmbedding: Bool
    /// Dropout rate inside the residual blocks, [0, 1).
    public var dropout: Float
    /// A residual block at full resolution after the last upsampling, with the first level's features beside its input
    /// and x beside its output. Chi et al. do without, so that all passes through half the frames: right for smooth
    /// actions, too narrow for spectra.
    public var fullResolution: Bool

    /// By default without conditions, target embedding and dropout.
    public init(
      channels: Int, widths: [Int] = [64, 128, 256], kernel: Int = 5, groups: Int = 8, embedding: Int = 128,
      globalCondition: Int = 0, frameCondition: Int = 0, targetEmbedding: Bool = false, dropout: Float = 0,
      fullResolution: Bool = false
    ) {
      self.channels = channels
      self.widths = widths
      self.kernel = kernel
      self.groups = groups
      self.embedding = embedding
      self.globalCondition = globalCondition
      self.frameCondition = frameCondition
      self.targetEmbedding = targetEmbedding
      self.dropout = dropout
      self.fullResolution = fullResolution
    }

    /// What makes no network, with the name of the setting, or nil.
    public var problem: String? {
      if !(1...8).contains(widths.count) { return "widths has \(widths.count) levels; 1 to 8 are possible" }
      if !(1...65_536).contains(groups) || widths.contains(where: { !(1...65_536).contains($0) || $0 % groups != 0 }) {
        return "widths is \(widths); positive multiples of groups (\(groups)), up to 65,536, are needed"
      }
      if !(1...1001).contains(kernel) || kernel % 2 == 0 {
        return "kernel is \(kernel); an odd number up to 1,001 is needed"
      }
      if !(4...65_536).contains(embedding) || embedding % 2 != 0 {
        return "embedding is \(embedding); an even number, at least 4, is needed"
      }
      if !(0..<1).contains(dropout) { return "dropout is \(dropout); a rate in [0, 1) is needed" }
      for (name, size) in [
        ("channels", channels), ("globalCondition", globalCondition), ("frameCondition", frameCondition),
      ]
      where !((name == "channels" ? 1 : 0)...1_000_000).contains(size) {
        return "\(name) is \(size); up to 1,000,000 are possible"
      }
      return nil
    }

    /// The length of x must be a multiple of this.
    public var timeMultiple: Int { 1 << (widths.count - 1) }
  }
}

extension TemporalUNet.Configuration {
  /// Files from before `fullResolution` was thought of do without it.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      channels: try values.decode(Int.self, forKey: .channels),
      widths: try values.decode([Int].self, forKey: .widths),
      kernel: try values.decode(Int.self, forKey: .kernel),
      groups: try values.decode(Int.self, forKey: .groups),
      embedding: try values.decode(Int.self, forKey: .embedding),
      globalCondition: try values.decode(Int.self, forKey: .globalCondition),
      frameCondition: try values.decode(Int.self, forKey: .frameCondition),
      targetEmbedding: try values.decode(Bool.self, forKey: .targetEmbedding),
      dropout: try values.decode(Float.self, forKey: .dropout),
      fullResolution: try values.decodeIfPresent(Bool.self, forKey: .fullResolution) ?? false)
  }
}
