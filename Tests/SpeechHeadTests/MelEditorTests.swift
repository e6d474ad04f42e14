import Autograd
import Consistency
import Foundation
import Spectral
import SpeechHead
import Testing

/// Editing with an untrained voice of 8 bands: what must hold whatever the networks say.
struct MelEditorTests {
  private let voice: TrainedVoice
  /// Told of energy as well, with a refiner that does something.
  private let loudVoice: TrainedVoice

  init() throws {
    let description = VoiceDescription.small()
    voice = try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3))
    let loud = VoiceDescription.small(prosody: [.pitch, .energy])
    let weights = loud.model.layout.initialize(seed: 3)
    let range = loud.model.refinerParameters
    for (index, value) in zip(range, normalNumbers(range.count, seed: 8)) { weights[index] += 0.1 * value }
    loudVoice = try TrainedVoice(loud, weights: weights)
  }

  private let frames = 60
  private let method = SamplingMethod.chain(sigmas: [20, 2, 0.5, 0.1])
  private var mel: [Float] { normalNumbers(frames * 8, seed: 5).map { -5 + $0 } }
  private var pitch: [Float] { (0..<frames).map { $0 % 9 < 5 ? 140 + Float($0) : 0 } }

  @Test func knownNumbersStayBitForBit() throws {
    let editor = try MelEditor(voice)
    for missing in [
      try MissingMel(gaps: [20..<31], frames: frames, bands: 8),
      try MissingMel(gaps: [0..<4, 50..<60], frames: frames, bands: 8),
      try MissingMel(allButEvery: 7, frames: frames, bands: 8),
    ] {
      let result = try editor.complete(
        mel, pitch: pitch, missing: missing, tokens: tokens(9), method: method, noise: .seed(1))
      let (mask, mel) = (missing.mask, mel)
      for i in mask.indices { #expect((result.logMel[i] == mel[i]) == (mask[i] == 0)) }
      #expect(result.logMel.allSatisfy { $0.isFinite })
      let durations = result.durations.map { Int($0) }
      #expect(durations.allSatisfy { $0 >= 1 })
      #expect(durations.reduce(0, +) == frames)
    }
  }

  /// Where the recording is known so is how loud it is; in gaps that is what the encoder expects and a straight line of the
  /// difference. In a sketch nothing is known of it.
  @Test(arguments: [true, false]) func theKnownEnergyIsTold(hasGap: Bool) throws {
    let gap = 20..<31
    let tokens = tokens(9)
    let editor = try MelEditor(loudVoice)
    let result =
      hasGap
      ? try editor.complete(
        mel, pitch: pitch, missing: MissingMel(gaps: [gap], frames: frames, bands: 8), tokens: tokens, method: method,
        noise: .seed(1))
      : try editor.denoise(mel, pitch: pitch, tokens: tokens, sigmas: [0.5], noise: .seed(1))
    let speaker = loudVoice.description.speakers[0]
    let predictor = try AcousticPredictor(loudVoice)
    let encoded = predictor.encode(tokens, speaker: 0)
    var (normalised, contour) = (mel, pitch)
    speaker.normalize(&normalised)
    if hasGap { for frame in gap { contour[frame] = 0 } }
    speaker.normalize(pitch: &contour)
    var energy = try FrameConditions(loudVoice.description).expectedEnergy(encoded, durations: result.durations)
    if hasGap {
      let differences = (0..<frames).map { frame -> Float in
        let sum: Float = normalised[(frame * 8)..<(frame * 8 + 8)].reduce(0, +)
        return sum / 8 - energy[frame]
      }
      for frame in 0..<frames {
        let share = Float(frame - 19) / 12
        energy[frame] +=
          gap.contains(frame) ? (1 - share) * differences[19] + share * differences[31] : differences[frame]
      }
    }
    var expected = try predictor.mel(
      encoded, durations: result.durations, pitch: contour, energy: energy, speaker: 0, method: .mean, noise: .seed(1))
    speaker.denormalize(&expected)
    for (found, right) in zip(result.mean, expected) { #expect(abs(found - right) < 1e-4) }
  }

  /// Neither its spectrum nor its pitch.
  @Test func whatIsMissingHasNoInfluence() throws {
    let editor = try MelEditor(voice)
    let missing = try MissingMel(gaps: [20..<31], frames: frames, bands: 8)
    func edit(_ value: Float, _ hertz: Float) throws -> [Float] {
      var (mel, pitch) = (mel, pitch)
      for frame in 20..<31 {
        for band in 0..<8 { mel[frame * 8 + band] = value }
        pitch[frame] = hertz
      }
      return try editor.complete(
        mel, pitch: pitch, missing: missing, tokens: tokens(9), method: method, noise: .seed(1)
      ).logMel
    }
    #expect(try edit(-9, 0) == edit(3, 400))
  }

  /// 60 frames are 15 blocks of 4, or 8 of 7 with 4 frames behind them.
  @Test(arguments: [4, 7]) func meansOfBlocksStay(size: Int) throws {
    let editor = try MelEditor(voice)
    let missing = try MissingMel(blocks: size, frames: frames, bands: 8)
    func edit(_ mel: [Float], seed: UInt64 = 1) throws -> [Float] {
      try editor.complete(
        mel, pitch: pitch, missing: missing, tokens: tokens(9), method: method, noise: .seed(seed)
      ).logMel
    }
    func mean(_ mel: [Float], _ block: Int, _ band: Int) -> Double {
      (0..<size).reduce(0) { $0 + Double(mel[(block * size + $1) * 8 + band]) } / Double(size)
    }
    let edited = try edit(mel)
    for block in 0..<frames / size {
      for band in 0..<8 { #expect(abs(mean(edited, block, band) - mean(mel, block, band)) < 1e-4) }
    }
    let others = try edit(mel, seed: 2)
    #expect(missing.knownError(edited, mel) < 1e-4 && missing.knownError(others, edited) < 1e-4)
    #expect(zip(edited, others).filter { abs($0 - $1) > 1e-3 }.count > edited.count / 2)
    // What is finer, or behind the last block, has no influence.
    var changed = mel
    for band in 0..<8 {
      changed.swapAt(8 + band, 16 + band)
      if size == 7 { changed[59 * 8 + band] = 9 }
    }
    #expect(try edit(changed) == edited)
  }

  @Test func aTakeBetweenTwoOthersIsBetweenThem() throws {
    let editor = try MelEditor(voice)
    func take(_ noise: NoiseSource) throws -> [Float] {
      try editor.render(tokens(9), method: .consistency(steps: 1), noise: noise).logMel
    }
    func distance(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
    }
    let ends = try [take(.seed(1)), take(.seed(2))]
    #expect(try take(.between(1, 2, share: 0)) == ends[0] && take(.between(1, 2, share: 1)) == ends[1])
    let middle = try take(.between(1, 2, share: 0.5))
    let apart = distance(ends[0], ends[1])
    #expect(distance(middle, ends[0]) < 0.9 * apart && distance(middle, ends[1]) < 0.9 * apart)
    // The voice's own durations and pitch, and the mean that no noise changes.
    let result = try editor.render(tokens(9), method: .consistency(steps: 1), noise: .seed(1))
    #expect(result.durations.reduce(0) { $0 + Int($1) } * 8 == result.logMel.count)
    #expect(try editor.render(tokens(9), method: .consistency(steps: 1), noise: .seed(2)).mean == result.mean)
  }

  @Test func aVoiceWithPhasesIsEditedInItsOwnChain() throws {
    var description = VoiceDescription.small()
    description.sampling.phases = [80, 5, 0.5, 0.002]
    let editor = try MelEditor(
      try TrainedVoice(description, weights: description.model.layout.initialize(seed: 3)))
    let missing = try MissingMel(gaps: [20..<31], frames: frames, bands: 8)
    let own = SamplingMethod.consistency(steps: editor.description.sampling.fewestSteps)
    #expect(try editor.networkCalls(own) == 3 && MelEditor(voice).networkCalls(method) == 4)
    let mel = mel
    let result = try editor.complete(
      mel, pitch: pitch, missing: missing, tokens: tokens(9), method: own, noise: .seed(1))
    for (i, value) in missing.mask.enumerated() where value == 0 { #expect(result.logMel[i] == mel[i]) }
    #expect(result.logMel.allSatisfy { $0.isFinite })
    for other in [SamplingMethod.consistency(steps: 8), method] {
      let error = #expect(throws: SpeechError.self) { try editor.networkCalls(other) }
      #expect(error?.description.contains("this model was trained for") == true)
    }
  }

  @Test func denoisingKeepsWhatItsNoiseLeaves() throws {
    let editor = try MelEditor(voice)
    let mel = mel
    func distance(_ sigma: Double) throws -> Float {
      let result = try editor.denoise(mel, pitch: pitch, tokens: tokens(9), sigmas: [sigma], noise: .seed(1))
      return zip(result.logMel, mel).map { abs($0 - $1) }.max()!
    }
    #expect(try distance(1e-4) < 0.01)
    #expect(try distance(20) > 0.5)
  }

  @Test func whatCannotBeEditedSaysWhy() throws {
    let editor = try MelEditor(voice)
    let gap = try MissingMel(gaps: [20..<31], frames: frames, bands: 8)
    let none = try MissingMel(gaps: [], frames: frames, bands: 8)
    let wrong: [(missing: MissingMel, tokens: Int, method: SamplingMethod, says: String)] = [
      (none, 9, method, "nothing of the spectrogram is missing"), (gap, 31, method, "do not fit"),
      (gap, 9, .chain(sigmas: [1, 2]), "does not fall"),
    ]
    for (missing, count, method, text) in wrong {
      let error = #expect(throws: SpeechError.self) {
        try editor.complete(mel, pitch: pitch, missing: missing, tokens: tokens(count), method: method, noise: .seed(1))
      }
      #expect(error?.description.contains(text) == true, "\(String(describing: error)) should say: \(text)")
    }
    for gaps in [[5..<5], [-1..<3], [50..<61], [0..<60], [0..<30, 25..<60]] as [[Range<Int>]] {
      #expect(throws: SpeechError.self) { try MissingMel(gaps: gaps, frames: frames, bands: 8) }
    }
    #expect(throws: SpeechError.self) { try MissingMel(gaps: [], bandLimit: 7, frames: frames, bands: 16) }
    #expect(throws: SpeechError.self) { try MelEditor(voice, speaker: 2) }
  }
}

struct MissingMelTests {
  @Test func linesGoFromTheFrameBeforeToTheOneBehind() throws {
    let missing = try MissingMel(gaps: [1..<4, 5..<6], frames: 6, bands: 2)
    let mel: [Float] = [0, 10, 9, 9, 9, 9, 9, 9, 8, 2, 7, 7]
    // At the end of the recording there is nothing to go to.
    #expect(missing.linearInterpolation(of: mel) == [0, 10, 2, 8, 4, 6, 6, 4, 8, 2, 8, 2])
    // Differences of 7, 1, 5, 3, 3, 5, and 1, 5.
    let squares = 49.0 + 1 + 25 + 9 + 9 + 25 + 1 + 25
    let distance = try #require(missing.distance(missing.linearInterpolation(of: mel), mel))
    #expect(abs(distance - (squares / 8).squareRoot()) < 1e-6)
  }

  @Test func linesGoFromTheMiddleOfABlockToThatOfTheNext() throws {
    let missing = try MissingMel(blocks: 2, frames: 5, bands: 1)
    #expect(missing.gaps == [4..<5] && !missing.isEmpty && missing.mask == [1, 1, 1, 1, 1])
    let mel: [Float] = [1, 3, 9, 11, 50]
    // Means of 2 and 10 at 0.5 and 2.5.
    #expect(missing.linearInterpolation(of: mel) == [2, 4, 8, 10, 10])
    #expect(missing.known(of: mel, filler: -1) == [2, 2, 10, 10, -1])
    #expect(missing.knownError(mel, [2, 4, 9, 11, 0]) == 1)
    let squares = 1.0 + 1 + 1 + 1 + 1600
    let distance = try #require(missing.distance(missing.linearInterpolation(of: mel), mel))
    #expect(abs(distance - (squares / 5).squareRoot()) < 1e-4)
    let every = try MissingMel(allButEvery: 3, frames: 8, bands: 1)
    #expect(every.gaps == [1..<3, 4..<6, 7..<8] && every.mask == [0, 1, 1, 0, 1, 1, 0, 1])
    for size in [1, 6] {
      #expect(throws: SpeechError.self) { try MissingMel(blocks: size, frames: 5, bands: 1) }
    }
    #expect(throws: SpeechError.self) { try MissingMel(allButEvery: 1, frames: 5, bands: 1) }
  }

  @Test func bandsAboveALimitAreMissingInAllFrames() throws {
    let missing = try MissingMel(gaps: [1..<2], bandLimit: 8, frames: 3, bands: 10)
    let row: [Float] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    #expect(missing.mask == row + [Float](repeating: 1, count: 10) + row)
    let none = try MissingMel(gaps: [], frames: 3, bands: 10)
    #expect(!missing.isEmpty && none.isEmpty)
  }
}

struct WaveformRepairTests {
  private var mel: VoiceDescription.Mel { VoiceDescription.Mel() }

  /// Two tones with vibrato.
  private var samples: [Float] {
    (0..<22_050).map {
      let t = Double($0) / 22_050
      return Float(0.2 * sin(2 * .pi * 220 * t + 3 * sin(9 * t)) + 0.1 * sin(2 * .pi * 660 * t + 9 * sin(9 * t)))
    }
  }

  /// By the definition: frame f's window covers the samples f hop − 512 + 1 … f hop + 511, being 0 at its first.
  @Test func framesThatTouchAGap() throws {
    let repair = try WaveformRepair(mel)
    for gap in [0..<1, 0..<700, 511..<512, 512..<513, 513..<514, 5000..<5001, 5000..<9000, 21_000..<22_050] {
      let touched = (0...22_050 / 256).filter { frame in
        (frame * 256 - 511...frame * 256 + 511).overlaps(gap.lowerBound...gap.upperBound - 1)
      }
      #expect(Array(repair.frames(touching: gap, of: 22_050)) == touched, "\(gap)")
    }
  }

  /// From the true spectrogram, whose phases in the gap are not known.
  @Test func aGapIsFilledAndTheRestStays() throws {
    let repair = try WaveformRepair(mel)
    let (samples, gap) = (samples, 9000..<11_000)
    let logMel = try MelAnalysis(mel)(samples)
    let missing = try MissingMel(
      gaps: [repair.frames(touching: gap, of: samples.count)], frames: logMel.count / 128, bands: 128)
    var damaged = samples
    for i in gap { damaged[i] = i % 2 == 0 ? 1 : -1 }
    let repaired = try repair(damaged, gaps: [gap], logMel: logMel, missing: missing)
    #expect(repaired.count == samples.count)
    #expect(samples.indices.allSatisfy { gap.contains($0) || repaired[$0] == samples[$0] })
    func level(_ values: [Float]) -> Float { gap.reduce(0) { $0 + values[$1] * values[$1] } }
    #expect(abs(level(repaired) / level(samples) - 1) < 0.4)
    // It joins on: no step at the edges is larger than twice the largest anywhere.
    let largest = zip(samples, samples.dropFirst()).map { abs($0 - $1) }.max()!
    for edge in [9000, 11_000] { #expect(abs(repaired[edge] - repaired[edge - 1]) < 2 * largest) }
  }

  @Test func bandsBelowAFrequency() throws {
    let repair = try WaveformRepair(mel)
    #expect(repair.bands(below: 11_025) == 128)
    #expect(repair.bands(below: 0) == 0)
    // Slaney's scale is linear to 1000 Hz, 3 mel per 200 Hz, and 27 steps per factor 6.4 above.
    let top = 15 + 27 * log(11.025) / log(6.4)
    let below = (0..<128).filter { 200 / 3 * top * Double($0 + 2) / 129 <= 900 }.count
    #expect(repair.bands(below: 900) == below)
  }
}
