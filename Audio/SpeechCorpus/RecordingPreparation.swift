import AudioFile

/// How a recording is made ready for training: one rate, one loudness, no silence at its ends.
public struct RecordingPreparation: Sendable, Hashable {
  /// Hz.
  public var sampleRate = 22_050
  /// LUFS.
  public var loudness = -23.0
  /// dB below the loudest 20 ms that count as silence at the ends.
  public var silence = 40.0
  /// Seconds of silence that stay at either end.
  public var margin = 0.1

  public init() {}

  /// Nothing but silence gives no samples.
  public func callAsFunction(_ recording: Waveform) -> Waveform {
    let range = recording.soundingRange(threshold: silence, margin: margin)
    return Loudness.normalized(
      Waveform(samples: Array(recording.samples[range]), sampleRate: recording.sampleRate), to: loudness)
  }

  /// Reads and prepares.
  public func callAsFunction(path: String) throws(AudioError) -> Waveform {
    self(try Waveform(contentsOf: path, sampleRate: sampleRate))
  }
}
