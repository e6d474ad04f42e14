import PolicyHead
import Training

/// An autoencoder in whose latent space a policy is to be trained; it must fit that policy.
struct GivenAutoencoder {
  let description: AutoencoderDescription

  init(_ description: AutoencoderDescription) { self.description = description }

  /// Refuses chunks of another length or of other columns, naming both sides, and a second space beside a given policy's.
  func check(
    _ configuration: PolicyTrainingConfiguration, actionSize: Int, hasPolicy: Bool
  ) throws(TrainingError) {
    guard !hasPolicy else {
      throw .configuration(
        "an autoencoder besides a start or a teacher, whose own space it must be trained in: leave the autoencoder out")
    }
    let columns = configuration.action.map(\.description)
    guard description.actionColumns == columns && description.network.channels == actionSize else {
      throw .configuration(
        "the autoencoder is of action = \(description.actionColumns.joined(separator: ",")), not "
          + "\(columns.joined(separator: ",")) as configured here: set the same columns")
    }
    guard description.horizon == configuration.horizon else {
      throw .configuration(
        "the autoencoder has horizon = \(description.horizon), not \(configuration.horizon) as configured here: set the "
          + "same length")
    }
    let length = configuration.horizon / description.network.timeMultiple
    let multiple = 1 << (configuration.widths.count - 1)
    guard length % multiple == 0 else {
      throw .configuration(
        "the autoencoder's latents are \(length) steps long; \(configuration.widths.count) levels of widths need a "
          + "multiple of \(multiple)")
    }
  }
}
