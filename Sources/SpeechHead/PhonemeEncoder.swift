import Autograd
import Backbone

/// Phonemes → what the decoder is told: a vector per phoneme, the mean mel frame of its states, and how long they last.
///
/// The mean spectrum and its training by monotonic alignment are Glow-TTS's and Grad-TTS's (Kim et al. 2020; Popov et
/// al. 2021, section 3); the stack is convolutional, and a phoneme has several states in time, as in HMM synthesis.
public struct PhonemeEncoder: Sendable {
  public struct Configuration: Sendable, Hashable, Codable {
    /// Numbers per token: `PhonemeFeatures.count`.
    public var inputs: Int
    /// Channels of the stack.
    public var width = 192
    public var layers = 6
    /// Taps of its convolutions, odd.
    public var kernel = 5
    public var groups = 8
    /// Channels of the predictors of durations and of pitch and energy.
    public var durationWidth = 128
    /// States of every token, each with a mean and a duration of its own.
    public var states = 2
    /// Mel bands.
    public var bands: Int
    /// Dropout rate, [0, 1).
    public var dropout: Float = 0.1
    /// What refiner and decoder are told of, nil: the pitch alone. The encoder itself learns the pitch in any case.
    public var prosody: [Prosody]?

    /// Whether refiner and decoder are told of it.
    public func tells(_ prosody: Prosody) -> Bool { self.prosody?.contains(prosody) ?? (prosody == .pitch) }

    public init(inputs: Int, bands: Int) {
      self.inputs = inputs
      self.bands = bands
    }

    /// What makes no network, with the name of the setting, or nil.
    public var problem: String? {
      if !(1...65_536).contains(groups) { return "groups is \(groups); 1 or more are needed" }
      for (name, size) in [("width", width), ("durationWidth", durationWidth)]
      where !(1...65_536).contains(size) || size % groups != 0 {
        return "\(name) is \(size); a positive multiple of groups (\(groups)) is needed"
      }
      for (name, size, limit) in [
        ("inputs", inputs, 65_536), ("layers", layers, 100), ("states", states, 16), ("bands", bands, 65_536),
      ] where !(1...limit).contains(size) {
        return "\(name) is \(size); 1 to \(limit) are possible"
      }
      if !(1...1001).contains(kernel) || kernel % 2 == 0 { return "kernel is \(kernel); an odd number is needed" }
      if !(0..<1).contains(dropout) { return "dropout is \(dropout); a rate in [0, 1) is needed" }
      return nil
    }
  }

  /// What is recorded for a batch of token sequences.
  public struct Output {
    /// `[B, P, width]`, 0 at padding.
    public var hidden: Tensor
    /// The normalised mel's mean in every state, `[B, P, states × bands]`.
    public var means: Tensor
    /// ln of the states' mean numbers of frames, `[B, P, states]`.
    public var logDurations: Tensor
    /// Share of the states' frames that have a pitch, `[B, P, states]`, and the mean of its normalised logarithm over
    /// those, `[B, P, states]`.
    public var voicing: Tensor
    public var pitch: Tensor
    /// The mean of the states' energies, `[B, P, states]`, where that is told.
    public var energy: Tensor?
  }

  public let configuration: Configuration
  private let input: Linear
  private let blocks: [ConvolutionBlock]
  private let means: Linear
  private let durationBlocks: [ConvolutionBlock]
  private let durations: Linear
  private let pitchBlocks: [ConvolutionBlock]
  private let pitch: Linear
  private let energy: Linear?

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
    means = layout.scope("means") { Linear(c.width, c.states * c.bands, in: &$0) }
    durationBlocks = (0..<2).map { index in
      layout.scope("durations.blocks.\(index)") {
        ConvolutionBlock(index == 0 ? c.width : c.durationWidth, c.durationWidth, kernel: 3, groups: c.groups, in: &$0)
      }
    }
    durations = layout.scope("durations.out") { Linear(c.durationWidth, c.states, in: &$0) }
    pitchBlocks = (0..<2).map { index in
      layout.scope("pitch.blocks.\(index)") {
        ConvolutionBlock(
          index == 0 ? c.width : c.durationWidth, c.durationWidth, kernel: c.kernel, groups: c.groups, in: &$0)
      }
    }
    pitch = layout.scope("pitch.out") { Linear(c.durationWidth, 2 * c.states, in: &$0) }
    energy = c.tells(.energy) ? layout.scope("energy.out") { Linear(c.durationWidth, c.states, in: &$0) } : nil
  }

  /// Records one evaluation.
  ///
  /// - Parameters:
  ///   - features: `[B, P, inputs]`.
  ///   - mask: `[B, P, 1]`, 1 for tokens, 0 for padding.
  ///   - dropoutKeys: `[B, 1, 4]`; nil switches dropout off.
  public func callAsFunction(_ features: Tensor, mask: Tensor, dropoutKeys: Tensor? = nil) -> Output {
    var dropped = Dropout(keys: dropoutKeys, rate: configuration.dropout)
    var hidden = input(features) * mask
    for block in blocks { hidden = hidden + dropped(block(hidden, mask: mask)) }
    // Durations follow from what the spectrum needs; they do not shape it (Kim et al. 2020, section 3.2).
    var h = hidden.stopGradient()
    for block in durationBlocks { h = dropped(block(h, mask: mask)) }
    let logDurations = durations(h)
    h = hidden
    for block in pitchBlocks { h = dropped(block(h, mask: mask)) }
    let states = configuration.states
    let prosody = pitch(h)
    return Output(
      hidden: hidden, means: means(hidden), logDurations: logDurations, voicing: prosody.channels(0..<states),
      pitch: prosody.channels(states..<2 * states), energy: energy?(h))
  }
}
