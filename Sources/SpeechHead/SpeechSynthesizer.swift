import Foundation
import Spectral
import TextFrontEnd

/// Sentences → audio, chunk by chunk: what is said first is heard first. Belongs to one thread.
public final class SpeechSynthesizer {
  /// How it is said.
  public struct Settings: Sendable {
    public var speaker = 0
    public var method = AcousticPredictor.Method.sampled(.consistency(steps: 1))
    /// Decides all noise, together with the sentence's number.
    public var seed: UInt64 = 0
    /// Above 1 slower, below 1 faster.
    public var lengthScale = 1.0
    /// Seconds of silence behind a sentence, besides the pause that the voice itself makes.
    public var sentenceSilence = 0.2
    public var vocoder = MelVocoder.Method.streaming

    public init() {}
  }

  /// Something said, and when.
  public struct Span: Sendable, Hashable, Codable {
    public var text: String
    /// Seconds from the beginning.
    public var start: Double
    public var end: Double

    public init(text: String, start: Double, end: Double) {
      self.text = text
      self.start = start
      self.end = end
    }
  }

  /// Audio that follows on what came before, and what is in it.
  public struct Chunk: Sendable {
    /// At the voice's rate.
    public var samples: [Float]
    /// ln mel, `[frames, bands]`.
    public var logMel: [Float]
    public var words: [Span]
    public var phones: [Span]
  }

  /// What synthesis cost so far.
  public struct Cost: Sendable {
    /// Seconds from spoken words to tokens, from tokens to spectra, and from there to samples.
    public var text = 0.0
    public var acoustic = 0.0
    public var vocoder = 0.0
    public var networkCalls = 0
  }

  /// Frames of the first chunk of a text, at least, and of all others, at most, where pauses allow it.
  static let shortChunk = 40
  static let longChunk = 800

  public let description: VoiceDescription
  public let settings: Settings
  public private(set) var cost = Cost()
  private let predictor: AcousticPredictor
  private let vocoder: MelVocoder
  private let pronouncer: Pronouncer
  private let callsPerChunk: Int
  private var sentenceCount = 0
  private var sampleCount = 0

  /// - Parameter lexicon: The sounds of the user's words; the normaliser that made the sentences has it too, for words as
  ///   they are written.
  /// - Throws: `SpeechError.badSetting` for a sampling method that makes no chain, or a speaker that is not there.
  public init(
    _ voice: TrainedVoice, settings: Settings = Settings(), lexicon: UserLexicon = UserLexicon(), threads: Int = 1
  ) throws(SpeechError) {
    description = voice.description
    guard description.speakers.indices.contains(settings.speaker) else {
      throw .badSetting("speaker \(settings.speaker): the voice has \(description.speakers.count)")
    }
    self.settings = settings
    predictor = try AcousticPredictor(voice, threads: threads)
    callsPerChunk = try predictor.networkCalls(settings.method)
    vocoder = try MelVocoder(description.mel, settings.vocoder)
    pronouncer = Pronouncer(lexicon: lexicon)
  }

  /// Says a sentence.
  ///
  /// - Parameter emit: takes chunks in order; what it throws ends the sentence.
  /// - Throws: `SpeechError` for inline phonemes that are none, or that the voice was not trained with.
  public func speak(_ sentence: Sentence, emit: (Chunk) throws -> Void) throws {
    var clock = Stopwatch()
    let sequence = try PhonemeSequence([sentence], pronouncer: pronouncer, phones: description.phones)
    cost.text += clock.lap()
    let seed = settings.seed &+ UInt64(sentenceCount) &* 0x9e37_79b9_7f4a_7c15
    let isFirst = sentenceCount == 0
    sentenceCount += 1
    if sequence.isEmpty {
      return try emit(silence(sequence.clauses.reduce(0) { $0 + ($1.silence ?? 0) }))
    }
    let encoded = predictor.encode(sequence.tokens, speaker: settings.speaker)
    let durations = predictor.durations(encoded) { settings.lengthScale / sequence.rates[$0] }
    let ends = tokenEnds(durations)
    cost.acoustic += clock.lap()
    var start = 0
    for group in chunks(sequence.clauses, ends: ends, isFirst: isFirst) {
      let last = sequence.clauses[group.upperBound - 1].tokens.upperBound
      // A break before the first word has no tokens.
      let end = last > 0 ? ends[last - 1] : 0
      if end > start {
        try emit(chunk(sequence, encoded, durations, ends, frames: start..<end, seed: seed &+ UInt64(start)))
      }
      start = end
      if let seconds = sequence.clauses[group.upperBound - 1].silence, seconds > 0 { try emit(silence(seconds)) }
    }
    if settings.sentenceSilence > 0 { try emit(silence(settings.sentenceSilence)) }
  }

