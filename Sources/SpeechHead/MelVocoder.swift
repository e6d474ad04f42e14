import Foundation
import Spectral

/// Log-mel spectrogram → audio: linear magnitudes by the pseudo-inverse, then phase reconstruction.
public struct MelVocoder: Sendable {
  private let mel: VoiceDescription.Mel
  private let stft: STFT
  private let inverse: MelInverse
  private let reconstruction: PhaseReconstruction

  /// - Throws: `SpeechError.badSetting` for bands that the transform cannot tell apart.
  public init(_ mel: VoiceDescription.Mel, _ reconstruction: PhaseReconstruction) throws(SpeechError) {
    self.mel = mel
    self.reconstruction = reconstruction
    do {
      stft = try STFT(fftSize: mel.transformSize, hop: mel.hop)
      inverse = try MelInverse(try mel.filterbank())
    } catch {
      throw .badSetting("mel: \(error)")
    }
  }

  /// `(frames − 1) · hop` samples.
  ///
  /// - Parameter logMel: ln mel, `[frames, bands]`. What is louder than any recording is held back.
  /// - Throws: `SpeechError.badSetting` for a value that is no number.
  public func callAsFunction(_ logMel: [Float]) throws(SpeechError) -> [Float] {
    guard logMel.allSatisfy(\.isFinite) else { throw .badSetting("the spectrogram holds a value that is no number") }
    let loudest: Float = 8
    let bands = Frames(width: mel.bands, values: logMel.map { exp(min($0, loudest)) })
    do {
      return try reconstruction.signal(from: try inverse(bands), stft: stft)
    } catch {
      throw .badSetting("\(error)")
    }
  }

}
