import Autograd
import Consistency
import Foundation
import SpeechHead
import TestSupport
import Testing
import Training

struct RefinerTaskTests {
  private let description = VoiceDescription.small(states: 1)

  /// Sentences whose mel is the encoder's mean plus a number that the speaker decides and one that rises in every token.
  private func sentences(_ count: Int, seed: UInt64) -> [AlignedUtterance] {
    (0..<count).map { index in
      let speaker = index % 2
      let list = tokens(3 + index % 4)
      let durations = list.indices.map { Int32(2 + ($0 + index) % 4) }
      let means = normalNumbers(list.count * 8, seed: seed + UInt64(index))
      let level: Float = speaker == 0 ? 0.5 : -0.5
      var steps: [Float] = []
      var mel: [Float] = []
      for (token, duration) in durations.enumerated() {
        for frame in 0..<Int(duration) {
          let place = (2 * Float(frame) + 1) / Float(duration) - 1
          for band in 0..<8 {
            steps.append(means[token * 8 + band])
            mel.append(means[token * 8 + band] + level + 0.5 * place)
          }
        }
      }
      var features = [Float](repeating: 0, count: list.count * description.features.count)
      features.withUnsafeMutableBufferPointer { description.features.fill($0, tokens: list, speaker: speaker) }
      return AlignedUtterance(
        SpeechUtterance(
          name: "\(index)", tokens: list, speaker: speaker, mel: mel,
          pitch: [Float](repeating: 0.1, count: mel.count / 8)),
        encoded: EncodedUtterance(
          features: features, hidden: [Float](repeating: 0, count: list.count * 16), means: means,
          logDurations: durations.map { Float(log(Double($0))) }, voicing: durations.map { _ in 1 },
          pitch: durations.map { _ in 0.1 }),
        durations: durations, means: steps)
    }
  }

  @Test func itLearnsWhatFollowsFromSpeakerAndPlace() throws {
    try withTemporaryFolder { folder in
      var configuration = TrainingConfiguration()
      configuration.steps = 600
      configuration.batchSize = 16
      configuration.learningRate = 5e-3
      configuration.warmupSteps = 10
      configuration.emaMaximum = 0.98
      let trainer = try Trainer(
        RefinerTask(description, training: sentences(100, seed: 5), heldOut: [], cropLength: 16), configuration,
        directory: folder, metadata: [:], threads: 2, resume: false)
      _ = try trainer.run()
      let predictor = try AcousticPredictor(try TrainedVoice(description, weights: trainer.optimizer.ema))
      var squares: Float = 0
      var count = 0
      for aligned in sentences(20, seed: 900) {
        let mel = try predictor.mel(
          aligned.encoded, durations: aligned.durations, pitch: aligned.utterance.pitch,
          speaker: aligned.utterance.speaker, method: .mean, noise: .seed(0))
        squares += zip(mel, aligned.utterance.mel).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        count += mel.count
      }
      // 0.58 before.
      #expect((squares / Float(count)).squareRoot() < 0.1)
      let start = description.model.layout.initialize(seed: 1)
      for range in [description.model.encoderParameters, description.model.decoderParameters] {
        #expect(range.allSatisfy { start[$0] == trainer.optimizer.weights[$0] })
      }
    }
  }

  /// A decoder's data are what the refined mean leaves; a refiner's what the encoder's leaves.
  @Test func theLossOfARefinerThatDoesNothingIsTheMeanSquareOfWhatIsMissing() throws {
    var sentence = sentences(1, seed: 3)[0]
    // A refined mean must not matter here.
    sentence.means = sentence.means.map { $0 + 9 }
    let frames = sentence.utterance.frameCount(bands: 8)
    let task = try RefinerTask(description, training: [sentence], heldOut: [], cropLength: 32)
    let recorded = task.record(batch: 1, training: false)
    let plan = Plan(
      recorded.graph, outputs: ["loss": recorded.loss],
      weights: PackedWeights([.online: task.layout.initialize(seed: 2)]))
    let ports = task.ports(in: plan)
    task.fill(ports, row: 0, example: 0, heldOut: false, key: SampleKey(seed: 1, step: 3, sample: 0), progress: 0)
    plan.run()
    var expected: Float = 0
    var frame = 0
    for (token, duration) in sentence.durations.enumerated() {
      for _ in 0..<duration {
        for band in 0..<8 {
          let missing = sentence.utterance.mel[frame * 8 + band] - sentence.encoded.means[token * 8 + band]
          expected += missing * missing
        }
        frame += 1
      }
    }
    #expect(abs(plan.output("loss")[0] - expected / Float(8 * frames)) < 1e-5)
  }

  @Test func impossibleSizesAreNamed() {
    var configuration = MeanRefiner.Configuration(inputs: 10, bands: 8)
    #expect(configuration.problem == nil)
    configuration.width = 100
    #expect(configuration.problem?.contains("width is 100") == true)
    configuration.width = 96
    configuration.kernel = 4
    #expect(configuration.problem?.contains("kernel is 4") == true)
    configuration.kernel = 3
    configuration.dropout = 1
    #expect(configuration.problem?.contains("dropout is 1") == true)
    configuration.dropout = 0
    configuration.layers = 0
    #expect(configuration.problem?.contains("layers is 0") == true)
  }
}
