import Foundation
import SpeechHead

/// What speaking cost: the keys of `saltus speak --json`.
struct SpeechReport: Encodable {
  var audioSeconds = 0.0
  var loadMs = 0.0
  /// From the text to the last sample, without loading, waiting for standard input, and writing files.
  var totalMs = 0.0
  var textMs = 0.0
  var acousticMs = 0.0
  var vocoderMs = 0.0
  /// From the text being accepted by a loaded voice to the first sample; waiting for standard input does not count.
  var firstAudioMs = 0.0
  var realTimeFactor = 0.0
  var networkCalls = 0
  /// What could not be read; nil where all was, and where the answer around this has them.
  var warnings: [String]?

  enum CodingKeys: String, CodingKey {
    case warnings
    case audioSeconds = "audio_seconds"
    case loadMs = "load_ms"
    case totalMs = "total_ms"
    case textMs = "text_ms"
    case acousticMs = "acoustic_ms"
    case vocoderMs = "vocoder_ms"
    case firstAudioMs = "first_audio_ms"
    case realTimeFactor = "real_time_factor"
    case networkCalls = "network_calls"
  }

  var summary: String {
    func number(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
    return """
      audio         \(number(audioSeconds, 2)) s, first after \(number(firstAudioMs)) ms
      time          \(number(totalMs)) ms: text \(number(textMs)), acoustic \(number(acousticMs)), \
      vocoder \(number(vocoderMs)); load \(number(loadMs))
      real-time factor \(number(realTimeFactor, 4)), \(networkCalls) network calls
      """
  }
}
