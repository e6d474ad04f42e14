import Consistency
import Foundation

/// Completes and cleans log-mel spectrograms of recorded sentences whose text is known: zero-shot editing with a voice's
/// decoder (Song et al. 2023, section 9). Belongs to one thread.
///
/// The text is aligned with what is known of the recording, which gives the decoder's conditions; the decoder's part, the
/// normalised mel less its refined mean, is then drawn so that known numbers stay as they are.
public final class MelEditor {
  /// What was found.
  public struct Result: Sendable {
    /// ln mel, `[frames, bands]`: known numbers bit for bit, known means of blocks as exactly as single precision has them.
    public var logMel: [Float]
    /// ln mel of the refined mean, which the decoder has no part in.
    public var mean: [Float]
    /// Frames of every state.
    public var durations: [Int32]
  }

  public var description: VoiceDescription { predictor.description }
  private let predictor: AcousticPredictor
  private let speaker: Int
  private var alignment = PartialAlignment()

  /// - Parameters:
  ///   - speaker: by number.
  ///   - threads: that share a network call; results do not depend on it.
  /// - Throws: `SpeechError.badSetting` for a speaker that is not there.
  public init(_ voice: TrainedVoice, speaker: Int = 0, threads: Int = 1) throws(SpeechError) {
    guard voice.description.speakers.indices.contains(speaker) else {
      throw .badSetting("speaker \(speaker): the voice has \(voice.description.speakers.count)")
    }
    predictor = try AcousticPredictor(voice, threads: threads)
    self.speaker = speaker
  }

  /// The network calls of a method.
  ///
  /// - Throws: `SpeechError.badSetting` for one that makes no chain, or another than the voice was trained for (phases).
  public func networkCalls(_ method: SamplingMethod) throws(SpeechError) -> Int {
    try predictor.networkCalls(.sampled(method))
  }

  /// Fills in what is missing.
  ///
  /// - Parameters:
  ///   - logMel: ln mel of the recording, `[frames, bands]`, at the loudness of the voice's training; what is missing has no
  ///     influence.
  ///   - pitch: Hz, 0 where there is none, `[frames]`; what lies in gaps has no influence, and of blocks only the means have.
  ///   - method: a chain of several falling sigmas: with one call known and missing parts know nothing of each other. Of a
  ///     voice that was trained for one chain alone (phases) it is that one.
  /// - Throws: `SpeechError.badSetting` if nothing is missing, the text does not fit, or the method makes no chain.
  public func complete(
    _ logMel: [Float], pitch: [Float], missing: MissingMel, tokens: [PhonemeToken], method: SamplingMethod,
    noise: NoiseSource
  ) throws(SpeechError) -> Result {
    guard !missing.isEmpty else { throw .badSetting("nothing of the spectrogram is missing; give a gap or a limit") }
    let (mask, size) = (missing.mask, missing.blockSize)
    var result = try draw(
      missing.known(of: logMel), pitch: pitch, missing: missing, tokens: tokens,
      use: size > 1 ? .completeBlocks(of: size) : .complete(mask), method: method, noise: noise)
    for i in mask.indices where mask[i] == 0 { result.logMel[i] = logMel[i] }
    return result
  }

  /// Takes noise away: the spectrogram is a sketch, to which as much noise is added as `sigma` says, and that is drawn anew
  /// (Meng et al. 2022, "SDEdit"). No number of it is kept.
  ///
  /// - Parameters:
  ///   - logMel: ln mel of the recording, `[frames, bands]`.
  ///   - pitch: Hz, 0 where there is none, `[frames]`.
  ///   - sigmas: falling, in units of the normalised mel, the first one as large as the recording's own noise: more takes
  ///     more away.
  /// - Throws: `SpeechError.badSetting` if the text does not fit, the sigmas do not fall, or the voice was trained for one
  ///   chain alone.
  public func denoise(
    _ logMel: [Float], pitch: [Float], tokens: [PhonemeToken], sigmas: [Double], noise: NoiseSource
  ) throws(SpeechError) -> Result {
    let bands = predictor.description.mel.bands
    let missing = try MissingMel(gaps: [], frames: logMel.count / bands, bands: bands)
    return try draw(
      logMel, pitch: pitch, missing: missing, tokens: tokens, use: .sketch, method: .chain(sigmas: sigmas), noise: noise
    )
  }

