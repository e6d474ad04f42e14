import Autograd
import Consistency
import Foundation
import SpeechHead
import TestSupport
import Testing
import Training

struct DecoderTaskTests {
  private let description = VoiceDescription.small(states: 1)

  /// Sentences whose residual is normal, of mean 0.4 for one speaker and −0.4 for the other and standard deviation 0.3.
  private func sentences(_ count: Int, seed: UInt64) -> [AlignedUtterance] {
    (0..<count).map { index in
      let list = tokens(3 + index % 4)
      let durations = list.indices.map { Int32(2 + ($0 + index) % 4) }
      let means = normalNumbers(list.count * 8, seed: seed + UInt64(index))
      let noise = normalNumbers(8 * durations.reduce(0) { $0 + Int($1) }, seed: 1000 + seed + UInt64(index))
      var mel: [Float] = []
      for (token, duration) in durations.enumerated() {
        for _ in 0..<Int(duration) * 8 {
          mel.append(means[token * 8 + mel.count % 8] + (index % 2 == 0 ? 0.4 : -0.4) + 0.3 * noise[mel.count])
        }
      }
      return AlignedUtterance(
        SpeechUtterance(
          name: "\(index)", tokens: list, speaker: index % 2, mel: mel,
          pitch: (0..<mel.count / 8).map { $0 % 4 == 0 ? 0 : 0.1 * Float($0 % 9) }),
        encoded: EncodedUtterance(
          features: indicators(list, speaker: index % 2),
          hidden: normalNumbers(list.count * 16, seed: 7 + seed + UInt64(index)), means: means,
          logDurations: durations.map { Float(log(Double($0))) },
          voicing: durations.map { _ in 1 }, pitch: durations.map { 0.1 * Float($0) }),
        durations: durations,
        means: durations.enumerated().flatMap { token, duration in
          (0..<Int(duration)).flatMap { _ in means[token * 8..<(token + 1) * 8] }
        })
    }
  }

  private func indicators(_ tokens: [PhonemeToken], speaker: Int) -> [Float] {
    var rows = [Float](repeating: 0, count: tokens.count * description.features.count)
    rows.withUnsafeMutableBufferPointer { description.features.fill($0, tokens: tokens, speaker: speaker) }
    return rows
  }

  private func task(_ training: [AlignedUtterance], cropLength: Int) throws -> DecoderTask {
    try DecoderTask(
      description, objective: try ObjectiveConfiguration(.edm).objective(sigmaData: 0.5), teacher: nil,
      training: training, heldOut: [], cropLength: cropLength)
  }

  /// The same short sentence in a shorter and in a longer row.
  @Test func paddingDoesNotCount() throws {
    let utterances = sentences(6, seed: 1)
    let frames = utterances[0].utterance.frameCount(bands: 8)
    let losses = try [frames / 2 * 2 + 2, 64].map { length in
      let task = try task(utterances, cropLength: length)
      let recorded = task.record(batch: 1, training: false)
      let plan = Plan(
        recorded.graph, outputs: ["loss": recorded.loss],
        weights: PackedWeights([.online: task.layout.initialize(seed: 2)]))
      // What a longer sentence left behind must not matter either.
      for buffer in [plan.input("data"), plan.input("conditions")] { buffer.update(repeating: 1e3) }
      let ports = task.ports(in: plan)
      task.fill(
        ports, row: 0, example: 0, heldOut: false, key: SampleKey(seed: 1, step: 3, sample: 0), progress: 0)
      plan.run()
      return plan.output("loss")[0]
    }
    #expect(abs(losses[0] - losses[1]) < 1e-4 * losses[0])
  }

  @Test func stretchesAreOfAllLengthsAndPlaces() {
    var lengths: [Int: Int] = [:]
    for step in 0..<4000 as Range<UInt32> {
      var random = Philox(seed: 1, step: step, sample: 0, stream: .crop)
      let range = TrainingStretches.crop(of: 200, length: 100, using: &random)
      #expect(range.lowerBound >= 0 && range.upperBound <= 200)
      lengths[range.count, default: 0] += 1
      var other = Philox(seed: 1, step: step, sample: 0, stream: .crop)
      #expect(TrainingStretches.crop(of: 10, length: 100, using: &other) == 0..<10)
    }
    #expect((2800...3200).contains(lengths[100]!))
    #expect(lengths.keys.min()! == 24 && lengths.count == 77)
  }

  @Test func aTrainedDecoderAddsWhatTheMeanLacks() throws {
    try withTemporaryFolder { folder in
      var configuration = TrainingConfiguration()
      configuration.steps = 1500
      configuration.batchSize = 16
      configuration.learningRate = 3e-3
      configuration.warmupSteps = 10
      configuration.emaMaximum = 0.9
      let trainer = try Trainer(
        task(sentences(300, seed: 5000), cropLength: 16), configuration, directory: folder, metadata: [:], threads: 2,
        resume: false)
      _ = try trainer.run()
      let predictor = try AcousticPredictor(try TrainedVoice(description, weights: trainer.optimizer.ema))
      for speaker in 0..<2 {
        var residual: [Double] = []
        for aligned in sentences(12, seed: 900) where aligned.utterance.speaker == speaker {
          func mel(_ method: AcousticPredictor.Method) throws -> [Float] {
            try predictor.mel(
              aligned.encoded, durations: aligned.durations, pitch: aligned.utterance.pitch, speaker: speaker,
              method: method, noise: .seed(1))
          }
          // With 8 intervals Heun's method would spread samples by 1.47 times too much.
          residual += zip(try mel(.sampled(.solver(.heun, intervals: 32))), try mel(.mean)).map { Double($0 - $1) }
        }
        let level = residual.reduce(0, +) / Double(residual.count)
        let squares = residual.reduce(0) { $0 + ($1 - level) * ($1 - level) }
        #expect(abs(level - (speaker == 0 ? 0.4 : -0.4)) < 0.08)
        #expect(abs((squares / Double(residual.count)).squareRoot() - 0.3) < 0.08)
      }
      // The encoder was not trained.
      let start = description.model.layout.initialize(seed: 1)
      #expect(description.model.encoderParameters.allSatisfy { start[$0] == trainer.optimizer.weights[$0] })
    }
  }
}
