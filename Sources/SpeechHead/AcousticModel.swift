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

  public init(hidden: [Float], means: [Float], logDurations: [Float]) {
    self.hidden = hidden
    self.means = means
    self.logDurations = logDurations
  }
}

/// The decoder's condition per frame: mean spectrum, the token's vector, and where in its token and state a frame is.
public struct FrameConditions: Sendable {
  public let bands: Int
  public let width: Int
  public let states: Int

  public init(_ encoder: PhonemeEncoder.Configuration) {
    bands = encoder.bands
    width = encoder.width
    states = encoder.states
  }

  /// Numbers per frame.
  public var count: Int { bands + width + 3 }

  /// Fills a stretch of frames.
  ///
  /// - Parameters:
  ///   - rows: `[frames, count]`.
  ///   - frames: which frames of the utterance.
  ///   - durations: frames of every state, `[tokens × states]`.
  public func fill(
    _ rows: UnsafeMutablePointer<Float>, frames: Range<Int>, of utterance: EncodedUtterance, durations: [Int32]
  ) {
    precondition(
      durations.count * bands == utterance.means.count, "\(durations.count) durations for other means")
    var start = 0
    utterance.means.withUnsafeBufferPointer { means in
      utterance.hidden.withUnsafeBufferPointer { hidden in
        for token in 0..<durations.count / states {
          let range = token * states..<(token + 1) * states
          let tokenFrames = range.reduce(0) { $0 + Int(durations[$1]) }
          let tokenStart = start
          for state in range {
            let end = start + Int(durations[state])
            for frame in (start..<end).clamped(to: frames) {
              let row = rows + (frame - frames.lowerBound) * count
              row.update(from: means.baseAddress! + state * bands, count: bands)
              (row + bands).update(from: hidden.baseAddress! + token * width, count: width)
              // In [−1, 1]: the place in the token and in the state; and the token's length, about 0 at 8 frames.
              row[bands + width] = Self.place(frame - tokenStart, of: tokenFrames)
              row[bands + width + 1] = Self.place(frame - start, of: end - start)
              row[bands + width + 2] = Float(tokenFrames - 8) / Float(tokenFrames + 8)
            }
            start = end
          }
        }
      }
    }
  }

  private static func place(_ index: Int, of count: Int) -> Float {
    (2 * Float(index) + 1) / Float(count) - 1
  }
}
