import Autograd
import Backbone
import Consistency

/// The networks of a voice in one flat buffer: the phoneme encoder, the refiner of its mean, and the decoder, which is
/// the shared backbone.
public struct AcousticModel: Sendable {
  public let layout: ParameterLayout
  public let encoder: PhonemeEncoder
  public let refiner: MeanRefiner
  public let decoder: TemporalUNet
  /// Their parts of the flat buffer.
  public let encoderParameters: Range<Int>
  public let refinerParameters: Range<Int>
  public let decoderParameters: Range<Int>

  public init(
    encoder: PhonemeEncoder.Configuration, refiner: MeanRefiner.Configuration, decoder: TemporalUNet.Configuration
  ) {
    var layout = ParameterLayout()
    self.encoder = layout.scope("encoder") { PhonemeEncoder(encoder, in: &$0) }
    encoderParameters = 0..<layout.count
    self.refiner = layout.scope("refiner") { MeanRefiner(refiner, in: &$0) }
    refinerParameters = encoderParameters.upperBound..<layout.count
    self.decoder = layout.scope("decoder") { TemporalUNet(decoder, in: &$0) }
    decoderParameters = refinerParameters.upperBound..<layout.count
    self.layout = layout
  }

  /// Whether the refiner does anything: it starts by refining nothing.
  package func refinerIsTrained(_ weights: ParameterBuffer) -> Bool {
    layout.entries.contains { $0.name.hasPrefix("refiner.out.") && $0.parameter.range.contains { weights[$0] != 0 } }
  }
}

/// What the encoder says of one utterance, as numbers: a trained encoder's output, cached for refiner and decoder.
public struct EncodedUtterance: Sendable {
  /// What the encoder was told: `[tokens, inputs]`; see `PhonemeFeatures`.
  public var features: [Float]
  /// `[tokens, width]`
  public var hidden: [Float]
  /// `[tokens × states, bands]`, of the normalised mel.
  public var means: [Float]
  /// `[tokens × states]`
  public var logDurations: [Float]
  /// `[tokens × states]`; see `PhonemeEncoder.Output`.
  public var voicing: [Float]
  /// `[tokens × states]`; see `PhonemeEncoder.Output`.
  public var pitch: [Float]
  /// `[tokens × states]`, where that is told; else empty.
  public var energy: [Float]

  public init(
    features: [Float], hidden: [Float], means: [Float], logDurations: [Float], voicing: [Float], pitch: [Float],
    energy: [Float] = []
  ) {
    self.features = features
    self.hidden = hidden
    self.means = means
    self.logDurations = logDurations
    self.voicing = voicing
    self.pitch = pitch
    self.energy = energy
  }
}
