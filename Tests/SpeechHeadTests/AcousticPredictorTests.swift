import Autograd
import Consistency
import Foundation
import SpeechHead
import TestSupport
import Testing

struct AcousticPredictorTests {
  private let description = VoiceDescription.small()

  private func voice(refines: Bool = false) throws -> TrainedVoice {
    let weights = description.model.layout.initialize(seed: 4)
    if refines {
      // Its output layer starts at zero.
      let range = description.model.refinerParameters
      for (index, value) in zip(range, normalNumbers(range.count, seed: 8)) { weights[index] += 0.1 * value }
    }
    return try TrainedVoice(description, weights: weights)
  }

  /// Padding of any length beside the same tokens and frames.
  @Test func paddingChangesNothing() throws {
    let voice = try voice()
    for count in [1, 2, 7, 16, 33] {
      let reference = EncoderPlan(voice, tokens: count, threads: 1).run(tokens(count), speaker: 1)
      for capacity in [count + 1, count + 16, 2 * count + 64] {
        let padded = EncoderPlan(voice, tokens: capacity, threads: 1).run(tokens(count), speaker: 1)
        expectEqual(padded.means, reference.means, 1e-5)
        expectEqual(padded.hidden, reference.hidden, 1e-5)
        expectEqual(padded.logDurations, reference.logDurations, 1e-5)
      }
    }
    for frames in [2, 6, 40, 130] {
      let rows = normalNumbers(frames * description.decoder.frameCondition, seed: UInt64(frames))
      for (method, noise) in [
        (SamplingMethod.consistency(steps: 2), NoiseSource.seed(9)), (.solver(.heun, intervals: 3), .seed(9)),
        (.consistency(steps: 1), .between(1, 2, share: 0.3)),
      ] {
        let reference = try DecoderPlan(voice, frames: frames, threads: 1).run(rows, speaker: 0, method, noise: noise)
        for length in [frames + 2, frames + 50, 3 * frames + 10] {
          let padded = try DecoderPlan(voice, frames: length / 2 * 2, threads: 1).run(
            rows, speaker: 0, method, noise: noise)
          expectEqual(padded, reference, 2e-4)
        }
      }
    }
  }

  @Test func paddingChangesNoRefinement() throws {
    let voice = try voice(refines: true)
    let count = description.refiner.inputs
    for frames in [1, 6, 40, 130] {
      let rows = normalNumbers(frames * count, seed: UInt64(frames))
      var reference = rows
      RefinerPlan(voice, frames: frames, threads: 1).run(&reference)
      let changes = zip(reference, rows).enumerated().filter { $0.element.0 != $0.element.1 }.map { $0.offset % count }
      #expect(Set(changes) == Set(0..<8))
      for length in [frames + 1, frames + 50, 3 * frames + 10] {
        var padded = rows
        RefinerPlan(voice, frames: length, threads: 1).run(&padded)
        expectEqual(padded, reference, 1e-5)
      }
    }
  }

  @Test func theMeanIsRefinedBeforeASampleIsAdded() throws {
    let predictor = try AcousticPredictor(try voice(refines: true))
    let encoded = predictor.encode(tokens(4), speaker: 0)
    let durations: [Int32] = [1, 2, 3, 1, 1, 1, 4, 2]
    let refined = try predictor.mel(encoded, durations: durations, speaker: 0, method: .mean, noise: .seed(0))
    let steps = durations.enumerated().flatMap { state, count in
      (0..<count).flatMap { _ in encoded.means[state * 8..<(state + 1) * 8] }
    }
    #expect(refined.count == steps.count && refined != steps)
    let unrefined = try predictor.mel(encoded, durations: durations, speaker: 0, method: .encoderMean, noise: .seed(0))
    #expect(unrefined == steps)
    #expect(try predictor.networkCalls(.encoderMean) == 0)
    // The decoder's sample at temperature 0 and a network of zeros is nothing: all that is left is the mean.
    let weights = ParameterBuffer(copying: try voice(refines: true).weights)
    for index in description.model.decoderParameters { weights[index] = 0 }
    let silent = try TrainedVoice(description, weights: weights).used(VoiceUse(temperature: 0))
    let mel = try AcousticPredictor(silent).mel(
      encoded, durations: durations, speaker: 0, method: .sampled(.consistency(steps: 1)), noise: .seed(0))
    expectEqual(mel, refined, 1e-6)
  }

