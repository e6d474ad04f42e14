import Spectral
import TestSupport
import Testing
import TextFrontEnd

import SpeechHead

/// Whatever is said without a pause is computed in pieces of bounded length, and heard as one.
@Suite("Speech phrases")
struct SpeechPhraseTests {
  @Test(arguments: [1, 3, 40, 90, 700], [false, true])
  func piecesAreShortAndMeetBetweenWords(wordLength: Int, isFirst: Bool) {
    for count in stride(from: 1, to: 6000, by: 37) {
      let frames = 17..<17 + count
      let wordEnds = Array(stride(from: frames.lowerBound, through: frames.upperBound, by: wordLength))
      let pieces = SpeechPhrase.pieces(of: frames, wordEnds: wordEnds, isFirst: isFirst)
      #expect(pieces.first?.lowerBound == frames.lowerBound && pieces.last?.upperBound == frames.upperBound)
      for (piece, next) in zip(pieces, pieces.dropFirst()) {
        #expect(piece.upperBound == next.lowerBound)
        if wordLength <= 90 { #expect(wordEnds.contains(piece.upperBound)) }
      }
      for (index, piece) in pieces.enumerated() {
        #expect(piece.count <= (isFirst && index == 0 ? SpeechPhrase.firstPiece : SpeechPhrase.longestPiece))
        if pieces.count > 1 { #expect(piece.count > 2 * PieceSeam.margin) }
      }
    }
  }

  /// Of a spectrum that does not depend on where it is computed, nothing changes; and what is of both pieces fades.
  @Test func seamsAreNotSeen() {
    let bands = 3
    func mel(_ frames: Range<Int>, _ level: Float = 0) -> [Float] {
      frames.flatMap { frame in (0..<bands).map { Float(frame * 7 + $0) + level } }
    }
    let pieces = [5..<90, 90..<200, 200..<300]
    var seam = PieceSeam()
    var joined: [Float] = []
    var faded: [Float] = []
    for level in [Float(0), 100] {
      seam = PieceSeam()
      for (index, piece) in pieces.enumerated() {
        let (continues, isContinued) = (index > 0, index < 2)
        let computed =
          piece.lowerBound - (continues ? PieceSeam.margin : 0)..<piece.upperBound
          + (isContinued ? PieceSeam.margin : 0)
        let part = seam.join(
          mel(computed, level * Float(index)), of: computed, piece: piece, bands: bands, continues: continues,
          isContinued: isContinued)
        if level == 0 { joined += part } else { faded += part }
      }
    }
    let whole = mel(5..<300)
    #expect(joined == whole)
    let steps = stride(from: 0, to: whole.count, by: bands).map { faded[$0] - whole[$0] }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 >= $0 && $1 - $0 <= 100 / 16 + 0.01 })
    #expect(steps[90 - 8 - 5 - 1] == 0 && steps[90 + 8 - 5] == 100 && steps.last == 200)
  }

  /// Against the mel of all frames at once, and its audio.
  @Test func aLongPhraseIsHeardAsOne() throws {
    let description = VoiceDescription.small(phones: PhonemeSequence.symbols)
    let voice = try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3))
    var settings = SpeechSynthesizer.Settings()
    settings.method = .mean
    settings.lengthScale = 8
    settings.sentenceSilence = 0
    let sentence = try #require(
      TextNormalizer().normalize(String(repeating: "so many words without any end ", count: 12)).sentences.first)
    var chunks: [SpeechSynthesizer.Chunk] = []
    try SpeechSynthesizer(voice, settings: settings).speak(sentence) { chunks.append($0) }
    #expect(chunks.count > 3)

    let predictor = try AcousticPredictor(voice)
    let sequence = try PhonemeSequence([sentence], pronouncer: Pronouncer(), phones: description.phones)
    let encoded = predictor.encode(sequence.tokens, speaker: 0)
    let durations = predictor.durations(encoded, lengthScale: { _ in 8 })
    var mel = try predictor.mel(encoded, durations: durations, speaker: 0, method: .mean, noise: .seed(0))
    description.finish(&mel, speaker: 0)
    #expect(chunks.flatMap(\.logMel) == mel)
    #expect(chunks.map(\.logMel.count).max()! <= (SpeechPhrase.longestPiece + 2 * PieceSeam.margin) * 8)
    var samples = try MelVocoder(description.mel)(mel)
    let length = 22_050 / 200
    for i in 0..<length {
      samples[i] *= Float(i) / Float(length)
      samples[samples.count - 1 - i] *= Float(i) / Float(length)
    }
    #expect(chunks.flatMap(\.samples) == samples)
    let words = chunks.flatMap(\.words)
    #expect(words.count == 72)
    #expect(zip(words, words.dropFirst()).allSatisfy { abs($0.end - $1.start) < 1e-9 })
  }

  /// Samples, too: about a seam both pieces have the same noise.
  @Test func seamsHaveOneSample() throws {
    let description = VoiceDescription.small(phones: PhonemeSequence.symbols)
    let voice = try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3))
    let sentence = try #require(
      TextNormalizer().normalize(String(repeating: "so many words without any end ", count: 6)).sentences.first)
    let predictor = try AcousticPredictor(voice)
    let sequence = try PhonemeSequence([sentence], pronouncer: Pronouncer(), phones: description.phones)
    let encoded = predictor.encode(sequence.tokens, speaker: 0)
    let durations = predictor.durations(encoded, lengthScale: { _ in 8 })
    func whole(_ seed: UInt64) throws -> [Float] {
      var mel = try predictor.mel(
        encoded, durations: durations, speaker: 0, method: .sampled(.consistency(steps: 1)), noise: .seed(seed))
      description.finish(&mel, speaker: 0)
      return mel
    }
    var settings = SpeechSynthesizer.Settings()
    settings.lengthScale = 8
    var chunks: [SpeechSynthesizer.Chunk] = []
    try SpeechSynthesizer(voice, settings: settings).speak(sentence) { chunks.append($0) }
    let seam = chunks[0].logMel.count + PieceSeam.overlap * 8
    let about = seam - 12 * 8..<seam + 12 * 8
    func distance(_ a: [Float], _ b: [Float]) -> Float {
      var sum: Float = 0
      for i in about {
        let difference = a[i] - b[i]
        sum += difference * difference
      }
      return sum.squareRoot()
    }
    let (same, other) = (try whole(0), try whole(1))
    #expect(chunks.count > 1)
    #expect(distance(chunks.flatMap(\.logMel), same) < 0.1 * distance(other, same))
  }

  /// A break before the first word is not what is said first.
  @Test func theFirstWordsAreShortBehindABreak() throws {
    let description = VoiceDescription.small(phones: PhonemeSequence.symbols)
    let voice = try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3))
    var settings = SpeechSynthesizer.Settings()
    settings.lengthScale = 8
    let synthesizer = try SpeechSynthesizer(voice, settings: settings)
    let words = String(repeating: "so many words without any end ", count: 12)
    var chunks: [SpeechSynthesizer.Chunk] = []
    for sentence in try TextNormalizer().normalize(
      ssml: "<p><break time='1s'/></p><p><break time='1s'/>\(words)</p>"
    ).sentences {
      try synthesizer.speak(sentence) { chunks.append($0) }
    }
    let first = try #require(chunks.first { !$0.words.isEmpty })
    #expect(first.logMel.count <= SpeechPhrase.firstPiece * 8)
  }
}
