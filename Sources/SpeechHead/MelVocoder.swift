import Foundation
import Spectral

/// Log-mel spectrogram → audio: linear magnitudes by the pseudo-inverse, then phase reconstruction. Belongs to one
/// thread.
public final class MelVocoder {
  /// How phases are found.
  public enum Method: Sendable, Equatable {
    /// Causal phase gradient heap integration with an iteration of Griffin-Lim per frame: on inverted mels as good as
    /// the best iterations, and a quarter of their time.
    case streaming
    /// From all frames at once.
    case iterative(PhaseReconstruction)
  }

  private let mel: VoiceDescription.Mel
  private let stft: STFT
  private let inverse: MelInverse
  private let stream: StreamingReconstruction
  private let method: Method

  /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
  public init(_ mel: VoiceDescription.Mel, _ method: Method = .streaming) throws(SpeechError) {
    self.mel = mel
    self.method = method
    do {
      stft = try STFT(fftSize: mel.transformSize, hop: mel.hop)
      inverse = try MelInverse(try mel.filterbank())
    } catch {
      throw .badSetting("mel: \(error)")
    }
    stream = StreamingReconstruction(stft: stft)
  }

  /// `(frames − 1) · hop` samples.
  ///
  /// - Parameter logMel: ln mel, `[frames, bands]`. What is louder than any recording is held back.
  /// - Throws: `SpeechError.badSetting` for a value that is no number.
  public func callAsFunction(_ logMel: [Float]) throws(SpeechError) -> [Float] {
    let loudest: Float = 8
    do {
      let magnitudes = try inverse(logMel: Frames(width: mel.bands, values: logMel.map { min($0, loudest) }))
      switch method {
      case .streaming: return try stream.push(magnitudes) + stream.finish()
      case .iterative(let reconstruction): return try reconstruction.signal(from: magnitudes, stft: stft)
      }
    } catch {
      throw .badSetting("the spectrogram: \(error)")
    }
  }
}
