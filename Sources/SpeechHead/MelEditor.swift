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
    /// ln mel, `[frames, bands]`: known numbers bit for bit.
    public var logMel: [Float]
    /// ln mel of the refined mean, which the decoder has no part in.
    public var mean: [Float]
    /// Frames of every state.
    public var durations: [Int32]
  }

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

  /// Fills in what is missing.
  ///
  /// - Parameters:
  ///   - logMel: ln mel of the recording, `[frames, bands]`, at the loudness of the voice's training; what is missing has no
  ///     influence.
  ///   - pitch: Hz, 0 where there is none, `[frames]`; what lies in gaps has no influence.
  ///   - method: a chain of several falling sigmas: with one call known and missing parts know nothing of each other.
  /// - Throws: `SpeechError.badSetting` if nothing is missing, the text does not fit, or the method makes no chain.
  public func complete(
    _ logMel: [Float], pitch: [Float], missing: MissingMel, tokens: [PhonemeToken], method: SamplingMethod, seed: UInt64
  ) throws(SpeechError) -> Result {
    guard !missing.isEmpty else { throw .badSetting("nothing of the spectrogram is missing; give a gap or a limit") }
    let mask = missing.mask
    var values = logMel
    for i in values.indices where mask[i] == 1 { values[i] = 0 }
    var result = try draw(
      values, pitch: pitch, missing: missing, tokens: tokens, use: .complete(mask), method: method, seed: seed)
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
  /// - Throws: `SpeechError.badSetting` if the text does not fit or the sigmas do not fall.
  public func denoise(
    _ logMel: [Float], pitch: [Float], tokens: [PhonemeToken], sigmas: [Double], seed: UInt64
  ) throws(SpeechError) -> Result {
    let bands = predictor.description.mel.bands
    let missing = try MissingMel(gaps: [], frames: logMel.count / bands, bands: bands)
    return try draw(
      logMel, pitch: pitch, missing: missing, tokens: tokens, use: .sketch, method: .chain(sigmas: sigmas), seed: seed)
  }

  private func draw(
    _ logMel: [Float], pitch: [Float], missing: MissingMel, tokens: [PhonemeToken], use: AcousticPredictor.Given.Use,
    method: SamplingMethod, seed: UInt64
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
    statistics.normalize(pitch: &contour)
    let encoded = predictor.encode(tokens, speaker: speaker)
    let durations = try alignment.durations(
      encoded, mel: mel, missing: missing, expected: predictor.durations(encoded))
    func predict(_ method: AcousticPredictor.Method) throws(SpeechError) -> [Float] {
      var values = try predictor.mel(
        encoded, durations: durations, pitch: contour, speaker: speaker, method: method, seed: seed,
        given: AcousticPredictor.Given(mel: mel, use: use))
      statistics.denormalize(&values)
      return values
    }
    return Result(logMel: try predict(.sampled(method)), mean: try predict(.mean), durations: durations)
  }
}
