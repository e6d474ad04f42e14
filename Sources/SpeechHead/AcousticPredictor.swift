import Autograd
import Backbone
import Consistency
import Foundation

/// Tokens → durations → mel-spectrogram, one utterance at a time. Belongs to one thread.
///
/// Plans have fixed lengths: lengths are rounded up to a bucket and the rest is masked, which changes no frame.
public final class AcousticPredictor {
  /// How the decoder is asked.
  public enum Method: Sendable, Hashable {
    /// Not at all: what the encoder expects of each state, the same in all of its frames.
    case encoderMean
    /// Not at all: the mean of every frame, which is the encoder's refined.
    case mean
    /// By a sampling method of consistency models or of their teachers.
    case sampled(SamplingMethod)
  }

  /// A spectrogram that is to be edited.
  public struct Given: Sendable {
    /// What is done with it.
    public enum Use: Sendable {
      /// What the mask has at 0 is kept, what it has at 1 is missing: `[frames, bands]`.
      case complete([Float])
      /// The means of whole blocks of so many frames are kept, 2 or more; what is finer, and what is behind them, is missing.
      case completeBlocks(of: Int)
      /// Nothing is kept: noise is added to it, from which the sample is drawn.
      case sketch
    }

    /// Normalised, `[frames, bands]`.
    public var mel: [Float]
    public var use: Use

    public init(mel: [Float], use: Use) {
      self.mel = mel
      self.use = use
    }
  }

  public let description: VoiceDescription
  private let voice: TrainedVoice
  private let threads: Int
  private let conditions: FrameConditions
  private var encoders = BucketCache<EncoderPlan>(capacity: 4)
  private var refiners = BucketCache<RefinerPlan>(capacity: 4)
  private var decoders = BucketCache<DecoderPlan>(capacity: 4)

  /// - Parameter threads: that share a network call; results do not depend on it.
  /// - Throws: `SpeechError.badSetting` for impossible mel bands.
  public init(_ voice: TrainedVoice, threads: Int = 1) throws(SpeechError) {
    description = voice.description
    self.voice = voice
    self.threads = threads
    conditions = try FrameConditions(voice.description)
  }

  /// What the encoder says of a sequence of tokens.
  public func encode(_ tokens: [PhonemeToken], speaker: Int) -> EncodedUtterance {
    let capacity = Self.bucket(tokens.count, smallest: 16, multiple: 1)
    let plan = encoders.value(for: capacity) {
      EncoderPlan(voice, tokens: capacity, threads: threads)
    }
    return plan.run(tokens, speaker: speaker)
  }

  /// Frames of every state, at least one each.
  ///
  /// - Parameter lengthScale: of a token by its number; above 1 slower, below 1 faster.
  public func durations(_ encoded: EncodedUtterance, lengthScale: (Int) -> Double = { _ in 1 }) -> [Int32] {
    // The whole is rounded, not each part: the ends of the states are as near to the predicted ones as can be.
    var end = 0.0
    var last = 0
    return encoded.logDurations.enumerated().map { state, logDuration in
      let scale = lengthScale(state / description.encoder.states)
      end += min(max(exp(Double(logDuration)) * scale, 0.1), 400)
      let next = max(last + 1, Int(end.rounded()))
      defer { last = next }
      return Int32(next - last)
    }
  }

  /// See `FrameConditions`.
  func expectedEnergy(_ encoded: EncodedUtterance, durations: [Int32]) -> [Float] {
    conditions.expectedEnergy(encoded, durations: durations)
  }

