import Autograd
import Backbone
import Checkpoints

/// Where a policy's samples live if they are not actions: among the latents of a temporal autoencoder, normalised.
public struct LatentSpace: Sendable, Codable, Equatable {
  /// The autoencoder's sizes; its weights are in the checkpoint under `autoencoder`.
  public var autoencoder: TemporalAutoencoder.Configuration
  /// Of the latents' channels: mean 0 and variance 1 over the training windows.
  public var normalizer: Normalizer
  /// Root mean square of what encoding and decoding change, in normalised actions: no policy in this space can be more exact.
  /// Of held-out windows, where there are some.
  public var reconstructionError: Double

  public init(
    autoencoder: TemporalAutoencoder.Configuration, normalizer: Normalizer, reconstructionError: Double
  ) {
    self.autoencoder = autoencoder
    self.normalizer = normalizer
    self.reconstructionError = reconstructionError
  }

  /// What contradicts itself, or nil.
  var problem: String? {
    if let problem = autoencoder.problem { return "the autoencoder's \(problem)" }
    if normalizer.dimensions != autoencoder.latentChannels {
      return "\(normalizer.dimensions) normalised latents of \(autoencoder.latentChannels)"
    }
    return nil
  }
}

/// Normalised latents back to normalised actions, for a fixed number of chunks at once. Belongs to one thread.
final class LatentDecoder {
  private let plan: Plan
  private let latents: UnsafeMutableBufferPointer<Float>
  private let actions: UnsafeBufferPointer<Float>

  /// - Parameters:
  ///   - length: of the latents in time.
  ///   - threads: that share a call; results do not depend on it.
  init(_ autoencoder: TrainedAutoencoder, _ space: LatentSpace, batch: Int, length: Int, threads: Int) {
    let graph = Graph()
    let channels = space.autoencoder.latentChannels
    let normalised = graph.input("latents", [batch, length, channels])
    let raw =
      normalised * graph.constant(space.normalizer.scale, [1, 1, channels])
      + graph.constant(space.normalizer.center, [1, 1, channels])
    plan = Plan(
      graph, outputs: ["actions": autoencoder.network.decode(raw)], weights: autoencoder.packed, threads: threads)
    latents = plan.input("latents")
    actions = plan.output("actions")
  }

  /// `[batch, length, latentChannels]` → `[batch, horizon, action]`, valid until the next call. Allocates nothing.
  func callAsFunction(_ values: UnsafeMutableBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    precondition(values.count == latents.count, "\(values.count) floats for a plan of \(latents.count)")
    latents.baseAddress!.update(from: values.baseAddress!, count: values.count)
    plan.run()
    return actions
  }
}
