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

  /// A recording that is ready.
  public struct Prepared: Sendable {
    /// Without samples for nothing but silence.
    public var waveform: Waveform
    /// Seconds that were cut off the beginning.
    public var start: Double
  }

  public func callAsFunction(_ recording: Waveform) -> Prepared {
    let range = recording.soundingRange(threshold: silence, margin: margin)
    let waveform = Loudness.normalized(
      Waveform(samples: Array(recording.samples[range]), sampleRate: recording.sampleRate), to: loudness)
    return Prepared(waveform: waveform, start: Double(range.lowerBound) / Double(recording.sampleRate))
  }

  /// Reads and prepares.
  public func callAsFunction(path: String) throws(AudioError) -> Prepared {
    self(try Waveform(contentsOf: path, sampleRate: sampleRate))
  }
}