  /// The frame at which each token ends.
  private func tokenEnds(_ durations: [Int32]) -> [Int] {
    let states = description.encoder.states
    var end = 0
    return stride(from: 0, to: durations.count, by: states).map { first in
      for state in first..<first + states { end += Int(durations[state]) }
      return end
    }
  }

  /// Clauses that are computed together. A break ends a chunk; the first chunk of a text is short.
  private func chunks(_ clauses: [PhonemeSequence.Span], ends: [Int], isFirst: Bool) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var first = 0
    var start = 0
    for (index, clause) in clauses.enumerated() {
      let end = clause.tokens.upperBound > 0 ? ends[clause.tokens.upperBound - 1] : 0
      let isLast = index == clauses.count - 1
      let next = isLast ? end : ends[clauses[index + 1].tokens.upperBound - 1]
      let isShort = isFirst && groups.isEmpty && end - start >= Self.shortChunk
      let isFull = next - start > Self.longChunk
      if isLast || clause.silence != nil || clause.hasPause && (isShort || isFull) || next - start > 2 * Self.longChunk
      {
        groups.append(first..<index + 1)
        (first, start) = (index + 1, end)
      }
    }
    return groups
  }

  private func chunk(
    _ sequence: PhonemeSequence, _ encoded: EncodedUtterance, _ durations: [Int32], _ ends: [Int], frames: Range<Int>,
    seed: UInt64
  ) throws -> Chunk {
    var clock = Stopwatch()
    var mel = try predictor.mel(
      encoded, durations: durations, frames: frames, speaker: settings.speaker, method: settings.method,
      noise: .seed(seed))
    description.finish(&mel, speaker: settings.speaker)
    cost.acoustic += clock.lap()
    cost.networkCalls += callsPerChunk
    let samples = faded(try vocoder(mel))
    cost.vocoder += clock.lap()
    let rate = Double(description.mel.sampleRate)
    let offset = Double(sampleCount) / rate
    let limit = offset + Double(samples.count) / rate
    func time(_ frame: Int) -> Double {
      min(limit, max(offset, offset + (Double(frame - frames.lowerBound) - 0.5) * Double(description.mel.hop) / rate))
    }
    func start(_ token: Int) -> Int { token == 0 ? 0 : ends[token - 1] }
    let words = sequence.words.filter { frames.contains(start($0.tokens.lowerBound)) }.map {
      Span(text: $0.text, start: time(start($0.tokens.lowerBound)), end: time(ends[$0.tokens.upperBound - 1]))
    }
    let phones = sequence.tokens.indices.filter { frames.contains(start($0)) }.map {
      let token = sequence.tokens[$0]
      let name = description.phones[token.phone] + (token.stress.map { "\($0)" } ?? "")
      return Span(text: name, start: time(start($0)), end: time(ends[$0]))
    }
    sampleCount += samples.count
    return Chunk(samples: samples, logMel: mel, words: words, phones: phones)
  }

  /// Chunks meet in pauses, whose noise begins and ends softly.
  private func faded(_ samples: [Float]) -> [Float] {
    var samples = samples
    let length = min(description.mel.sampleRate / 200, samples.count / 2)
    for i in 0..<length {
      let gain = Float(i) / Float(length)
      samples[i] *= gain
      samples[samples.count - 1 - i] *= gain
    }
    return samples
  }

  private func silence(_ seconds: Double) -> Chunk {
    let count = Int((seconds * Double(description.mel.sampleRate)).rounded())
    sampleCount += count
    return Chunk(samples: [Float](repeating: 0, count: count), logMel: [], words: [], phones: [])
  }
}

/// Seconds between its laps.
struct Stopwatch {
  private var last = DispatchTime.now().uptimeNanoseconds

  mutating func lap() -> Double {
    let now = DispatchTime.now().uptimeNanoseconds
    defer { last = now }
    return Double(now - last) / 1e9
  }
}
