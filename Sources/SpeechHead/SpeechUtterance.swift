/// A recorded sentence, ready to be trained on.
public struct SpeechUtterance: Sendable {
  public var name: String
  public var tokens: [PhonemeToken]
  public var speaker: Int
  /// The normalised log-mel spectrogram, `[frames, bands]`.
  public var mel: [Float]
  /// The normalised logarithm of the pitch, 0 where there is none, `[frames]`.
  public var pitch: [Float]
  /// Seconds of the recording before the first frame.
  public var start = 0.0

  /// - Precondition: as many frames of one as of the other.
  public init(name: String, tokens: [PhonemeToken], speaker: Int, mel: [Float], pitch: [Float]) {
    precondition(pitch.isEmpty ? mel.isEmpty : mel.count % pitch.count == 0, "\(name): \(pitch.count) frames of pitch")
    self.name = name
    self.tokens = tokens
    self.speaker = speaker
    self.mel = mel
    self.pitch = pitch
  }

  public func frameCount(bands: Int) -> Int { mel.count / bands }
}

/// A recorded sentence with a trained encoder's view of it and its alignment.
public struct AlignedUtterance: Sendable {
  public var utterance: SpeechUtterance
  public var encoded: EncodedUtterance
  /// Frames of every state, `[tokens × states]`.
  public var durations: [Int32]
  /// The refined mean of the normalised mel, `[frames, bands]`.
  public var means: [Float]

  public init(_ utterance: SpeechUtterance, encoded: EncodedUtterance, durations: [Int32], means: [Float]) {
    precondition(
      means.count == utterance.mel.count, "\(utterance.name): \(means.count) means for \(utterance.mel.count) numbers")
    self.utterance = utterance
    self.encoded = encoded
    self.durations = durations
    self.means = means
  }
}