  @Test func resultsDoNotDependOnThreadsOrOnWhatWasSaidBefore() throws {
    let voice = try voice()
    let (first, second) = (try AcousticPredictor(voice), try AcousticPredictor(voice, threads: 2))
    for count in [30, 5, 90, 12, 30, 200, 5] {
      let encoded = first.encode(tokens(count), speaker: 0)
      let durations = first.durations(encoded, lengthScale: { _ in 3 })
      let fresh = try AcousticPredictor(voice)
      let method = AcousticPredictor.Method.sampled(.consistency(steps: 1))
      let mel = try first.mel(encoded, durations: durations, speaker: 0, method: method, noise: .seed(3))
      let encodedAgain = second.encode(tokens(count), speaker: 0)
      #expect(encodedAgain.means == encoded.means)
      #expect(try second.mel(encodedAgain, durations: durations, speaker: 0, method: method, noise: .seed(3)) == mel)
      #expect(try fresh.mel(encoded, durations: durations, speaker: 0, method: method, noise: .seed(3)) == mel)
      #expect(try fresh.mel(encoded, durations: durations, speaker: 0, method: method, noise: .seed(4)) != mel)
      #expect(try fresh.mel(encoded, durations: durations, speaker: 1, method: method, noise: .seed(3)) != mel)
    }
  }

  @Test func anUntrainedRefinerLeavesTheEncodersMeans() throws {
    let predictor = try AcousticPredictor(try voice())
    let encoded = predictor.encode(tokens(4), speaker: 0)
    let durations: [Int32] = [1, 2, 3, 1, 1, 1, 4, 2]
    let mel = try predictor.mel(encoded, durations: durations, speaker: 0, method: .mean, noise: .seed(0))
    let expected = durations.enumerated().flatMap { state, count in
      (0..<count).flatMap { _ in encoded.means[state * 8..<(state + 1) * 8] }
    }
    #expect(mel == expected)
    #expect(try predictor.networkCalls(.mean) == 0)
    #expect(try predictor.networkCalls(.sampled(.consistency(steps: 2))) == 2)
    #expect(try predictor.networkCalls(.sampled(.solver(.heun, intervals: 10))) == 19)
  }

  @Test func durationsAddUpToWhatWasPredicted() throws {
    let predictor = try AcousticPredictor(try voice())
    let seconds = [2.4, 0.3, 0.3, 5.6, 1.5, 0.2, 3.3, 7.9]
    let encoded = EncodedUtterance(
      features: [], hidden: [], means: [], logDurations: seconds.map { Float(log($0)) }, voicing: [], pitch: [])
    for scale in [0.5, 1, 2.5] {
      let durations = predictor.durations(encoded, lengthScale: { _ in scale })
      #expect(durations.allSatisfy { $0 >= 1 })
      let total = seconds.reduce(0, +) * scale
      #expect(abs(Double(durations.reduce(0, +)) - total) <= 3)
    }
    // Whatever a damaged network says, a sentence has an end.
    let wild = EncodedUtterance(
      features: [], hidden: [], means: [], logDurations: [.infinity, -.infinity, 1000], voicing: [], pitch: [])
    #expect(predictor.durations(wild).reduce(0, +) <= 801)
  }

