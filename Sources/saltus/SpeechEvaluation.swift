import ArgumentParser
import AudioFile
import Foundation
import Reporting
import SpeechCorpus
import SpeechHead
import TextFrontEnd

/// Held-out sentences, spoken by voices beside their recordings: what `compare --speech` measures.
///
/// OUT has a folder of ID.wav for every way of speaking, `real` for the recordings, and `sentences.json`: what
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
  private let out: String

  /// Writes the recordings, and measures them.
  ///
  /// - Throws: `CommandFailure` if there are no sentences; what reading and writing throw.
  init(
    _ entries: [SpeechCorpus.Entry], of corpus: SpeechCorpus, mel: VoiceDescription.Mel, loudness: Double, out: String
  ) throws {
    guard !entries.isEmpty else {
      throw CommandFailure(
        "\(corpus.path): none of its sentences is held out of the training; set heldOutSentences to a larger share")
    }
    sentences = entries.map { Listed(id: $0.id, text: $0.text) }
    speaker = corpus.name
    analysis = try MelAnalysis(mel)
    bands = mel.bands
    self.out = out
    var preparation = RecordingPreparation()
    (preparation.sampleRate, preparation.loudness) = (mel.sampleRate, loudness)
    try FileManager.default.createDirectory(atPath: out + "/real", withIntermediateDirectories: true)
    var recordings = FrameStatistics(width: mel.bands)
    for entry in entries {
      // A sentence that is held out has a recording that could be read.
      let recording = try preparation(path: corpus.recording(of: entry)!).waveform
      try recording.write(to: "\(out)/real/\(entry.id).wav")
      recordings.add(try analysis(Self.leveled(recording.samples)))
    }
    self.recordings = recordings
    try JSONFile.write(sentences, to: out + "/sentences.json")
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
    var settings = SpeechSynthesizer.Settings()
    settings.speaker = try voice.description.speaker(named: speaker)
    settings.method = method
    settings.seed = seed
    // No recording is as silent as what is put behind a sentence.
    settings.sentenceSilence = 0
    let synthesizer = try SpeechSynthesizer(voice, settings: settings, threads: threads)
    let rate = voice.description.mel.sampleRate
    try FileManager.default.createDirectory(atPath: "\(out)/\(folder)", withIntermediateDirectories: true)
    var frames = FrameStatistics(width: bands)
    var seconds = 0.0
    var progress = ProgressReporter(label: folder, total: sentences.count)
    for (index, sentence) in sentences.enumerated() {
      if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
      var samples: [Float] = []
      for spoken in TextNormalizer().normalize(sentence.text).sentences {
        try synthesizer.speak(spoken) { samples += $0.samples }
      }
      try Waveform(samples: samples, sampleRate: rate).write(to: "\(out)/\(folder)/\(sentence.id).wav")
      frames.add(try analysis(Self.leveled(samples)))
      seconds += Double(samples.count) / Double(rate)
      progress.update(step: index + 1)
    }
    progress.finish()
    let predictor = try AcousticPredictor(voice, threads: threads)
    return SpeechEvaluationReport(
      folder: folder, sentences: sentences.count, audioSeconds: seconds,
      networkCallsPerChunk: try predictor.networkCalls(method), temperature: voice.description.sampling.temperature,
      frechet: frames.frechetDistance(to: recordings), variance: frames.varianceRatio(to: recordings),
      latency: try milliseconds(predictor, method, speaker: settings.speaker, seed: seed))
  }

  /// Milliseconds per second of audio from durations and pitch to a spectrum: the median over the first sentence, again and
  /// again.
  private func milliseconds(
    _ predictor: AcousticPredictor, _ method: AcousticPredictor.Method, speaker: Int, seed: UInt64
  ) throws -> Double {
    let description = predictor.description
    let sequence = try PhonemeSequence(
      TextNormalizer().normalize(sentences[0].text).sentences, pronouncer: Pronouncer(), phones: description.phones)
    let encoded = predictor.encode(sequence.tokens, speaker: speaker)
    let durations = predictor.durations(encoded)
    let seconds = Double(durations.reduce(0) { $0 + Int($1) }) / description.mel.frameRate
    let clock = ContinuousClock()
    // The first calls compile plans and touch cold memory.
    let times = try (0..<12).map { _ in
      let time = try clock.measure {
        _ = try predictor.mel(encoded, durations: durations, speaker: speaker, method: method, seed: seed)
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
