import Spectral

/// Audio → the log-mel spectrogram that a voice predicts.
public struct MelAnalysis: Sendable {
  private let stft: STFT
  private let logMel: LogMel
  private let tracker: PitchTracker

  /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
  public init(_ mel: VoiceDescription.Mel) throws(SpeechError) {
    do {
      tracker = PitchTracker(sampleRate: Double(mel.sampleRate), hop: mel.hop)
      stft = try STFT(fftSize: mel.transformSize, hop: mel.hop)
      logMel = LogMel(try mel.filterbank())
    } catch {
      throw .badSetting("mel: \(error)")
    }
  }

  /// ln mel, `[1 + samples / hop, bands]`.
  ///
  /// - Parameter samples: finite, at the voice's rate.
  /// - Throws: `SpeechError.badSetting` for no samples, or one that is no number.
  public func callAsFunction(_ samples: [Float]) throws(SpeechError) -> [Float] {
    do {
      return try logMel(try stft.magnitudes(of: samples)).values
    } catch {
      throw .badSetting("\(error)")
    }
  }

  /// Hz, 0 where there is no pitch, `[1 + samples / hop]`.
  public func pitch(_ samples: [Float]) -> [Float] { tracker(samples) }
}
