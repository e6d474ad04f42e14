import Autograd
import Backbone
import Checkpoints
import Foundation

/// Low-rank adapters of a policy's network, apart from the weights that they were trained on: what makes a many-step
/// policy a one-step one, in a small file, and makes another fine-tune of the same network so, too (LCM-LoRA, Luo et al.
/// 2023b, section 3).
public struct PolicyAdapter: Sendable {
  /// The policy that was trained, `adaptation` included.
  public let description: PolicyDescription
  private let adapters: LowRankAdapters
  private let layout: ParameterLayout
  /// The adapters' values at their places of the whole layout; the network's are 0.
  private let buffer: ParameterBuffer

  /// Reads the averaged adapters of a checkpoint of training with loraRank, or of a file of `write`.
  public init(contentsOf url: URL) throws(PolicyError) {
    do {
      let file = try SafetensorsFile(url)
      let description = try file.metadata(PolicyDescription.self, forKey: TrainedPolicy.metadataKey)
      if let problem = description.problem { throw PolicyError.checkpoint("\(url.path): \(problem)") }
      guard let adaptation = description.adaptation else {
        throw PolicyError.checkpoint("\(url.path): there are no adapters in it; train with --set loraRank=8")
      }
      self.description = description
      var layout = ParameterLayout()
      _ = TemporalUNet(description.network, in: &layout)
      adapters = LowRankAdapters(adaptation, in: &layout)
      self.layout = layout
      buffer = ParameterBuffer(count: layout.count)
      for entry in Self.entries(layout, adapters) {
        var values = [Float](repeating: 0, count: entry.parameter.count)
        let (parameter, name) = (entry.parameter, "ema.\(entry.name)")
        try values.withUnsafeMutableBufferPointer { try file.read(name, shape: parameter.diskShape, into: $0) }
        guard values.allSatisfy(\.isFinite) else {
          throw PolicyError.checkpoint("\(url.path): \(name): some values are not finite")
        }
        values.withUnsafeBufferPointer { buffer.readDiskOrder(of: parameter, from: $0) }
      }
    } catch let error as PolicyError {
      throw error
    } catch {
      throw .checkpoint("\(error)")
    }
  }

  private static func entries(_ layout: ParameterLayout, _ adapters: LowRankAdapters) -> [ParameterLayout.Entry] {
    layout.entries.filter { adapters.parameters.contains($0.parameter.offset) }
  }

  /// Writes the adapters alone, in half precision.
  public func write(to url: URL) throws(PolicyError) {
    var writer = SafetensorsWriter()
    do {
      try writer.setMetadata(description, forKey: TrainedPolicy.metadataKey)
      for entry in Self.entries(layout, adapters) {
        var values = [Float](repeating: 0, count: entry.parameter.count)
        values.withUnsafeMutableBufferPointer { buffer.writeDiskOrder(of: entry.parameter, into: $0) }
        writer.add("ema.\(entry.name)", shape: entry.parameter.diskShape, values, as: .float16)
      }
      try writer.write(to: url)
    } catch {
      throw .checkpoint("\(error)")
    }
  }

  /// Another policy of the same network with these adapters merged in: sampled as the adapters were trained, with its own
  /// normalisers and columns.
  ///
  /// - Throws: `PolicyError.badSetting` for a network of other sizes or in another latent space.
  public func applied(to policy: TrainedPolicy) throws(PolicyError) -> TrainedPolicy {
    var description = policy.description
    var (own, other) = (self.description.network, description.network)
    own.dropout = 0
    other.dropout = 0
    guard own == other else {
      throw .badSetting("the adapters are for a network of \(own), the policy has one of \(other)")
    }
    guard self.description.latent == description.latent else {
      throw .badSetting("the adapters were trained for samples in another space than the policy's")
    }
    description.parameterisation = self.description.parameterisation
    description.objective = self.description.objective
    description.sampling = self.description.sampling
    let whole = ParameterBuffer(copying: buffer)
    whole.pointer.update(from: policy.weights.pointer, count: policy.weights.count)
    return try TrainedPolicy(description, weights: adapters.merged(whole), autoencoder: policy.autoencoder)
  }
}
