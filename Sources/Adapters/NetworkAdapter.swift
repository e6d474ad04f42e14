import Autograd
import Backbone
import Checkpoints
import Foundation

/// Low-rank adapters of a model's network, apart from the weights that they were trained on: what makes a many-step model
/// a one-step one, in a small file, and makes another fine-tune of the same network so, too (LCM-LoRA, Luo et al. 2023b,
/// section 3).
///
/// A method whose network embeds a second number (where a jump ends, a guidance weight) brings that embedding along: the
/// weights that it is merged with need not have one, and lose one that they have.
public struct NetworkAdapter<Model: AdaptedModel>: Sendable {
  /// The model that was trained, `adaptation` included.
  public let description: Model
  private let adapters: LowRankAdapters
  /// Of the adapters and the second embedding.
  private let entries: [ParameterLayout.Entry]
  /// Their values at their places of the whole layout; the other ones are 0.
  private let buffer: ParameterBuffer

  /// Reads the averaged adapters of a checkpoint of training with loraRank, or of a file of `write`.
  ///
  /// - Throws: `CheckpointError` for a file without adapters of such a model, or with values that are not finite.
  public init(contentsOf url: URL) throws(CheckpointError) {
    let file = try SafetensorsFile(url)
    description = try Model.description(in: file)
    let (layout, adapters) = description.adaptedLayout()
    guard let adapters else {
      throw CheckpointError(
        .missing, path: url.path,
        "there are no adapters in it; give a checkpoint of training with loraRank=8, or another rank")
    }
    self.adapters = adapters
    entries = layout.entries.filter { adapters.parameters.contains($0.parameter.offset) }
    buffer = ParameterBuffer(count: layout.count)
    for entry in entries {
      let name = "ema.\(entry.name)"
      let values = try file.floats(name, shape: entry.parameter.diskShape)
      guard values.allSatisfy(\.isFinite) else {
        throw CheckpointError(.mismatched, path: url.path, place: "tensor \"\(name)\"", "some values are not finite")
      }
      values.withUnsafeBufferPointer { buffer.readDiskOrder(of: entry.parameter, from: $0) }
    }
  }

  /// Writes the adapters alone, and the second embedding that belongs to them, in half precision.
  ///
  /// - Throws: `CheckpointError` where the file cannot be written.
  public func write(to url: URL) throws(CheckpointError) {
    var writer = SafetensorsWriter()
    try writer.setMetadata(description, forKey: Model.metadataKey)
    for entry in entries {
      var values = [Float](repeating: 0, count: entry.parameter.count)
      values.withUnsafeMutableBufferPointer { buffer.writeDiskOrder(of: entry.parameter, into: $0) }
      writer.add("ema.\(entry.name)", shape: entry.parameter.diskShape, values, as: .float16)
    }
    try writer.write(to: url)
  }

  /// Another model of the same network with these adapters merged in: sampled as the adapters were trained, else as it was.
  ///
  /// - Parameter weights: of `other`, without adapters.
  /// - Throws: `AdapterMismatch` for a network of other sizes, or one that means something else by the same numbers.
  public func applied(
    to other: Model, weights: ParameterBuffer
  ) throws(AdapterMismatch) -> (description: Model, weights: ParameterBuffer) {
    var (mine, its) = (description.adaptedNetwork, other.adaptedNetwork)
    (mine.dropout, its.dropout) = (0, 0)
    if mine.targetEmbedding { its.targetEmbedding = true }
    guard mine == its else {
      throw AdapterMismatch(
        "the adapters are for a network of \(description.adaptedNetwork), this one is of \(other.adaptedNetwork)")
    }
    let (own, given) = (description.parameterisation, other.parameterisation)
    guard own.preconditioning.frame == given.preconditioning.frame && own.noiseScale == given.noiseScale else {
      throw AdapterMismatch(
        "the adapters are for a network in the \(own.preconditioning.frame) frame with noiseScale=\(own.noiseScale), this one "
          + "is in the \(given.preconditioning.frame) frame with noiseScale=\(given.noiseScale)")
    }
    if let difference = description.difference(from: other) { throw AdapterMismatch(difference) }
    let whole = ParameterBuffer(copying: buffer)
    whole.pointer.update(from: weights.pointer, count: adapters.parameters.lowerBound)
    var result = other
    result.adaptedNetwork.targetEmbedding = mine.targetEmbedding
    result.takeTraining(of: description)
    return (result, adapters.merged(whole))
  }
}

/// Why adapters cannot be merged into a model.
public struct AdapterMismatch: Error, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
