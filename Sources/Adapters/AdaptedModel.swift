import Autograd
import Backbone
import Checkpoints
import Consistency

/// The description of a model, a policy or a voice, one network of which low-rank adapters can be trained for: stored as
/// JSON in its checkpoint under `metadataKey`.
public protocol AdaptedModel: Sendable, Codable {
  /// The key in a file's metadata.
  static var metadataKey: String { get }
  /// The sizes of the network that adapters are for.
  var adaptedNetwork: TemporalUNet.Configuration { get set }
  /// How sigma enters that network.
  var parameterisation: Parameterisation { get set }
  /// What that network embeds beside it.
  var secondEmbedding: SecondEmbedding? { get }
  /// Set while only adapters are trained; nil for a model that is used.
  var adaptation: LowRankAdaptation? { get set }
  /// What contradicts itself, or nil.
  var problem: String? { get }
  /// All parameters without adapters, and the network that these are for, whose parameters are the last.
  func plainLayout() -> (layout: ParameterLayout, network: TemporalUNet)
  /// Takes over what says how another one's network was trained and is sampled.
  mutating func takeTraining(of other: Self)
  /// Why adapters that were trained for this model are none for another, sizes and parameterisation aside; or nil.
  func difference(from other: Self) -> String?
}

extension AdaptedModel {
  /// All parameters, adapters included where those are trained.
  public func adaptedLayout() -> (layout: ParameterLayout, adapters: LowRankAdapters?) {
    let plain = plainLayout()
    var layout = plain.layout
    let adapters = adaptation.map { LowRankAdapters($0, of: plain.network, in: &layout) }
    return (layout, adapters)
  }

  /// Where this model's training starts: another one's values where that has them, and the initialisers' for the rest. A second
  /// embedding is taken over if it embeds the same.
  ///
  /// - Parameters:
  ///   - layout: what `adaptedLayout` gives, with more behind it or without.
  ///   - weights: of `other`, without adapters.
  public func start(
    _ layout: ParameterLayout, seed: UInt64, from other: Self, weights: ParameterBuffer
  ) -> ParameterBuffer {
    var known = other
    // It is the network's last, so that all else lies where it was.
    if other.secondEmbedding != secondEmbedding { known.adaptedNetwork.targetEmbedding = false }
    return layout.initialize(seed: seed, adopting: weights, of: known.plainLayout().layout)
  }

  /// What a state of training is when it is used: adapters are merged, and what the loss learned for itself is left out.
  ///
  /// - Parameter buffer: laid out by `adaptedLayout`, with more behind it or without.
  public func merged(_ buffer: ParameterBuffer) -> (description: Self, weights: ParameterBuffer) {
    let (layout, adapters) = adaptedLayout()
    guard let adapters else {
      let weights = ParameterBuffer(count: layout.count)
      weights.pointer.update(from: buffer.pointer, count: layout.count)
      return (self, weights)
    }
    var description = self
    description.adaptation = nil
    return (description, adapters.merged(buffer))
  }

  /// Reads a checkpoint of training, or a bundled file: its averaged weights, adapters merged.
  ///
  /// - Returns: also how the weights are to be stored in use: in bfloat16 if the file has them so.
  /// - Throws: `CheckpointError` for a description that contradicts itself, or weights that are missing or not finite.
  public static func read(
    from file: SafetensorsFile
  ) throws(CheckpointError) -> (description: Self, weights: ParameterBuffer, storage: WeightStorage) {
    let stored = try description(in: file)
    let layout = stored.adaptedLayout().layout
    let buffer = ParameterBuffer(count: layout.count)
    try file.read(layout, prefix: "ema", into: buffer)
    let (description, weights) = stored.merged(buffer)
    guard weights.values.allSatisfy(\.isFinite) else {
      throw CheckpointError(.mismatched, path: file.path, "some weights are not finite")
    }
    let storage = stored.adaptation == nil ? file.weightStorage(of: layout, prefix: "ema") : .float32
    return (description, weights, storage)
  }

  static func description(in file: SafetensorsFile) throws(CheckpointError) -> Self {
    let description = try file.metadata(Self.self, forKey: metadataKey)
    if let problem = description.problem { throw CheckpointError(.mismatched, path: file.path, problem) }
    return description
  }
}