  /// The normalised mel-spectrogram, `[frames, bands]`.
  ///
  /// - Parameters:
  ///   - durations: frames of every state.
  ///   - frames: a stretch of the utterance; nil for all of it.
  ///   - pitch: of all frames, its normalised logarithm, 0 for none; nil for what the encoder expects.
  ///   - energy: of all frames, where that is told; nil for what the encoder expects.
  ///   - noise: decides all of it, whatever the length that is computed beside it.
  ///   - noiseStart: frames of the noise that lie before the stretch: stretches that overlap have the same noise there.
  ///   - given: a spectrogram of these frames to be edited; nil for a free sample. The mean knows nothing of it.
  /// - Throws: `SpeechError.badSetting` for a method that makes no falling chain.
  public func mel(
    _ encoded: EncodedUtterance, durations: [Int32], frames: Range<Int>? = nil, pitch: [Float]? = nil,
    energy: [Float]? = nil, speaker: Int, method: Method, noise: NoiseSource, noiseStart: Int = 0,
    given: Given? = nil
  ) throws(SpeechError) -> [Float] {
    let range = frames ?? 0..<durations.reduce(0) { $0 + Int($1) }
    let bands = conditions.bands
    var rows = [Float](repeating: 0, count: range.count * conditions.count)
    rows.withUnsafeMutableBufferPointer {
      conditions.fill(
        $0.baseAddress!, frames: range, of: encoded, durations: durations,
        pitch: pitch ?? conditions.expectedPitch(encoded, durations: durations),
        energy: energy ?? expectedEnergy(encoded, durations: durations), speaker: speaker)
    }
    var multiple = description.decoder.timeMultiple
    if case .completeBlocks(let size) = given?.use { multiple *= size }
    let length = Self.bucket(range.count, smallest: 64, multiple: multiple)
    if method != .encoderMean {
      refiners.value(for: length) { RefinerPlan(voice, frames: length, threads: threads) }.run(&rows)
    }
    var mel = [Float](repeating: 0, count: range.count * bands)
    for frame in 0..<range.count {
      for band in 0..<bands { mel[frame * bands + band] = rows[frame * conditions.count + band] }
    }
    guard case .sampled(let sampling) = method else { return mel }
    let plan = decoders.value(for: length) {
      DecoderPlan(voice, frames: length, threads: threads)
    }
    let sample: [Float]
    do {
      // The decoder's data is what the mean leaves.
      let sketch = given.map { zip($0.mel, mel).map { $0 - $1 } }
      sample = try plan.run(
        rows, speaker: speaker, sampling, noise: noise, noiseStart: noiseStart, sketch: sketch,
        use: given?.use ?? .sketch)
    } catch {
      throw .badSetting("\(error)")
    }
    for i in mel.indices { mel[i] += sample[i] }
    return mel
  }

  /// The network calls of a method.
  public func networkCalls(_ method: Method) throws(SpeechError) -> Int {
    guard case .sampled(let sampling) = method else { return 0 }
    do {
      return try description.sampler(sampling, elementCount: 0).evaluationCount
    } catch {
      throw .badSetting("\(error)")
    }
  }

  /// The least of 1, 1¼, 1½ and 1¾ times a power of two that holds `count`: at most a quarter is computed in vain.
  package static func bucket(_ count: Int, smallest: Int, multiple: Int) -> Int {
    var size = smallest
    while size * 2 <= count { size *= 2 }
    for quarter in 4...8 where size * quarter / 4 >= count {
      return (size * quarter / 4 + multiple - 1) / multiple * multiple
    }
    return size * 2
  }
}

/// The last few values made, by size.
struct BucketCache<Value> {
  let capacity: Int
  private var entries: [(size: Int, value: Value)] = []

  init(capacity: Int) { self.capacity = capacity }

  mutating func value(for size: Int, make: () -> Value) -> Value {
    if let index = entries.firstIndex(where: { $0.size == size }) {
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry.value
    }
    if entries.count == capacity { entries.removeFirst() }
    let value = make()
    entries.append((size, value))
    return value
  }
}

extension VoiceDescription {
  /// A sampler of this voice's noise levels.
  func sampler(_ method: SamplingMethod, elementCount: Int) throws(ConsistencyError) -> Sampler {
    try Sampler(
      method, sampling, boundary: parameterisation.preconditioning.boundarySigma, jumps: jumps,
      elementCount: elementCount)
  }

  /// Whether the decoder embeds where a jump ends.
  var jumps: Bool { objective?.method.objective.needsTargetTime ?? false }
}
