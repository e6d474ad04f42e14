import Foundation
import SpeechHead
import Testing
import TextFrontEnd

struct BundledVoiceTests {
  private let url = Models.folder.appending(path: "default.safetensors")

  @Test func itIsSmall() throws {
    #expect(try Models.bytes(url) <= 12_000_000)
    #expect(try TrainedVoice(contentsOf: url).model.layout.count <= 6_000_000)
  }

  private func speak(
    _ text: String, _ method: AcousticPredictor.Method, temperature: Double? = nil
  ) throws -> (voice: TrainedVoice, chunks: [SpeechSynthesizer.Chunk]) {
    let voice = try TrainedVoice(contentsOf: url).used(VoiceUse(temperature: temperature))
    var settings = SpeechSynthesizer.Settings()
    settings.method = method
    settings.sentenceSilence = 0
    let synthesizer = try SpeechSynthesizer(voice, settings: settings)
    var chunks: [SpeechSynthesizer.Chunk] = []
    for sentence in TextNormalizer().normalize(text).sentences { try synthesizer.speak(sentence) { chunks.append($0) } }
    return (voice, chunks)
  }

  /// English is read at 2 to 4 words a second; vowels are tens of decibels above the pauses.
  @Test(arguments: [0, 1, 2])
  func itSpeaks(steps: Int) throws {
    let text = "The boy was there when the sun rose. A rod is used to catch pink salmon."
    let method = steps == 0 ? AcousticPredictor.Method.mean : .sampled(.consistency(steps: steps))
    let (voice, chunks) = try speak(text, method)
    let samples = chunks.flatMap(\.samples)
    #expect(samples.allSatisfy { $0.isFinite && abs($0) < 1 })
    let seconds = Double(samples.count) / Double(voice.description.mel.sampleRate)
    #expect((4...8).contains(seconds), "\(seconds) s for 16 words")
    let levels = stride(from: 0, to: samples.count - 441, by: 441).map { start in
      samples[start..<start + 441].reduce(0) { $0 + $1 * $1 }
    }.sorted()
    let range = 10 * log10(levels[levels.count * 9 / 10] / max(levels[levels.count / 20], 1e-12))
    #expect(range > 25, "\(range) dB between loud and silent")
  }

  /// What a sample adds to the mean is what a mean cannot have. At the temperature that it was trained at, that is.
  @Test func aSampleVariesMoreThanTheMean() throws {
    func variance(_ steps: Int) throws -> Double {
      let method = steps == 0 ? AcousticPredictor.Method.mean : .sampled(.consistency(steps: steps))
      let (voice, chunks) = try speak(
        "Glue the sheet to the dark blue background. It is easy to tell.", method, temperature: 1)
      let bands = voice.description.mel.bands
      let mel = chunks.flatMap(\.logMel)
      return (0..<bands).reduce(0.0) { sum, band in
        let values = stride(from: band, to: mel.count, by: bands).map { Double(mel[$0]) }
        let mean = values.reduce(0, +) / Double(values.count)
        return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      }
    }
    let mean = try variance(0)
    #expect(try variance(1) > 1.05 * mean)
  }

  /// Speech of 1, 2, 5 and 10 seconds, alone and with silence behind it: in normalised ln mel, whose deviation is 1.
  @Test func paddingChangesNothing() throws {
    let voice = try TrainedVoice(contentsOf: url)
    let description = voice.description
    let predictor = try AcousticPredictor(voice)
    let text =
      "The boy was there when the sun rose, a rod is used to catch pink salmon, the source of the huge river is the clear"
      + " spring, kick the ball straight and follow through, help the woman get back to her feet."
    let sentence = try #require(TextNormalizer().normalize(text).sentences.first)
    let tokens = try PhonemeSequence([sentence], pronouncer: Pronouncer(), phones: description.phones).tokens
    let exact = EncoderPlan(voice, tokens: tokens.count, threads: 1).run(tokens, speaker: 0)
    let padded = EncoderPlan(voice, tokens: 2 * tokens.count, threads: 1).run(tokens, speaker: 0)
    #expect(difference(exact.means, padded.means) < 1e-4)
    #expect(difference(exact.logDurations, padded.logDurations) < 1e-4)

    let durations = predictor.durations(exact)
    let conditions = try FrameConditions(description)
    let pitch = conditions.expectedPitch(exact, durations: durations)
    for frames in [88, 172, 432, 860] {
      try #require(durations.reduce(0, +) >= frames)
      var rows = [Float](repeating: 0, count: frames * conditions.count)
      rows.withUnsafeMutableBufferPointer {
        conditions.fill(
          $0.baseAddress!, frames: 0..<frames, of: exact, durations: durations, pitch: pitch, energy: [], speaker: 0)
      }
      func mel(in length: Int) throws -> (mean: [Float], sample: [Float]) {
        var rows = rows
        RefinerPlan(voice, frames: length, threads: 1).run(&rows)
        let mean = (0..<frames).flatMap { rows[$0 * conditions.count..<$0 * conditions.count + description.mel.bands] }
        return (
          mean,
          try DecoderPlan(voice, frames: length, threads: 1).run(
            rows, speaker: 0, .consistency(steps: 1), noise: .seed(1))
        )
      }
      let alone = try mel(in: frames)
      for length in [frames + 4, frames * 5 / 4 / 4 * 4] {
        let beside = try mel(in: length)
        #expect(difference(alone.mean, beside.mean) < 1e-3, "\(frames) frames in \(length)")
        #expect(difference(alone.sample, beside.sample) < 1e-3, "\(frames) frames in \(length)")
      }
    }
  }

  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }
}
