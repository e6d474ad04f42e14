import Autograd
import Consistency
import Foundation
import SpeechHead
import TestSupport
import Testing
import Training

struct EncoderTaskTests {
  private let bands = 8

  /// Sentences in which every phone sounds like itself for a random number of frames.
  private func sentences(_ count: Int, noise: Float, seed: UInt64) -> (utterances: [SpeechUtterance], cuts: [[Int]]) {
    let spectra = normalNumbers(5 * bands, seed: 77)
    var random = Philox(seed: seed, step: 0, sample: 0, stream: .environment)
    var cuts: [[Int]] = []
    let utterances = (0..<count).map { index in
      let phones = [0] + (0..<3 + index % 5).map { _ in 1 + Int(random.uniform() * 4) } + [0]
      let lengths = phones.map { _ in 4 + Int(random.uniform() * 6) }
      cuts.append(lengths)
      var mel: [Float] = []
      // The first and the last phone have no pitch; the others one that rises with their number, but in every third frame.
      var pitch: [Float] = []
      for (phone, length) in zip(phones, lengths) {
        pitch += (0..<length).map { $0 % 3 == 2 || phone == 0 ? 0 : 0.5 * Float(phone) }
        for _ in 0..<length * bands {
          mel.append(spectra[phone * bands + mel.count % bands] + noise * Float(random.normal()))
        }
      }
      return SpeechUtterance(
        name: "\(index)", tokens: phones.map { PhonemeToken(phone: $0) }, speaker: index % 2, mel: mel,
        pitch: pitch)
    }
    return (utterances, cuts)
  }

  private func task(_ description: VoiceDescription, _ utterances: [SpeechUtterance], flat: Double) -> EncoderTask {
    EncoderTask(
      description.model, features: description.features, training: utterances, heldOut: [], flatStart: flat)
  }

  /// The loss over states against the one over frames that it stands for, for even and for searched alignments.
  @Test(arguments: [0.0, 1.0], [nil, [Prosody.energy]])
  func theLossIsTheDistanceOfAllFramesFromTheirMeans(flatStart: Double, prosody: [Prosody]?) throws {
    let description = VoiceDescription.small(prosody: prosody)
    let utterances = sentences(4, noise: 0.5, seed: 3).utterances
    let task = task(description, utterances, flat: flatStart)
    let weights = task.layout.initialize(seed: 1)
    let recorded = task.record(batch: 4, training: false)
    let plan = Plan(
      recorded.graph, outputs: recorded.midway.merging(["loss": recorded.loss]) { $1 },
      pausingAfter: Array(recorded.midway.values), weights: PackedWeights([.online: weights]))
    let ports = task.ports(in: plan)
    for row in 0..<4 {
      task.fill(
        ports, row: row, example: row, heldOut: false, key: SampleKey(seed: 1, step: 0, sample: UInt32(row)),
        progress: 0.5)
    }
    plan.run { task.fillMidway(ports) }

    let predictor = try AcousticPredictor(try TrainedVoice(description, weights: weights))
    var expected = 0.0
    for utterance in utterances {
      let encoded = predictor.encode(utterance.tokens, speaker: utterance.speaker)
      let states = encoded.logDurations.count
      let frames = utterance.frameCount(bands: bands)
      var durations = (0..<states).map { Int32(($0 + 1) * frames / states - $0 * frames / states) }
      if flatStart == 0 {
        var search = MonotonicAlignment()
        encoded.means.withUnsafeBufferPointer { means in
          utterance.mel.withUnsafeBufferPointer { mel in
            durations.withUnsafeMutableBufferPointer {
              _ = search(means: means, frames: mel, bands: bands, durations: $0)
            }
          }
        }
      }
      var frame = 0
      var squares = 0.0
      var lengths = 0.0
      for (state, duration) in durations.enumerated() {
        let ratio = Double(duration) / exp(Double(encoded.logDurations[state]))
        lengths += (ratio - log(ratio) - 1) / Double(states)
        let voiced = utterance.pitch[frame..<frame + Int(duration)].filter { $0 != 0 }.map(Double.init)
        let voicing = Double(voiced.count) / Double(duration)
        lengths += pow(Double(encoded.voicing[state]) - voicing, 2) / Double(states)
        if !voiced.isEmpty {
          let mean = voiced.reduce(0, +) / Double(voiced.count)
          lengths += voicing * pow(Double(encoded.pitch[state]) - mean, 2) / Double(states)
        }
        if prosody != nil {
          let stretch = utterance.mel[frame * bands..<(frame + Int(duration)) * bands]
          let energy = stretch.reduce(0) { $0 + Double($1) } / Double(stretch.count)
          lengths += pow(Double(encoded.energy[state]) - energy, 2) / Double(states)
        }
        for _ in 0..<duration {
          for band in 0..<bands {
            squares += pow(Double(utterance.mel[frame * bands + band] - encoded.means[state * bands + band]), 2)
          }
          frame += 1
        }
      }
      expected += (squares / Double(frames * bands) + lengths) / 4
    }
    #expect(abs(Double(plan.output("loss")[0]) - expected) < 1e-5 * expected)
  }

