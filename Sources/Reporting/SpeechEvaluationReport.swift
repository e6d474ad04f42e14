/// What was measured of the sentences that a voice spoke, beside recordings of the same sentences.
public struct SpeechEvaluationReport: Codable, Equatable, Sendable {
  /// Of the folder that holds the audio: what `Examples/Benchmarks/speech_metrics.py` calls it.
  public let folder: String
  public let sentences: Int
  /// Seconds of audio, all sentences together.
  public let audioSeconds: Double
  /// 0 for the mean spectrum, which the decoder has no part in.
  public let networkCallsPerChunk: Int
  /// See `SamplingSchedule.temperature`.
  public let temperature: Double
  /// Fréchet distance of the log-mel frames to the recordings': see `FrameStatistics`.
  public let frechet: Double
  /// Global-variance ratio of the log-mel frames: see `FrameStatistics`.
  public let variance: Double
  /// Milliseconds from durations and pitch to a spectrum, per second of audio, the median of several times.
  public let latency: Double
  /// Word errors per hundred words by an outside recogniser, with the 95 % interval [low, high]; nil until it was asked.
  public var wordErrorRate: Double?
  public var wordErrorRateInterval: [Double]?

  enum CodingKeys: String, CodingKey {
    case folder, sentences, frechet, variance, temperature
    case audioSeconds = "audio_seconds"
    case networkCallsPerChunk = "network_calls_per_chunk"
    case latency = "ms_per_second"
    case wordErrorRate = "wer"
    case wordErrorRateInterval = "wer_ci95"
  }

  public init(
    folder: String, sentences: Int, audioSeconds: Double, networkCallsPerChunk: Int, temperature: Double,
    frechet: Double, variance: Double, latency: Double, wordErrorRate: Double? = nil,
    wordErrorRateInterval: [Double]? = nil
  ) {
    self.folder = folder
    self.sentences = sentences
    self.audioSeconds = audioSeconds
    self.networkCallsPerChunk = networkCallsPerChunk
    self.temperature = temperature
    self.frechet = frechet
    self.variance = variance
    self.latency = latency
    self.wordErrorRate = wordErrorRate
    self.wordErrorRateInterval = wordErrorRateInterval
  }
}
