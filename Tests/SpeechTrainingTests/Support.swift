import AudioFile
import Foundation
import SpeechHead
import SpeechTraining

/// A folder of "sentences": for each letter a buzz of its own, between silences.
func writeCorpus(_ folder: String, sentences: [String], pitch: Double) throws {
  try FileManager.default.createDirectory(atPath: folder + "/wavs", withIntermediateDirectories: true)
  var list = ""
  for (number, text) in sentences.enumerated() {
    list += "s\(number)|\(text)\n"
    var samples = [Float](repeating: 0, count: 2000)
    var phase = 0.0
    for letter in text.lowercased().utf8 where letter != 32 {
      for _ in 0..<2200 {
        phase += 2 * .pi * pitch / 16_000
        let formant = 1 + Int(letter) % 7
        samples.append(Float(0.1 * sin(phase) + 0.1 * sin(Double(formant) * phase)))
      }
    }
    samples += [Float](repeating: 0, count: 2000)
    try Waveform(samples: samples, sampleRate: 16_000).write(to: "\(folder)/wavs/s\(number).wav")
  }
  try Data(list.utf8).write(to: URL(filePath: folder + "/metadata.csv"))
}

let sentences = [
  "one small step", "two big dogs", "a red hat", "the old man", "no way out", "come back soon", "he sat down",
  "ten men ran",
  "she saw it", "we like tea", "go to bed", "my own cup", "big blue sea", "far from home", "a long day", "dry as dust",
]

extension VoiceTrainingConfiguration {
  /// A voice of 16 bands that is trained in a second.
  static var tiny: VoiceTrainingConfiguration {
    var configuration = VoiceTrainingConfiguration()
    configuration.mel.sampleRate = 16_000
    configuration.mel.bands = 16
    configuration.mel.maximumFrequency = 8000
    configuration.heldOutSentences = 0.2
    configuration.encoder.width = 16
    configuration.encoder.layers = 2
    configuration.encoder.groups = 4
    configuration.encoder.durationWidth = 16
    configuration.refiner.width = 16
    configuration.refiner.layers = 2
    configuration.refiner.groups = 4
    configuration.decoder.widths = [16, 16]
    configuration.decoder.groups = 4
    configuration.decoder.embedding = 16
    configuration.decoder.cropSeconds = 0.5
    for path in [\Self.encoder.training, \.refiner.training, \.teacher.training, \.student.training] {
      configuration[keyPath: path].steps = 6
      configuration[keyPath: path].batchSize = 4
      configuration[keyPath: path].shards = 2
      configuration[keyPath: path].checkpointEvery = 3
      configuration[keyPath: path].evaluateEvery = 3
      configuration[keyPath: path].logEvery = 1
    }
    return configuration
  }
}

/// Trains all stages of a tiny voice, each into its folder.
func trainTiny(
  _ examples: SpeechExamples, _ output: URL, _ configuration: VoiceTrainingConfiguration = .tiny
) throws -> TrainedVoice {
  let trainer = try VoiceTrainer(configuration, examples: examples, output: output, threads: 2)
  func run<Task>(_ stage: VoiceStage<Task>) throws -> TrainedVoice {
    _ = try stage.trainer.run()
    return try stage.voice()
  }
  let encoder = try run(trainer.encoderStage(resume: false))
  let refiner = try run(trainer.refinerStage(start: encoder, aligned: trainer.aligned(by: encoder), resume: false))
  let aligned = try trainer.aligned(by: refiner)
  let teacher = try run(
    trainer.decoderStage(configuration.teacher, name: "teacher", start: refiner, aligned: aligned, resume: false))
  return try run(
    trainer.decoderStage(configuration.student, name: "student", start: teacher, aligned: aligned, resume: false))
}

/// What an error that is thrown says; `none` for none.
func problem(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "none"
  } catch { return "\(error)" }
}
