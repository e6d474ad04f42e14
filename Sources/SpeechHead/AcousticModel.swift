import Autograd
import Backbone
import Consistency

/// The networks of a voice in one flat buffer: the phoneme encoder, then the decoder, which is the shared backbone.
public struct AcousticModel: Sendable {
  public let layout: ParameterLayout
  public let encoder: PhonemeEncoder
  public let decoder: TemporalUNet
  /// The encoder's and the decoder's parts of the flat buffer.
  public let encoderParameters: Range<Int>
  public let decoderParameters: Range<Int>

  public init(encoder: PhonemeEncoder.Configuration, decoder: TemporalUNet.Configuration) {
    var layout = ParameterLayout()
    self.encoder = layout.scope("encoder") { PhonemeEncoder(encoder, in: &$0) }
    let border = layout.count
    self.decoder = layout.scope("decoder") { TemporalUNet(decoder, in: &$0) }
    encoderParameters = 0..<border
    decoderParameters = border..<layout.count
    self.layout = layout
  }
}

/// What the encoder says of one utterance, as numbers: a trained encoder's output, cached for the decoder.
public struct EncodedUtterance: Sendable {
  /// `[tokens, width]`
  public var hidden: [Float]
  /// `[tokens × states, bands]`, of the normalised mel.
  public var means: [Float]
  /// `[tokens × states]`
  public var logDurations: [Float]
  /// `[tokens × states]`; see `PhonemeEncoder.Output`.
  public var voicing: [Float]
  public var pitch: [Float]

  public init(hidden: [Float], means: [Float], logDurations: [Float], voicing: [Float], pitch: [Float]) {
    self.hidden = hidden
    self.means = means
    self.logDurations = logDurations
    self.voicing = voicing
    self.pitch = pitch
  }
}
