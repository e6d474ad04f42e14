import Autograd
import Backbone
import Checkpoints
import Foundation

/// A temporal autoencoder with its weights.
public struct TrainedAutoencoder: Sendable {
  public let network: TemporalAutoencoder
  public let layout: ParameterLayout
  public let weights: ParameterBuffer
  let packed: PackedWeights

  /// Where its weights are in the checkpoint of a policy.
  public static let prefix = "autoencoder"

  /// - Parameter storage: of the weights in use.
  /// - Precondition: the configuration has no problem, and the weights are laid out for it.
  public init(
    _ configuration: TemporalAutoencoder.Configuration, weights: ParameterBuffer, storage: WeightStorage = .float32
  ) {
    var layout = ParameterLayout()
    network = TemporalAutoencoder(configuration, in: &layout)
    precondition(weights.count == layout.count, "\(weights.count) weights for an autoencoder of \(layout.count)")
    self.layout = layout
    self.weights = weights
    packed = PackedWeights([.online: weights], storage: storage)
  }

  /// Reads the weights that a file has under `prefix`.
  ///
  /// - Throws: `CheckpointError` for missing tensors or those of other shapes, `PolicyError.checkpoint` for values that are
  ///   not finite.
  ///
  /// - Parameter path: of the file, for errors.
  init(_ configuration: TemporalAutoencoder.Configuration, in file: SafetensorsFile, prefix: String, path: String)
    throws
  {
    var layout = ParameterLayout()
    _ = TemporalAutoencoder(configuration, in: &layout)
    let weights = ParameterBuffer(count: layout.count)
    try file.read(layout, prefix: prefix, into: weights)
    guard weights.values.allSatisfy(\.isFinite) else {
      throw PolicyError.checkpoint("\(path): some weights of the autoencoder are not finite")
    }
    self.init(configuration, weights: weights, storage: file.weightStorage(of: layout, prefix: prefix))
  }

  /// Encodes chunks.
  ///
  /// - Parameters:
  ///   - horizon: actions of a chunk, a multiple of the network's `timeMultiple`.
  ///   - threads: at least 1; results do not depend on it.
  /// - Returns: the latents, `[chunks, horizon / timeMultiple, latentChannels]`, not normalised; and the mean square of what
  ///   decoding them changes.
  public func encode(_ chunks: ActionChunks, horizon: Int, threads: Int) -> (latents: [Float], meanSquareError: Double)
  {
    let c = network.configuration
    let batch = min(64, max(1, chunks.count))
    let graph = Graph()
    let input = graph.input("actions", [batch, horizon, c.channels])
    let encoded = network.encode(input)
    let errors = (network.decode(encoded) - input).squared().sumPerSample()
    let plan = Plan(
      graph, outputs: ["latents": encoded, "errors": errors], weights: packed, threads: threads)
    defer { withExtendedLifetime(plan) {} }
    let (actions, latents, error) = (plan.input("actions"), plan.output("latents"), plan.output("errors"))
    let (size, latentSize) = (horizon * c.channels, latents.count / batch)
    var result: [Float] = []
    result.reserveCapacity(chunks.count * latentSize)
    var sum = 0.0
    for start in stride(from: 0, to: chunks.count, by: batch) {
      let count = min(batch, chunks.count - start)
      for row in 0..<count {
        chunks.fill(start + row, UnsafeMutableBufferPointer(rebasing: actions[row * size..<(row + 1) * size]))
      }
      plan.run()
      result += latents[0..<count * latentSize]
      for row in 0..<count { sum += Double(error[row]) }
    }
    return (result, sum / Double(max(1, chunks.count * size)))
  }
}

/// What an autoencoder's own checkpoint says of it: JSON under `autoencoder`.
public struct AutoencoderDescription: Sendable, Codable, Equatable {
  /// Actions of the chunks that it was trained on.
  public var horizon: Int
  /// Columns of the data set that make up an action, in order.
  public var actionColumns: [String]
  public var actionNormalizer: Normalizer
  public var network: TemporalAutoencoder.Configuration

  /// The key of the description in a checkpoint's metadata.
  public static let metadataKey = "autoencoder"

  public init(
    horizon: Int, actionColumns: [String], actionNormalizer: Normalizer, network: TemporalAutoencoder.Configuration
  ) {
    self.horizon = horizon
    self.actionColumns = actionColumns
    self.actionNormalizer = actionNormalizer
    self.network = network
  }

  /// What contradicts itself, or nil.
  public var problem: String? {
    if let problem = network.problem { return problem }
    if horizon < 1 || horizon % network.timeMultiple != 0 {
      return
        "horizon is \(horizon); \(network.widths.count) levels of an autoencoder need a multiple of "
        + "\(network.timeMultiple)"
    }
    if network.channels != actionNormalizer.dimensions {
      return "an autoencoder of \(network.channels) channels for \(actionNormalizer.dimensions) numbers per action"
    }
    return nil
  }
}

/// A checkpoint of an autoencoder's training: its averaged weights.
public struct AutoencoderCheckpoint: Sendable {
  public let description: AutoencoderDescription
  public let autoencoder: TrainedAutoencoder

  public init(contentsOf url: URL) throws(PolicyError) {
    do {
      let file = try SafetensorsFile(url)
      guard file.metadata.keys.contains(AutoencoderDescription.metadataKey) else {
        throw PolicyError.checkpoint(
          "\(url.path): there is no autoencoder in it; train one with \"saltus train autoencoder\"")
      }
      description = try file.metadata(AutoencoderDescription.self, forKey: AutoencoderDescription.metadataKey)
      if let problem = description.problem { throw PolicyError.checkpoint("\(url.path): \(problem)") }
      autoencoder = try TrainedAutoencoder(description.network, in: file, prefix: "ema", path: url.path)
    } catch let error as PolicyError {
      throw error
    } catch {
      throw .checkpoint("\(error)")
    }
  }
}
