import Foundation
import SpeechHead
import TestSupport
import Testing
import TextFrontEnd

struct SpeechSynthesizerTests {
  /// An untrained voice of all symbols: it speaks noise, but all that is said of the noise must be right.
  private func voice() throws -> TrainedVoice {
    let description = VoiceDescription.small(phones: PhonemeSequence.symbols)
    return try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3))
  }

  private func speak(
    _ text: String, _ settings: SpeechSynthesizer.Settings = .init(), threads: Int = 1
  ) throws -> (chunks: [SpeechSynthesizer.Chunk], cost: SpeechSynthesizer.Cost) {
    let synthesizer = try SpeechSynthesizer(voice(), settings: settings, threads: threads)
    var chunks: [SpeechSynthesizer.Chunk] = []
    for sentence in TextNormalizer().normalize(text).sentences { try synthesizer.speak(sentence) { chunks.append($0) } }
    return (chunks, synthesizer.cost)
  }

  private let text = "One, two three. Is it four, or is it not the one that was said before, long ago?"

  @Test func theSameTextIsTheSameAudioOnAnyNumberOfThreads() throws {
    let one = try speak(text).chunks
    let two = try speak(text, threads: 2).chunks
    #expect(one.map(\.samples) == two.map(\.samples))
    var settings = SpeechSynthesizer.Settings()
    settings.seed = 1
    #expect(try speak(text, settings).chunks.map(\.samples) != one.map(\.samples))
  }

  /// The logarithmic spectrum about each band's mean, frame by frame; and what a file of the voice keeps.
  @Test func contrastSpreadsTheSpectrumAboutItsMean() throws {
    let plain = try voice()
    let strong = try plain.used(VoiceUse(contrast: 1.25))
    func mel(_ voice: TrainedVoice) throws -> [Float] {
      let synthesizer = try SpeechSynthesizer(voice)
      var mel: [Float] = []
      for sentence in TextNormalizer().normalize(text).sentences {
        try synthesizer.speak(sentence) { mel += $0.logMel }
      }
      return mel
    }
    let mean = plain.description.speakers[0].mean
    let (before, after) = (try mel(plain), try mel(strong))
    #expect(before.count == after.count && !before.isEmpty)
    for (i, (x, y)) in zip(before, after).enumerated() {
      let expected = mean[i % mean.count] + 1.25 * (x - mean[i % mean.count])
      #expect(abs(y - expected) < 1e-4)
    }
    #expect(plain.description.contrast == nil && strong.description.contrast == 1.25)
    #expect(try strong.used(VoiceUse()).description == strong.description)
    for contrast in [0.4, 2.1, .nan] {
      let error = #expect(throws: SpeechError.self) { try plain.used(VoiceUse(contrast: contrast)) }
      #expect(error?.description.contains("0.5 to 2 are possible") == true)
    }
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "voice.safetensors")
      try strong.writeBundle(to: file)
      #expect(try TrainedVoice(contentsOf: file).description.contrast == 1.25)
    }
  }

  @Test func wordsFollowOneAnotherWithinTheAudio() throws {
    let chunks = try speak(text).chunks
    let words = chunks.flatMap(\.words)
    #expect(
      words.map(\.text)
        == "one two three is it four or is it not the one that was said before long ago".split(separator: " ").map(
          String.init))
    let seconds = Double(chunks.reduce(0) { $0 + $1.samples.count }) / 22_050
    #expect(words.allSatisfy { $0.start >= 0 && $0.end > $0.start && $0.end <= seconds })
    #expect(zip(words, words.dropFirst()).allSatisfy { $0.end <= $1.start + 1e-9 })
    let phones = chunks.flatMap(\.phones)
    #expect(phones.first?.text == "SIL" && phones.last?.text == "?")
    #expect(zip(phones, phones.dropFirst()).allSatisfy { $0.end <= $1.start + 1e-9 })
  }

  @Test func breaksAndRatesAreHeard() throws {
    func seconds(_ ssml: String, _ settings: SpeechSynthesizer.Settings = .init()) throws -> Double {
      let synthesizer = try SpeechSynthesizer(voice(), settings: settings)
      var count = 0
      for sentence in try TextNormalizer().normalize(ssml: ssml).sentences {
        try synthesizer.speak(sentence) { count += $0.samples.count }
      }
      return Double(count) / 22_050
    }
    let plain = try seconds("some words, and more words of it")
    #expect(abs(try seconds("some words,<break time='1.5s'/> and more words of it") - plain - 1.5) < 0.03)
    #expect(abs(try seconds("<break time='2s'/>some words, and more words of it") - plain - 2) < 0.03)
    let slow = try seconds("<prosody rate='50%'>some words, and more words of it</prosody>")
    #expect(slow > 1.5 * plain)
    var settings = SpeechSynthesizer.Settings()
    settings.lengthScale = 2
    settings.sentenceSilence = 0
    let scaled = try seconds("some words, and more words of it", settings)
    #expect(abs(scaled - (slow - 0.2)) < 0.06)
  }

  @Test func stepsAreCounted() throws {
    var settings = SpeechSynthesizer.Settings()
    settings.method = .sampled(.consistency(steps: 2))
    let (chunks, cost) = try speak("One word.", settings)
    #expect(cost.networkCalls == 2 && chunks.count == 2)
    settings.method = .mean
    #expect(try speak("One word.", settings).cost.networkCalls == 0)
    settings.speaker = 7
    #expect(throws: SpeechError.self) { try speak("One.", settings) }
  }
}
