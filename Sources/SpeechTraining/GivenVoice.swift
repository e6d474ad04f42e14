import Consistency
import SpeechHead
import Training

/// A voice that was trained elsewhere and stands in for stages of a training: its networks must be those that would be trained.
public struct GivenVoice: Sendable {
  public let voice: TrainedVoice
  /// What messages call it.
  private let name: String

  public init(_ name: String, _ voice: TrainedVoice) {
    self.name = name
    self.voice = voice
  }

  /// Refuses an encoder or a refiner of other sizes, and other spectra.
  ///
  /// - Throws: `TrainingError.configuration`, which names what differs.
  public func checkFront(_ configuration: VoiceTrainingConfiguration) throws(TrainingError) {
    let given = voice.description
    let configured = configuration.description(phones: given.phones, speakers: given.speakers)
    func told(_ encoder: PhonemeEncoder.Configuration) -> String {
      "[" + Prosody.allCases.filter(encoder.tells).map(\.rawValue).joined(separator: ",") + "]"
    }
    var differences = settingDifferences(given.mel, configured.mel).map { "mel.\($0)" }
    if told(given.encoder) != told(configured.encoder) {
      differences.append("encoder.prosody = \(told(given.encoder)), not \(told(configured.encoder))")
    }
    // What follows from other settings is said by these.
    var (encoder, refiner) = (given.encoder, given.refiner)
    (encoder.dropout, refiner.dropout) = (configured.encoder.dropout, configured.refiner.dropout)
    (encoder.bands, refiner.bands) = (configured.encoder.bands, configured.refiner.bands)
    (encoder.prosody, refiner.inputs) = (configured.encoder.prosody, configured.refiner.inputs)
    differences += settingDifferences(encoder, configured.encoder).map { "encoder.\($0)" }
    differences += settingDifferences(refiner, configured.refiner).map { "refiner.\($0)" }
    try refuse(differences)
    guard voice.model.refinerIsTrained(voice.weights) else {
      throw .configuration(
        "\(name) has a refiner that is not trained: give a voice of a later stage than its encoder's")
    }
  }

  /// Refuses a decoder that is not the trained one of the section `student`.
  ///
  /// - Throws: `TrainingError.configuration`, which names what differs.
  public func checkDecoder(_ configuration: VoiceTrainingConfiguration) throws(TrainingError) {
    let given = voice.description
    let configured = configuration.description(phones: given.phones, speakers: given.speakers)
    var decoder = given.decoder
    // Dropout changes training only, and a second embedding adds nothing at first.
    (decoder.dropout, decoder.targetEmbedding) = (configured.decoder.dropout, configured.decoder.targetEmbedding)
    var differences = settingDifferences(decoder, configured.decoder).map { "decoder.\($0)" }
    if given.parameterisation.noiseScale != configuration.decoder.noiseScale {
      differences.append(
        "decoder.noiseScale = \(given.parameterisation.noiseScale), not \(configuration.decoder.noiseScale)")
    }
    let objective = configuration.student.objective
    if given.objective?.method != objective.method {
      differences.append(
        "objective = \(given.objective.map { "\($0.method)" } ?? "none: its decoder is not trained"), not \(objective.method)"
      )
    } else if let given = given.objective, given.dropsConditions != objective.dropsConditions {
      differences.append("objective.conditionDropout \(given.dropsConditions ? "set, not unset" : "unset, not set")")
    }
    try refuse(differences)
  }

  /// Refuses other recordings than those that the voice was trained on.
  func check(_ examples: SpeechExamples) throws(TrainingError) {
    let given = voice.description
    let (known, names) = (given.speakers.map(\.name), examples.speakers.map(\.name))
    guard given.phones == examples.phones, known == names else {
      throw .configuration(
        "\(name) was trained on the speakers \(known) with \(given.phones.count) phones; here are \(names) with "
          + "\(examples.phones.count)")
    }
    // The same recordings' statistics differ in their last digits between processors; another share that is held out shows.
    for (given, speaker) in zip(given.speakers, examples.speakers) {
      let spectra =
        zip(given.mean + [given.deviation], speaker.mean + [speaker.deviation]).map { abs($0 - $1) }.max() ?? 0
      let pitch = max(
        abs(given.pitchMean - speaker.pitchMean), abs(given.pitchDeviation - speaker.pitchDeviation))
      guard spectra < 5e-4, pitch < 1e-3 else {
        throw .configuration(
          "\(name) was trained on other recordings of \(speaker.name), at another loudness, or with another share of them held "
            + "out")
      }
    }
  }

  private func refuse(_ differences: [String]) throws(TrainingError) {
    guard !differences.isEmpty else { return }
    throw .configuration("\(name) has \(differences.joined(separator: "; ")) as configured here")
  }
}
