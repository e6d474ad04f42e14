import Adapters
import Autograd
import Checkpoints
import Foundation

/// A voice's networks with their weights and everything needed to use them.
public struct TrainedVoice: Sendable {
  public let description: VoiceDescription
  public let model: AcousticModel
  /// The averaged weights, which are what is sampled from.
  public let weights: ParameterBuffer
  let packed: PackedWeights

  /// The key of the description in a checkpoint's metadata.
  public static let metadataKey = "voice"

  /// - Parameter storage: of the networks' weights in use.
  /// - Throws: `SpeechError.checkpoint` for a description that contradicts itself.
  public init(
    _ description: VoiceDescription, weights: ParameterBuffer, storage: WeightStorage = .float32
  ) throws(SpeechError) {
    if let problem = description.problem { throw .checkpoint(problem) }
    model = description.model
    precondition(weights.count == model.layout.count, "\(weights.count) weights for networks of \(model.layout.count)")
    self.description = description
    self.weights = weights
    packed = PackedWeights([.online: weights], storage: storage)
  }

  /// How the networks' weights are stored in use.
  public var storage: WeightStorage { packed.storage }

  /// Reads a checkpoint of training, or a bundled file: its averaged weights, adapters merged. A file whose weights are in
  /// bfloat16 is used so.
  public init(contentsOf url: URL) throws(SpeechError) {
    do {
      let file = try SafetensorsFile(url)
      let (description, weights, storage) = try VoiceDescription.read(from: file)
      try self.init(description, weights: weights, storage: storage)
    } catch let error as SpeechError {
      throw error
    } catch {
      throw .checkpoint("\(error)")
    }
  }

  /// Writes description and averaged weights in 16 bits: what is shipped with a program.
  ///
  /// - Parameters:
  ///   - metadata: more strings for the file, such as where it comes from.
  ///   - precision: with bfloat16 the weights are also used in this form.
  public func writeBundle(
    to url: URL, metadata: [String: String] = [:], as precision: SafetensorsWriter.Precision = .float16
  ) throws(SpeechError) {
    var writer = SafetensorsWriter()
    writer.metadata = metadata
    do {
      try writer.setMetadata(description, forKey: Self.metadataKey)
      writer.add(model.layout, weights, prefix: "ema", as: precision)
      try writer.write(to: url)
    } catch {
      throw .checkpoint("\(error)")
    }
  }
}
