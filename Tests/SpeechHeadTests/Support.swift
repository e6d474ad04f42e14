import Autograd
import Backbone
import Consistency
import SpeechHead

/// Standard normal numbers that are the same everywhere.
func normalNumbers(_ count: Int, seed: UInt64) -> [Float] {
  var random = Philox(seed: seed, step: 0, sample: 0, stream: .environment)
  return (0..<count).map { _ in Float(random.normal()) }
}

extension VoiceDescription {
  /// A voice of 8 mel bands and 2 speakers, small enough to be trained in a test.
  static func small(
    phones: [String] = ["SIL", "A", "B", "C", "D"], states: Int = 2, dropout: Float = 0,
    prosody: [Prosody]? = nil
  ) -> VoiceDescription {
    var mel = Mel()
    mel.bands = 8
    let speakers = ["one", "two"].map {
      Speaker(name: $0, mean: [Float](repeating: -5, count: 8), deviation: 2, pitchMean: 5, pitchDeviation: 0.2)
    }
    var encoder = PhonemeEncoder.Configuration(
      inputs: PhonemeFeatures(phoneCount: phones.count, speakerCount: speakers.count).count, bands: 8)
    encoder.width = 16
    encoder.layers = 2
    encoder.groups = 4
    encoder.durationWidth = 16
    encoder.states = states
    encoder.dropout = dropout
    encoder.prosody = prosody
    var refiner = MeanRefiner.Configuration(inputs: FrameConditions.count(encoder), bands: 8)
    refiner.width = 16
    refiner.layers = 2
    refiner.groups = 4
    refiner.dropout = dropout
    let decoder = TemporalUNet.Configuration(
      channels: 8, widths: [16, 24], groups: 4, embedding: 16, globalCondition: 2,
      frameCondition: FrameConditions.count(encoder), dropout: dropout, fullResolution: true)
    return VoiceDescription(
      mel: mel, phones: phones, speakers: speakers, encoder: encoder, refiner: refiner,
      decoder: decoder,
      parameterisation: Parameterisation(Preconditioning(sigmaData: 0.5), noiseScale: .consistency),
      objective: ObjectiveConfiguration(.ect), sampling: SamplingSchedule())
  }
}

/// Tokens of every kind.
func tokens(_ count: Int, phones: Int = 5) -> [PhonemeToken] {
  (0..<count).map {
    PhonemeToken(
      phone: $0 * 7 % phones, stress: $0 % 3 == 0 ? $0 % 2 : nil, startsWord: $0 % 4 == 1, endsWord: $0 % 4 == 0)
  }
}
