import Dispatch
import SpeechHead
import Synchronization

/// Encodes recorded sentences with a trained encoder and aligns them: what the decoder is trained on.
public struct UtteranceAligner: Sendable {
  private let voice: TrainedVoice
  private let threads: Int

  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(_ voice: TrainedVoice, threads: Int = 1) throws(SpeechError) {
    // What a thread's own predictor might object to is asked once, here.
    _ = try FrameConditions(voice.description)
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
        let aligned = AlignedUtterance(utterance, encoded: encoded, durations: durations)
        results.withLock { $0[index] = aligned }
      }
    }
    return results.withLock { $0.map { $0! } }
  }
}

extension [AlignedUtterance] {
  /// The root mean square of the normalised mel less the encoder's mean: the decoder's sigma_data.
  public func residualDeviation(bands: Int) -> Double {
    var squares = 0.0
    var count = 0
    for aligned in self {
      var frame = 0
      aligned.utterance.mel.withUnsafeBufferPointer { mel in
        aligned.encoded.means.withUnsafeBufferPointer { means in
          for (state, duration) in aligned.durations.enumerated() {
            var sum: Float = 0
            for row in frame..<frame + Int(duration) {
              for band in 0..<bands {
                let difference = mel[row * bands + band] - means[state * bands + band]
                sum += difference * difference
              }
            }
            squares += Double(sum)
            frame += Int(duration)
          }
        }
      }
      count += aligned.utterance.mel.count
    }
    return (squares / Double(Swift.max(count, 1))).squareRoot()
  }
}
