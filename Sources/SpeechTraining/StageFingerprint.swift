import SpeechHead
import Training

/// What a stage's checkpoints remember of what it was trained on and started from.
struct StageFingerprint: Codable {
  var sentences: Int
  var heldOutSentences: Int
  /// Of phones, spectra and pitch.
  var recordings: String
  /// Of the weights that the stage before made; none for the first.
  var start: String?
  /// Frames of a stretch; none for the first.
  var cropLength: Int?
  /// `VoiceTrainingConfiguration.Encoder.flatStart`; of the first only.
  var flatStart: Double?

  init(_ examples: SpeechExamples) {
    (sentences, heldOutSentences) = (examples.training.count, examples.heldOut.count)
    var checksum = DataChecksum()
    for utterance in examples.training + examples.heldOut {
      for token in utterance.tokens {
        let borders = (token.startsWord ? 1 : 0) + (token.endsWord ? 2 : 0)
        checksum.add(UInt32(truncatingIfNeeded: (token.phone * 8 + (token.stress ?? 3)) * 4 + borders))
      }
      checksum.add(utterance.mel)
      checksum.add(utterance.pitch)
    }
    recordings = checksum.text
  }

  /// As it is for a stage after the first.
  func following(_ voice: TrainedVoice, cropLength: Int) -> StageFingerprint {
    var fingerprint = self
    var checksum = DataChecksum()
    withExtendedLifetime(voice.weights) { checksum.add(voice.weights.values) }
    fingerprint.start = checksum.text
    fingerprint.cropLength = cropLength
    return fingerprint
  }
}
