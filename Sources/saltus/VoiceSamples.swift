import AudioFile
import Charts
import Foundation
import SpeechHead
import TextFrontEnd

/// What a voice in training says: the same sentences after every stage's checkpoints, as WAV and as spectrogram.
struct VoiceSamples {
  static let sentences = [
    "The quick brown fox jumps over the lazy dog.",
    "Not at this particular case, he said, but at every other one.",
    "Yes.",
  ]

  private let stage: String
  private let directory: URL

  init(stage: String, directory: URL) {
    self.stage = stage
    self.directory = directory
  }

  /// Writes SPEAKER-STAGE-STEP-N.wav and .png. A voice whose decoder is not trained says its mean.
  func write(_ voice: TrainedVoice, step: Int, threads: Int) throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var settings = SpeechSynthesizer.Settings()
    switch stage {
    case "encoder", "refiner": settings.method = .mean
    case "teacher": settings.method = .sampled(.solver(.heun, intervals: 32))
    default: settings.method = .sampled(.consistency(steps: voice.description.sampling.fewestSteps))
    }
    for (speaker, description) in voice.description.speakers.enumerated() {
      settings.speaker = speaker
      for (number, text) in Self.sentences.enumerated() {
        let synthesizer = try SpeechSynthesizer(voice, settings: settings, threads: threads)
        var recording = SpeechRecording(voice.description)
        for sentence in TextNormalizer().normalize(text).sentences {
          try synthesizer.speak(sentence) { recording.append($0) }
        }
        let name = "\(description.name)-\(stage)-\(step)-\(number + 1)"
        let path = directory.appending(path: name).path
        try Waveform(samples: recording.samples, sampleRate: voice.description.mel.sampleRate).write(to: path + ".wav")
        try recording.spectrogram(title: "\(name): \(text)").write(to: path + ".png")
      }
    }
  }
}

/// Chunks of speech put together.
struct SpeechRecording {
  /// ln of what mels are cut off at.
  private static let silence = log(Float(1e-5))
  private let mel: VoiceDescription.Mel
  private(set) var samples: [Float] = []
  private(set) var logMel: [Float] = []
  private(set) var words: [SpeechSynthesizer.Span] = []
  private(set) var phones: [SpeechSynthesizer.Span] = []

  init(_ description: VoiceDescription) { mel = description.mel }

  mutating func append(_ chunk: SpeechSynthesizer.Chunk) {
    samples += chunk.samples
    // A chunk has a frame more than its samples have hops; silence has none.
    logMel += chunk.logMel
    let count = samples.count / mel.hop * mel.bands
    if logMel.count > count {
      logMel.removeLast(logMel.count - count)
    } else {
      logMel += [Float](repeating: Self.silence, count: count - logMel.count)
    }
    words += chunk.words
    phones += chunk.phones
  }

  func spectrogram(title: String) -> Spectrogram {
    Spectrogram(
      values: logMel, bands: mel.bands, frameRate: mel.frameRate, title: title,
      labels: words.map { Spectrogram.Label(text: $0.text, start: $0.start, end: $0.end) })
  }
}
