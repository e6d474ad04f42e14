import Adapters
import Autograd
import Backbone
import Consistency

extension PolicyDescription: AdaptedModel {
  public static var metadataKey: String { TrainedPolicy.metadataKey }

  public var adaptedNetwork: TemporalUNet.Configuration {
    get { network }
    set { network = newValue }
  }

  public var secondEmbedding: SecondEmbedding? { objective.method.objective.secondEmbedding }

  public func plainLayout() -> (layout: ParameterLayout, network: TemporalUNet) {
    var layout = ParameterLayout()
    let network = TemporalUNet(network, in: &layout)
    return (layout, network)
  }

  public mutating func takeTraining(of other: PolicyDescription) {
    parameterisation = other.parameterisation
    objective = other.objective
    sampling = other.sampling
  }

  public func difference(from other: PolicyDescription) -> String? {
    latent == other.latent ? nil : "the adapters were trained for samples in another space than the policy's"
  }
}

/// Low-rank adapters of a policy's network.
public typealias PolicyAdapter = NetworkAdapter<PolicyDescription>

extension NetworkAdapter<PolicyDescription> {
  /// Another policy of the same network with these adapters merged in: sampled as the adapters were trained, with its own
  /// normalisers and columns.
  ///
  /// - Throws: `PolicyError.badSetting` for a network of other sizes or in another latent space.
  public func applied(to policy: TrainedPolicy) throws(PolicyError) -> TrainedPolicy {
    let merged: (description: PolicyDescription, weights: ParameterBuffer)
    do {
      merged = try applied(to: policy.description, weights: policy.weights)
    } catch {
      throw .badSetting("\(error)")
    }
    return try TrainedPolicy(merged.description, weights: merged.weights, autoencoder: policy.autoencoder)
  }
}
