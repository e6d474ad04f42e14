/// How a sentence is said, frame by frame, as far as refiner and decoder can be told apart from its mean spectrum. Measured in
/// training; in synthesis the encoder says what is to be expected (FastSpeech 2, Ren et al. 2021, section 2.3).
public enum Prosody: String, Sendable, Hashable, Codable, CaseIterable {
  /// The melody: see `FrameConditions`.
  case pitch
  /// How loud a frame is: the mean of its normalised log-mel over the bands.
  case energy

  /// Energies of some frames.
  ///
  /// - Parameter mel: normalised, `[frames, bands]`.
  static func energy(of mel: [Float], bands: Int) -> [Float] {
    stride(from: 0, to: mel.count, by: bands).map { mel[$0..<$0 + bands].reduce(0, +) / Float(bands) }
  }
}