  /// What the voice makes of a text of which there is no recording, as long as it expects it to be.
  ///
  /// - Throws: `SpeechError.badSetting` if the method makes no chain.
  public func render(
    _ tokens: [PhonemeToken], method: SamplingMethod, noise: NoiseSource
  ) throws(SpeechError) -> Result {
    let encoded = predictor.encode(tokens, speaker: speaker)
    let durations = predictor.durations(encoded)
    func predict(_ method: AcousticPredictor.Method) throws(SpeechError) -> [Float] {
      var values = try predictor.mel(encoded, durations: durations, speaker: speaker, method: method, noise: noise)
      predictor.description.finish(&values, speaker: speaker)
      return values
    }
    return Result(logMel: try predict(.sampled(method)), mean: try predict(.mean), durations: durations)
  }

  private func draw(
    _ logMel: [Float], pitch: [Float], missing: MissingMel, tokens: [PhonemeToken], use: AcousticPredictor.Given.Use,
    method: SamplingMethod, noise: NoiseSource
  ) throws(SpeechError) -> Result {
    precondition(
      logMel.count == missing.frames * missing.bands && pitch.count == missing.frames,
      "\(logMel.count) numbers and \(pitch.count) pitches for \(missing.frames) frames")
    let statistics = predictor.description.speakers[speaker]
    var mel = logMel
    statistics.normalize(&mel)
    var contour = pitch
    for gap in missing.gaps {
      for frame in gap { contour[frame] = 0 }
    }
    if missing.blockSize > 1 { contour = Self.middles(of: contour, blockSize: missing.blockSize) }
    statistics.normalize(pitch: &contour)
    let encoded = predictor.encode(tokens, speaker: speaker)
    let durations = try alignment.durations(
      encoded, mel: mel, missing: missing, expected: predictor.durations(encoded))
    let energy = Self.energy(
      of: mel, missing: missing, expected: predictor.expectedEnergy(encoded, durations: durations))
    func predict(_ method: AcousticPredictor.Method) throws(SpeechError) -> [Float] {
      var values = try predictor.mel(
        encoded, durations: durations, pitch: contour, energy: energy, speaker: speaker, method: method, noise: noise,
        given: AcousticPredictor.Given(mel: mel, use: use))
      statistics.denormalize(&values)
      return values
    }
    return Result(logMel: try predict(.sampled(method)), mean: try predict(.mean), durations: durations)
  }

  /// The expected energy, moved to what is known of it: by straight lines between the differences, from the middles of blocks.
  /// Nothing is known without all bands, and a sketch's noise is loud, too.
  private static func energy(of mel: [Float], missing: MissingMel, expected: [Float]) -> [Float] {
    guard !expected.isEmpty, !missing.isEmpty, missing.bandLimit == missing.bands else { return expected }
    let measured = Prosody.energy(of: mel, bands: missing.bands)
    let size = missing.blockSize
    let known = expected.indices.filter { $0 % size == size / 2 && !missing.contains(frame: $0) }
    guard let first = known.first else { return expected }
    var (energy, last) = (expected, first)
    func difference(_ frame: Int) -> Float { measured[frame] - expected[frame] }
    for frame in 0..<first { energy[frame] += difference(first) }
    for next in known {
      for frame in last..<next {
        let share = Float(frame - last) / Float(next - last)
        energy[frame] += (1 - share) * difference(last) + share * difference(next)
      }
      last = next
    }
    for frame in last..<energy.count { energy[frame] += difference(last) }
    return energy
  }

  /// The geometric mean of every block's pitch, at the block's middle, and 0 at all other frames: a contour goes on through
  /// these.
  private static func middles(of pitch: [Float], blockSize: Int) -> [Float] {
    var result = [Float](repeating: 0, count: pitch.count)
    for start in stride(from: 0, to: pitch.count / blockSize * blockSize, by: blockSize) {
      let voiced = pitch[start..<start + blockSize].filter { $0 > 0 }
      if voiced.isEmpty { continue }
      result[start + blockSize / 2] = exp(voiced.reduce(0) { $0 + log($1) } / Float(voiced.count))
    }
    return result
  }
}