  /// From nothing but sentences and their phones, the borders of the phones are found, and durations are learnt.
  @Test func trainingFindsTheBordersOfPhones() throws {
    try withTemporaryFolder { folder in
      let description = VoiceDescription.small(dropout: 0.05)
      let (utterances, cuts) = sentences(48, noise: 0.3, seed: 5)
      var configuration = TrainingConfiguration()
      configuration.steps = 300
      configuration.batchSize = 16
      configuration.learningRate = 5e-3
      configuration.warmupSteps = 20
      configuration.emaMaximum = 0.95
      let trainer = try Trainer(
        task(description, utterances, flat: 0.1), configuration, directory: folder, metadata: [:], threads: 2,
        resume: false)
      _ = try trainer.run()
      let voice = try TrainedVoice(description, weights: trainer.optimizer.ema)
      let predictor = try AcousticPredictor(voice)
      var search = MonotonicAlignment()
      var errors: [Int] = []
      for (utterance, lengths) in zip(utterances, cuts) {
        let encoded = predictor.encode(utterance.tokens, speaker: utterance.speaker)
        var durations = [Int32](repeating: 0, count: encoded.logDurations.count)
        encoded.means.withUnsafeBufferPointer { means in
          utterance.mel.withUnsafeBufferPointer { mel in
            durations.withUnsafeMutableBufferPointer {
              _ = search(means: means, frames: mel, bands: bands, durations: $0)
            }
          }
        }
        var (found, true_) = (0, 0)
        for (token, length) in lengths.enumerated().dropLast() {
          found += Int(durations[2 * token] + durations[2 * token + 1])
          true_ += length
          // Between two equal phones there is nothing to find.
          if utterance.tokens[token].phone != utterance.tokens[token + 1].phone { errors.append(abs(found - true_)) }
        }
      }
      #expect(errors.count(where: { $0 == 0 }) > errors.count * 9 / 10)
      let frames = utterances.reduce(0) { $0 + $1.frameCount(bands: bands) }
      let predicted = utterances.reduce(0) { sum, utterance in
        predictor.durations(predictor.encode(utterance.tokens, speaker: utterance.speaker)).reduce(sum) { $0 + Int($1) }
      }
      #expect((0.95...1.05).contains(Double(predicted) / Double(frames)), "\(predicted) of \(frames) frames")
      // Of voiced phones the pitch was learnt.
      let encoded = predictor.encode([0, 1, 2, 3, 4, 0].map { PhonemeToken(phone: $0) }, speaker: 0)
      for (token, phone) in [0, 1, 2, 3, 4, 0].enumerated() {
        for state in [2 * token, 2 * token + 1] {
          #expect((encoded.voicing[state] > 0.5) == (phone > 0))
          if phone > 0 { #expect(abs(encoded.pitch[state] - 0.5 * Float(phone)) < 0.3) }
        }
      }
      // The decoder was not trained.
      let start = description.model.layout.initialize(seed: 1)
      #expect(description.model.decoderParameters.allSatisfy { start[$0] == trainer.optimizer.weights[$0] })
    }
  }
}
