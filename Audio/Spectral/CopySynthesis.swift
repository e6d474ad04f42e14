/// Audio from a recording's own magnitudes or mel bands: the best that a system of those magnitudes, or that mel
/// spectrogram, and this phase reconstruction can sound.
public struct CopySynthesis: Sendable {
  /// What is kept of the recording.
  public enum Representation: Equatable, Sendable {
    /// The magnitudes themselves.
    case linear
    /// Mel bands on Slaney's scale from 0 to `highest` Hz, with a floor of 1e-5.
    case mel(bands: Int, highest: Double)
  }

  /// What came out of it.
  public struct Result: Sendable {
    /// As many samples as went in.
    public let samples: [Float]
    /// Of the samples against the recording's true magnitudes, in dB.
    public let spectralConvergence: Double
    /// From magnitudes or mel bands to samples, without their analysis.
    public let processingTime: Duration
    /// Of the recording.
    public let seconds: Double

    /// Processing time over audio time.
    public var realTimeFactor: Double { milliseconds / (1e3 * seconds) }
    /// Milliseconds of processing per second of audio.
    public var millisecondsPerSecond: Double { milliseconds / seconds }

    private var milliseconds: Double {
      Double(processingTime.components.seconds) * 1e3 + Double(processingTime.components.attoseconds) * 1e-15
    }
  }

  public let stft: STFT
  public let sampleRate: Double
  public let reconstruction: PhaseReconstruction
  private let mel: (forward: LogMel, inverse: MelInverse)?

  /// - Throws: `SpectralError` of kind `size` or `singular` if the bands are impossible.
  public init(
    stft: STFT, sampleRate: Double, representation: Representation, reconstruction: PhaseReconstruction
  ) throws(SpectralError) {
    self.stft = stft
    self.sampleRate = sampleRate
    self.reconstruction = reconstruction
    switch representation {
    case .linear: mel = nil
    case .mel(let bands, let highest):
      let filterbank = try MelFilterbank(
        sampleRate: sampleRate, fftSize: stft.fftSize, bands: bands, highest: highest)
      mel = (LogMel(filterbank), try MelInverse(filterbank))
    }
  }

  /// - Parameter samples: at least one, all finite, at `sampleRate`.
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`.
  public func callAsFunction(_ samples: [Float]) throws(SpectralError) -> Result {
    let magnitudes = try stft.magnitudes(of: samples)
    let (result, time) = try signal(from: magnitudes, after: [], samples: samples.count)
    return Result(
      samples: result, spectralConvergence: try stft.spectralConvergence(of: result, magnitudes: magnitudes),
      processingTime: time, seconds: Double(samples.count) / sampleRate)
  }

  /// A signal from what is kept of magnitudes, and how long that took.
  ///
  /// - Parameter earlier: of the signal that it continues, see `PhaseReconstruction`.
  func signal(
    from magnitudes: Frames, after earlier: [Float], samples: Int
  ) throws(SpectralError) -> (signal: [Float], time: Duration) {
    let logMel = try mel?.forward(magnitudes)
    let clock = ContinuousClock()
    let start = clock.now
    var given = magnitudes
    if let mel, let logMel { given = try mel.inverse(logMel: logMel) }
    let signal = try reconstruction.signal(from: given, after: earlier, stft: stft, samples: samples)
    return (signal, clock.now - start)
  }
}
