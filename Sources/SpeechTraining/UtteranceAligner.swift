import Dispatch
import SpeechHead
import Synchronization

/// Encodes recorded sentences with a trained encoder and aligns them: what refiner and decoder are trained on.
public struct UtteranceAligner: Sendable {
  private let voice: TrainedVoice
  private let conditions: FrameConditions
  private let threads: Int

  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(_ voice: TrainedVoice, threads: Int = 1) throws(SpeechError) {
    // What a thread's own predictor might object to is asked once, here.
    conditions = try FrameConditions(voice.description)
    self.voice = voice
    self.threads = threads
  }

  /// - Parameter utterances: with at least as many frames as states.
  /// - Returns: one per utterance, in their order; they do not depend on the number of threads.
  public func callAsFunction(_ utterances: [SpeechUtterance]) -> [AlignedUtterance] {
    let bands = voice.description.mel.bands
    let next = Atomic(0)
    let results = Mutex<[AlignedUtterance?]>([AlignedUtterance?](repeating: nil, count: utterances.count))
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, utterances.count))) { _ in
      guard let predictor = try? AcousticPredictor(voice) else { return }
      var search = MonotonicAlignment()
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < utterances.count else { return }
        let utterance = utterances[index]
        let encoded = predictor.encode(utterance.tokens, speaker: utterance.speaker)
        var durations = [Int32](repeating: 0, count: encoded.logDurations.count)
        encoded.means.withUnsafeBufferPointer { means in
          utterance.mel.withUnsafeBufferPointer { mel in
            durations.withUnsafeMutableBufferPointer { durations in
              _ = search(means: means, frames: mel, bands: bands, durations: durations)
            }
          }
        }
        // The mean takes no sampling, which is all that could be refused.
        let means = try? predictor.mel(
          encoded, durations: durations, pitch: utterance.pitch, energy: conditions.energy(of: utterance),
          speaker: utterance.speaker, method: .mean, noise: .seed(0))
        guard let means else { return }
        let aligned = AlignedUtterance(utterance, encoded: encoded, durations: durations, means: means)
        results.withLock { $0[index] = aligned }
      }
    }
    return results.withLock { $0.map { $0! } }
  }
}

extension [AlignedUtterance] {
  /// The root mean square of the normalised mel less its refined mean: the decoder's sigma_data.
  public var residualDeviation: Double {
    var squares = 0.0
    var count = 0
    for aligned in self {
      var sum: Float = 0
      for (value, mean) in zip(aligned.utterance.mel, aligned.means) { sum += (value - mean) * (value - mean) }
      squares += Double(sum)
      count += aligned.means.count
    }
    return (squares / Double(Swift.max(count, 1))).squareRoot()
  }
}
