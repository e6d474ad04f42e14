import Autograd

/// Weights that belong to a trained network but are not trained with it: every checkpoint holds them beside its own, so that it
/// can be used alone.
public struct FrozenParameters: Sendable {
  /// What the names of their tensors begin with.
  public var prefix: String
  public var layout: ParameterLayout
  public var weights: ParameterBuffer

  /// - Precondition: the weights are laid out by the layout, and no tensors of a run have this prefix.
  public init(prefix: String, layout: ParameterLayout, weights: ParameterBuffer) {
    precondition(weights.count == layout.count, "\(weights.count) weights for a layout of \(layout.count)")
    self.prefix = prefix
    self.layout = layout
    self.weights = weights
  }
}
