import Foundation
import Spectral

/// Log-mel spectrogram → audio, as it comes: linear magnitudes by the pseudo-inverse, then causal phase gradient heap integration
/// with an iteration of Griffin-Lim per frame, on inverted mels as good as the best iterations and a quarter of their
/// time. Belongs to one thread.
public final class MelVocoder {
  private let mel: VoiceDescription.Mel
  private let inverse: MelInverse
  private let stream: StreamingReconstruction

  /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
  public init(_ mel: VoiceDescription.Mel) throws(SpeechError) {
    self.mel = mel
    do {
      inverse = try MelInverse(try mel.filterbank())
      stream = StreamingReconstruction(stft: try STFT(fftSize: mel.transformSize, hop: mel.hop))
    } catch {
      throw .badSetting("mel: \(error)")
    }
  }

  /// A whole signal of `(frames − 1) · hop` samples.
  ///
  /// - Parameter logMel: ln mel, `[frames, bands]`. What is louder than any recording is held back.
  /// - Throws: `SpeechError.badSetting` for a value that is no number.
  public func callAsFunction(_ logMel: [Float]) throws(SpeechError) -> [Float] { try push(logMel) + finish() }

  /// The next frames of a signal.
  ///
  /// - Returns: the samples that are final now.
  /// - Throws: as for a whole signal.
  func push(_ logMel: [Float]) throws(SpeechError) -> [Float] {
    let loudest: Float = 8
    do {
      let frames = Frames(width: mel.bands, values: logMel.map { min($0, loudest) })
      return try stream.push(try inverse(logMel: frames))
    } catch {
      throw .badSetting("the spectrogram: \(error)")
    }
  }

  /// Ends a signal, also one that was broken off; the next frames begin another.
  ///
  /// - Returns: its last samples.
  func finish() -> [Float] { stream.finish() }
}
