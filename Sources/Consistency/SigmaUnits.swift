/// In which units a preset gives its noise levels.
///
/// The papers' constants were published for data of standard deviation 0.5. All that matters is sigma / sigmaData, so
/// for other data every published sigma is multiplied by sigmaData / 0.5 (and lognormal means shifted by the log).
public enum SigmaUnits: String, Sendable, Hashable, Codable {
  /// As published; rescaled to the data.
  case published
  /// Chosen for the data at hand; used as they are.
  case data

  /// What a preset's sigmas are multiplied by, for data of standard deviation `sigmaData`, positive.
  public func factor(sigmaData: Double) -> Double {
    switch self {
    case .published: sigmaData / 0.5
    case .data: 1
    }
  }
}
