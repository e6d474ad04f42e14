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
    /// ln mel, `[frames, bands]`; in the middle of a phrase the samples are some frames behind.
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

  public let description: VoiceDescription
  public let settings: Settings
  public private(set) var cost = Cost()
  private let predictor: AcousticPredictor
  private let vocoder: MelVocoder
  private let pronouncer: Pronouncer
  private let callsPerChunk: Int
  private var sentenceCount = 0
  private var hasSpoken = false
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
    vocoder = try MelVocoder(description.mel)
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
    sentenceCount += 1
    if sequence.isEmpty {
      return try emit(silence(sequence.clauses.reduce(0) { $0 + ($1.silence ?? 0) }))
    }
    let isFirst = !hasSpoken
    hasSpoken = true
    let encoded = predictor.encode(sequence.tokens, speaker: settings.speaker)
    let durations = predictor.durations(encoded) { settings.lengthScale / sequence.rates[$0] }
    let ends = tokenEnds(durations)
    cost.acoustic += clock.lap()
    for phrase in SpeechPhrase.phrases(of: sequence, ends: ends, isFirst: isFirst) {
      if !phrase.frames.isEmpty {
        try speak(
          phrase, of: Spoken(sequence: sequence, encoded: encoded, durations: durations, ends: ends), seed, emit)
      }
      if let seconds = phrase.silence, seconds > 0 { try emit(silence(seconds)) }
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

  /// A sentence and what the encoder says of it.
  private struct Spoken {
    let sequence: PhonemeSequence
    let encoded: EncodedUtterance
    let durations: [Int32]
    /// The frame at which each token ends.
    let ends: [Int]

    func start(_ token: Int) -> Int { token == 0 ? 0 : ends[token - 1] }
  }

  private func speak(_ phrase: SpeechPhrase, of spoken: Spoken, _ seed: UInt64, _ emit: (Chunk) throws -> Void) throws {
    // Whatever a phrase that was broken off has left.
    _ = vocoder.finish()
    var seam = PieceSeam()
    let rate = Double(description.mel.sampleRate)
    let frameSeconds = Double(description.mel.hop) / rate
    let offset = Double(sampleCount) / rate
    let limit = offset + Double(phrase.frames.count - 1) * frameSeconds
    func time(_ frame: Int) -> Double {
      min(limit, max(offset, offset + (Double(frame - phrase.frames.lowerBound) - 0.5) * frameSeconds))
    }
    for (index, piece) in phrase.pieces.enumerated() {
      let (continues, isContinued) = (index > 0, index < phrase.pieces.count - 1)
      var clock = Stopwatch()
      let computed =
        piece.lowerBound - (continues ? PieceSeam.margin : 0)..<piece.upperBound + (isContinued ? PieceSeam.margin : 0)
      var mel = try predictor.mel(
        spoken.encoded, durations: spoken.durations, frames: computed, speaker: settings.speaker,
        method: settings.method, noise: .seed(seed &+ UInt64(phrase.frames.lowerBound)),
        noiseStart: computed.lowerBound - phrase.frames.lowerBound)
      mel = seam.join(
        mel, of: computed, piece: piece, bands: description.mel.bands, continues: continues, isContinued: isContinued)
      description.finish(&mel, speaker: settings.speaker)
      cost.acoustic += clock.lap()
      cost.networkCalls += callsPerChunk
      var samples = try vocoder.push(mel)
      if !isContinued { samples += vocoder.finish() }
      fade(&samples, in: !continues, out: !isContinued)
      cost.vocoder += clock.lap()
      sampleCount += samples.count
      try emit(
        Chunk(
          samples: samples, logMel: mel, words: words(of: spoken, in: piece, time),
          phones: phones(of: spoken, in: piece, time)))
    }
  }

  private func words(of spoken: Spoken, in frames: Range<Int>, _ time: (Int) -> Double) -> [Span] {
    spoken.sequence.words.filter { frames.contains(spoken.start($0.tokens.lowerBound)) }.map {
      Span(
        text: $0.text, start: time(spoken.start($0.tokens.lowerBound)), end: time(spoken.ends[$0.tokens.upperBound - 1])
      )
    }
  }

  private func phones(of spoken: Spoken, in frames: Range<Int>, _ time: (Int) -> Double) -> [Span] {
    spoken.sequence.tokens.indices.filter { frames.contains(spoken.start($0)) }.map {
      let token = spoken.sequence.tokens[$0]
      let name = description.phones[token.phone] + (token.stress.map { "\($0)" } ?? "")
      return Span(text: name, start: time(spoken.start($0)), end: time(spoken.ends[$0]))
    }
  }

  /// Phrases meet in pauses, whose noise begins and ends softly.
  private func fade(_ samples: inout [Float], in isStart: Bool, out isEnd: Bool) {
    let length = min(description.mel.sampleRate / 200, samples.count / 2)
    for i in 0..<length {
      let gain = Float(i) / Float(length)
      if isStart { samples[i] *= gain }
      if isEnd { samples[samples.count - 1 - i] *= gain }
    }
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