  @Test func bucketsWasteLittle() {
    for count in 1...3000 {
      let size = AcousticPredictor.bucket(count, smallest: 64, multiple: 4)
      #expect(size >= count && size % 4 == 0)
      if count >= 64 { #expect(Double(size) <= 1.26 * Double(count) + 4) }
    }
  }

  @Test func conditionsOfAStretchArePartOfTheWhole() throws {
    let conditions = try FrameConditions(description)
    let encoded = EncodedUtterance(
      features: normalNumbers(4 * description.encoder.inputs, seed: 5), hidden: normalNumbers(4 * 16, seed: 1),
      means: normalNumbers(8 * 8, seed: 2),
      logDurations: [Float](repeating: 0, count: 8), voicing: [Float](repeating: 1, count: 8),
      pitch: normalNumbers(8, seed: 3))
    let durations: [Int32] = [3, 1, 2, 5, 1, 1, 4, 2]
    let pitch = normalNumbers(19, seed: 4)
    func rows(_ frames: Range<Int>) -> [Float] {
      var rows = [Float](repeating: .nan, count: frames.count * conditions.count)
      rows.withUnsafeMutableBufferPointer {
        conditions.fill(
          $0.baseAddress!, frames: frames, of: encoded, durations: durations, pitch: pitch, energy: [], speaker: 1)
      }
      return rows
    }
    let whole = rows(0..<19)
    #expect(whole.allSatisfy { $0.isFinite })
    for start in 0..<19 {
      for end in start + 1...19 {
        #expect(rows(start..<end) == Array(whole[start * conditions.count..<end * conditions.count]))
      }
    }
    // The second frame of the first state, which has three, in a token of four.
    let row = whole[conditions.count..<2 * conditions.count].suffix(4)
    #expect(Array(row) == [-0.25, 0, -4 / 12, pitch[1]])
    // Before these the token itself, here the second.
    let inputs = description.encoder.inputs
    let second = whole[5 * conditions.count..<6 * conditions.count].dropLast(4).suffix(inputs)
    #expect(Array(second) == Array(encoded.features[inputs..<2 * inputs]))
  }

  /// What is not told takes no room, and energy comes last.
  @Test(arguments: [[], [Prosody.energy], [.pitch, .energy]]) func onlyWhatIsToldIsInTheRows(told: [Prosody]) throws {
    let encoded = EncodedUtterance(
      features: normalNumbers(2 * description.encoder.inputs, seed: 5), hidden: normalNumbers(2 * 16, seed: 1),
      means: normalNumbers(4 * 8, seed: 2), logDurations: [Float](repeating: 0, count: 4),
      voicing: [Float](repeating: 1, count: 4), pitch: normalNumbers(4, seed: 3))
    let (pitch, energy) = (normalNumbers(8, seed: 4), normalNumbers(8, seed: 6))
    func rows(_ description: VoiceDescription) throws -> [[Float]] {
      let conditions = try FrameConditions(description)
      #expect(conditions.count == description.refiner.inputs && conditions.count == description.decoder.frameCondition)
      var rows = [Float](repeating: .nan, count: 8 * conditions.count)
      rows.withUnsafeMutableBufferPointer {
        conditions.fill(
          $0.baseAddress!, frames: 0..<8, of: encoded, durations: [2, 2, 2, 2], pitch: pitch, energy: energy, speaker: 1
        )
      }
      return (0..<8).map { Array(rows[$0 * conditions.count..<($0 + 1) * conditions.count]) }
    }
    let all = try rows(.small())
    for (frame, row) in try rows(.small(prosody: told)).enumerated() {
      var expected = all[frame]
      if !told.contains(.pitch) {
        expected.removeLast()
        // The harmonics, behind the mean.
        expected.removeSubrange(8..<16)
      }
      if told.contains(.energy) { expected.append(energy[frame]) }
      #expect(row == expected)
    }
  }

  @Test func aContourGoesOnWhereThereIsNoPitch() throws {
    #expect(FrameConditions.contour([0, 0, 2, 0, 0, 5, 1, 0]) == [2, 2, 2, 3, 4, 5, 1, 1])
    #expect(FrameConditions.contour([0, 0]) == [0, 0])
    #expect(FrameConditions.contour([]) == [])
  }

  /// Straight lines between the middles of voiced states, level at the ends of a voiced stretch.
  @Test func theExpectedPitchIsAContour() throws {
    let conditions = try FrameConditions(description)
    let encoded = EncodedUtterance(
      features: [], hidden: [], means: [], logDurations: [], voicing: [0.9, 0.8, 0.2, 0.7, 0.7, 0.1],
      pitch: [1, 2, 9, 3, 1, 9])
    let pitch = conditions.expectedPitch(encoded, durations: [3, 3, 2, 1, 4, 1])
    // Middles at 1, 4 | 8, 10.5.
    let expected: [Float] = [1, 1, 4 / 3, 5 / 3, 2, 2, 0, 0, 3, 2.2, 1.4, 1, 1, 0]
    #expect(pitch.count == expected.count)
    for (found, right) in zip(pitch, expected) { #expect(abs(found - right) < 1e-5, "\(pitch)") }
  }

  /// The same lines through all states; and what the recording had is not asked for in synthesis.
  @Test func theExpectedEnergyIsTold() throws {
    let description = VoiceDescription.small(prosody: [.pitch, .energy])
    let conditions = try FrameConditions(description)
    let lined = EncodedUtterance(
      features: [], hidden: [], means: [], logDurations: [], voicing: [0, 0, 0], pitch: [0, 0, 0], energy: [1, 2, 4])
    #expect(conditions.expectedEnergy(lined, durations: [3, 1, 3]) == [1, 1, 1.5, 2, 3, 4, 4])
    let plain = try FrameConditions(.small())
    #expect(plain.expectedEnergy(lined, durations: [3, 1, 3]).isEmpty)

    let weights = description.model.layout.initialize(seed: 4)
    let range = description.model.refinerParameters
    for (index, value) in zip(range, normalNumbers(range.count, seed: 8)) { weights[index] += 0.1 * value }
    let predictor = try AcousticPredictor(TrainedVoice(description, weights: weights))
    let encoded = predictor.encode(tokens(5), speaker: 0)
    let durations = predictor.durations(encoded)
    func mel(_ energy: [Float]?) throws -> [Float] {
      try predictor.mel(encoded, durations: durations, energy: energy, speaker: 0, method: .mean, noise: .seed(1))
    }
    let expected = conditions.expectedEnergy(encoded, durations: durations)
    #expect(try mel(nil) == mel(expected) && mel(nil) != mel(expected.map { $0 + 1 }))
  }

  @Test func aVoiceIsTheSameAfterItWasWritten() throws {
    let voice = try voice()
    try withTemporaryFolder { folder in
      let url = folder.appending(path: "voice.safetensors")
      try voice.writeBundle(to: url)
      let read = try TrainedVoice(contentsOf: url)
      #expect(read.description == voice.description)
      for i in 0..<voice.weights.count {
        #expect(abs(read.weights[i] - voice.weights[i]) <= 1e-3 * abs(voice.weights[i]) + 1e-6)
      }
      let used = try voice.used(VoiceUse(middleSigmas: [[0.5]], temperature: 0.75))
      try used.writeBundle(to: url)
      let sampling = try TrainedVoice(contentsOf: url).description.sampling
      #expect(sampling.middle == [[0.5]] && sampling.temperature == 0.75)
      #expect(throws: SpeechError.self) { try voice.used(VoiceUse(temperature: 3)) }
      try Data("no voice".utf8).write(to: url)
      #expect(throws: SpeechError.self) { try TrainedVoice(contentsOf: url) }
    }
  }

  private func expectEqual(_ a: [Float], _ b: [Float], _ tolerance: Float) {
    #expect(a.count == b.count)
    let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= tolerance)
  }
}
