import Adapters
import Autograd
import Backbone
import Checkpoints
import Foundation

/// A policy's network with its weights and everything needed to use them.
public struct TrainedPolicy: Sendable {
  public let description: PolicyDescription
  public let network: TemporalUNet
  public let layout: ParameterLayout
  /// The averaged weights, which are what is sampled from.
  public let weights: ParameterBuffer
  /// Of a policy that lives in its latent space.
  public let autoencoder: TrainedAutoencoder?
  let packed: PackedWeights

  /// The key of the description in a checkpoint's metadata.
  public static let metadataKey = "policy"

  /// - Parameters:
  ///   - autoencoder: given if and only if the description has a latent space.
  ///   - storage: of the network's weights in use.
  public init(
    _ description: PolicyDescription, weights: ParameterBuffer, autoencoder: TrainedAutoencoder? = nil,
    storage: WeightStorage = .float32
  ) throws(PolicyError) {
    if let problem = description.problem { throw .checkpoint(problem) }
    precondition(
      description.latent?.autoencoder == autoencoder?.network.configuration,
      "an autoencoder is given if and only if the policy lives in its space")
    (layout, network) = description.plainLayout()
    precondition(weights.count == layout.count, "\(weights.count) weights for a network of \(layout.count)")
    self.description = description
    self.weights = weights
    self.autoencoder = autoencoder
    packed = PackedWeights([.online: weights], storage: storage)
  }

  /// How the network's weights are stored in use.
  public var storage: WeightStorage { packed.storage }

  /// Reads a checkpoint of training, or a bundled file: its averaged weights, adapters merged. A file whose weights are in
  /// bfloat16 is used so.
  public init(contentsOf url: URL) throws(PolicyError) {
    do {
      let file = try SafetensorsFile(url)
      let (description, weights, storage) = try PolicyDescription.read(from: file)
      let autoencoder = try description.latent.map {
        try TrainedAutoencoder($0.autoencoder, in: file, prefix: TrainedAutoencoder.prefix, path: url.path)
      }
      try self.init(description, weights: weights, autoencoder: autoencoder, storage: storage)
    } catch let error as PolicyError {
      throw error
    } catch {
      throw .checkpoint("\(error)")
    }
  }

  /// Writes description and averaged weights in 16 bits: what is shipped with a program.
  ///
  /// - Parameters:
  ///   - metadata: more strings for the file, such as where it comes from.
  ///   - precision: with bfloat16 the weights are also used in this form, which is faster where networks are large.
  public func writeBundle(
    to url: URL, metadata: [String: String] = [:], as precision: SafetensorsWriter.Precision = .float16
  ) throws(PolicyError) {
    var writer = SafetensorsWriter()
    writer.metadata = metadata
    do {
      try writer.setMetadata(description, forKey: Self.metadataKey)
      writer.add(layout, weights, prefix: "ema", as: precision)
      if let autoencoder {
        writer.add(autoencoder.layout, autoencoder.weights, prefix: TrainedAutoencoder.prefix, as: precision)
      }
      try writer.write(to: url)
    } catch {
      throw .checkpoint("\(error)")
    }
  }
}
