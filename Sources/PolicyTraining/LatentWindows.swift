import Backbone
import Checkpoints
import Datasets
import PolicyHead

/// Windows whose actions are replaced by their normalised latents, encoded once: the autoencoder is frozen.
struct LatentWindows {
  let space: LatentSpace
  let training: PolicyExamples
  let heldOut: PolicyExamples
  /// Of all normalised latents of the training windows: sigma_data.
  let standardDeviation: Double

  /// - Parameters:
  ///   - known: the space of a policy that training starts from or follows, whose scale is kept; nil: it is fitted.
  ///   - threads: at least 1; results do not depend on it.
  init(
    _ windows: (training: Windows, heldOut: Windows?), _ autoencoder: TrainedAutoencoder, known: LatentSpace?,
    threads: Int
  ) {
    let (horizon, channels) = (windows.training.shape.horizon, autoencoder.network.configuration.latentChannels)
    func encode(_ windows: Windows?) -> (latents: [Float], meanSquareError: Double) {
      autoencoder.encode(ActionChunks(windows), horizon: horizon, threads: threads)
    }
    let (encoded, heldOutEncoded) = (encode(windows.training), encode(windows.heldOut))
    let normalizer =
      known?.normalizer ?? Normalizer(fitting: encoded.latents, dimensions: channels, mode: .gaussian)
    let error = windows.heldOut == nil ? encoded.meanSquareError : heldOutEncoded.meanSquareError
    space =
      known
      ?? LatentSpace(
        autoencoder: autoencoder.network.configuration, normalizer: normalizer,
        reconstructionError: error.squareRoot())
    let latents = normalizer.normalized(encoded.latents)
    training = Self.examples(windows.training, latents)
    heldOut = Self.examples(windows.heldOut, normalizer.normalized(heldOutEncoded.latents))
    let count = Double(latents.count)
    let mean = latents.reduce(0) { $0 + Double($1) } / count
    standardDeviation = (latents.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
  }

  private static func examples(_ windows: Windows?, _ latents: [Float]) -> PolicyExamples {
    guard let windows else { return PolicyExamples(count: 0) { _, _, _ in } }
    let size = latents.count / windows.count
    return PolicyExamples(count: windows.count) { index, observations, sample in
      windows.fill(index, observations: observations)
      _ = sample.update(fromContentsOf: latents[index * size..<(index + 1) * size])
    }
  }
}
