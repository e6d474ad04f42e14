import Autograd

/// LoRA (Hu et al. 2022) on every linear and convolution weight of a network: its settings and its parameters.
public struct LowRankAdaptation: Sendable, Hashable, Codable {
  /// r, 1 to 1024.
  public var rank: Int
  /// α: what A B is added with is α/r. Positive.
  public var alpha: Double

  public init(rank: Int, alpha: Double) {
    self.rank = rank
    self.alpha = alpha
  }

  /// What makes no adapter, or nil.
  public var problem: String? {
    if !(1...1024).contains(rank) { return "loraRank is \(rank); 1 to 1,024 are possible" }
    if !(alpha > 0 && alpha.isFinite) { return "loraAlpha is \(alpha); a positive number is needed" }
    return nil
  }
}

/// The adapters of a network: parameters of their own behind the network's, named `lora.WEIGHT.a` and `.b`.
public struct LowRankAdapters: Sendable {
  /// What a graph needs of them.
  public let graphAdapters: GraphAdapters
  /// Where the adapters' parameters lie.
  public let parameters: Range<Int>

  /// Adds adapters for all linear and convolution weights that `layout` has so far. A starts normal with variance 1/inputs,
  /// B at 0: nothing is changed at first.
  ///
  /// - Precondition: the adaptation has no `problem`.
  public init(_ adaptation: LowRankAdaptation, in layout: inout ParameterLayout) {
    precondition(adaptation.problem == nil, adaptation.problem!)
    let start = layout.count
    var adapters: [Parameter: LowRankAdapter] = [:]
    for entry in layout.entries where entry.parameter.kind != .vector {
      let (name, weight) = (entry.name, entry.parameter)
      let (taps, inputs, outputs) = (weight.shape[0], weight.shape[1], weight.shape[2])
      adapters[weight] = layout.scope("lora") { layout in
        LowRankAdapter(
          a: layout.add(
            "\(name).a", [taps, inputs, adaptation.rank], kind: weight.kind,
            .normal(standardDeviation: 1 / Float(taps * inputs).squareRoot())),
          b: layout.add("\(name).b", [1, adaptation.rank, outputs], kind: .linear, .zeros),
          scale: Float(adaptation.alpha / Double(adaptation.rank)))
      }
    }
    graphAdapters = GraphAdapters(adapters, network: 0..<start)
    parameters = start..<layout.count
  }

  /// The network's weights with the adapters' changes in them.
  ///
  /// - Parameter buffer: network and adapters, as laid out.
  /// - Returns: the network's parameters alone.
  public func merged(_ buffer: ParameterBuffer) -> ParameterBuffer {
    let weights = ParameterBuffer(count: parameters.lowerBound)
    weights.pointer.update(from: buffer.pointer, count: weights.count)
    for (weight, adapter) in graphAdapters.adapters { adapter.merge(into: weight, of: weights, from: buffer) }
    return weights
  }
}
