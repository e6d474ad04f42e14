import ArgumentParser
import AudioFile
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import TextFrontEnd

/// Held-out sentences, spoken by voices beside their recordings: what `compare --speech` and `search` measure.
///
/// OUT, where there is one, has a folder of ID.wav for every way of speaking, `real` for the recordings, and `sentences.json`: what
/// `Examples/Benchmarks/speech_metrics.py` hears.
struct SpeechEvaluation {
  private struct Listed: Encodable {
    var id: String
    var text: String
  }

  /// The root mean square that audio is brought to before it is compared.
  private static let level: Float = 0.07

  private let sentences: [Listed]
  private let speaker: String
  private let analysis: MelAnalysis
  private let bands: Int
  private let recordings: FrameStatistics
  private let lexicon: UserLexicon
  private let out: String?

  /// Measures the recordings, and writes them.
  ///
  /// - Parameter out: nil for a measurement without files.
  /// - Throws: `CommandFailure` if there are no sentences; what reading and writing throw.
  init(
    _ entries: [SpeechCorpus.Entry], of corpus: SpeechCorpus, mel: VoiceDescription.Mel, loudness: Double,
    lexicon: UserLexicon = UserLexicon(), out: String? = nil
  ) throws {
    guard !entries.isEmpty else {
      throw CommandFailure(
        "\(corpus.path): none of its sentences is held out of the training; set heldOutSentences to a larger share")
    }
    sentences = entries.map { Listed(id: $0.id, text: $0.text) }
    speaker = corpus.name
    analysis = try MelAnalysis(mel)
    bands = mel.bands
    self.lexicon = lexicon
    self.out = out
    var preparation = RecordingPreparation()
    (preparation.sampleRate, preparation.loudness) = (mel.sampleRate, loudness)
    if let out { try FileManager.default.createDirectory(atPath: out + "/real", withIntermediateDirectories: true) }
    var recordings = FrameStatistics(width: mel.bands)
    for entry in entries {
      // A sentence that is held out has a recording that could be read.
      let recording = try preparation(path: corpus.recording(of: entry)!).waveform
      if let out { try recording.write(to: "\(out)/real/\(entry.id).wav") }
      recordings.add(try analysis(Self.leveled(recording.samples)))
    }
    self.recordings = recordings
    if let out { try JSONFile.write(sentences, to: out + "/sentences.json") }
  }

  /// Of the frames that a voice speaks to the recordings' frames: see `FrameStatistics`.
  ///
  /// - Throws: as `report`.
  func frechetDistance(
    of voice: TrainedVoice, _ method: AcousticPredictor.Method, seed: UInt64, threads: Int
  ) throws -> Double {
    try spoken(by: voice, method, seed: seed, threads: threads).frames.frechetDistance(to: recordings)
  }

  /// Speaks all sentences into a folder, and measures them.
  ///
  /// - Parameters:
  ///   - folder: its name.
  ///   - seed: of all noise.
  /// - Throws: `ExitCode` after Ctrl-C, `CommandFailure` for samples that are no numbers; what speaking and writing throw.
  func report(
    of voice: TrainedVoice, _ method: AcousticPredictor.Method, folder: String, seed: UInt64, threads: Int
  ) throws -> SpeechEvaluationReport {
    var progress = ProgressReporter(label: folder, total: sentences.count)
    let (frames, seconds) = try spoken(
      by: voice, method, seed: seed, threads: threads, into: out.map { "\($0)/\(folder)" }
    ) { progress.update(step: $0) }
    progress.finish()
    let predictor = try AcousticPredictor(voice, threads: threads)
    return SpeechEvaluationReport(
      folder: folder, sentences: sentences.count, audioSeconds: seconds,
      networkCallsPerChunk: try predictor.networkCalls(method), temperature: voice.description.sampling.temperature,
      frechet: frames.frechetDistance(to: recordings), variance: frames.varianceRatio(to: recordings),
      latency: try milliseconds(
        predictor, method, speaker: try voice.description.speaker(named: speaker), seed: seed))
  }

  /// Speaks all sentences.
  ///
  /// - Parameters:
  ///   - folder: where they are written; nil for nowhere.
  ///   - progress: called with the number of sentences spoken.
  private func spoken(
    by voice: TrainedVoice, _ method: AcousticPredictor.Method, seed: UInt64, threads: Int, into folder: String? = nil,
    progress: (Int) -> Void = { _ in }
  ) throws -> (frames: FrameStatistics, seconds: Double) {
    var settings = SpeechSynthesizer.Settings()
    settings.speaker = try voice.description.speaker(named: speaker)
    settings.method = method
    settings.seed = seed
    // No recording is as silent as what is put behind a sentence.
    settings.sentenceSilence = 0
    let synthesizer = try SpeechSynthesizer(voice, settings: settings, lexicon: lexicon, threads: threads)
    let rate = voice.description.mel.sampleRate
    if let folder { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    var frames = FrameStatistics(width: bands)
    var seconds = 0.0
    for (index, sentence) in sentences.enumerated() {
      if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
      var samples: [Float] = []
      for spoken in TextNormalizer(lexicon: lexicon).normalize(sentence.text).sentences {
        try synthesizer.speak(spoken) { samples += $0.samples }
      }
      if let folder { try Waveform(samples: samples, sampleRate: rate).write(to: "\(folder)/\(sentence.id).wav") }
      frames.add(try analysis(Self.leveled(samples)))
      seconds += Double(samples.count) / Double(rate)
      progress(index + 1)
    }
    return (frames, seconds)
  }

  /// Milliseconds per second of audio from durations and pitch to a spectrum: the median over the first sentence, again and
  /// again.
  private func milliseconds(
    _ predictor: AcousticPredictor, _ method: AcousticPredictor.Method, speaker: Int, seed: UInt64
  ) throws -> Double {
    let description = predictor.description
    let sequence = try PhonemeSequence(
      TextNormalizer(lexicon: lexicon).normalize(sentences[0].text).sentences, pronouncer: Pronouncer(lexicon: lexicon),
      phones: description.phones)
    let encoded = predictor.encode(sequence.tokens, speaker: speaker)
    let durations = predictor.durations(encoded)
    let seconds = Double(durations.reduce(0) { $0 + Int($1) }) / description.mel.frameRate
    let clock = ContinuousClock()
    // The first calls compile plans and touch cold memory.
    let times = try (0..<12).map { _ in
      let time = try clock.measure {
        _ = try predictor.mel(encoded, durations: durations, speaker: speaker, method: method, noise: .seed(seed))
      }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) * 1e-15
    }
    return Statistics.percentile(Array(times.dropFirst(2)), 0.5) / seconds
  }

  private static func leveled(_ samples: [Float]) -> [Float] {
    let power = samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1))
    let factor = level / Float(power.squareRoot() + 1e-9)
    return samples.map { $0 * factor }
  }
}
