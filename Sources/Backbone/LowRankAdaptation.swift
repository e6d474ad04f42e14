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

  /// Of the keys of a training's configuration; nil if loraRank is 0, which trains all weights.
  public init?(loraRank: Int, loraAlpha: Double) {
    if loraRank == 0 { return nil }
    self.init(rank: loraRank, alpha: loraAlpha)
  }

  /// What makes no adapter, or nil.
  public var problem: String? {
    if !(1...1024).contains(rank) { return "loraRank is \(rank); 1 to 1,024 are possible" }
    if !(alpha > 0 && alpha.isFinite) { return "loraAlpha is \(alpha); a positive number is needed" }
    return nil
  }
}

/// The adapters of a network: parameters of their own behind the network's, named `lora.WEIGHT.a` and `.b`.
///
/// A second embedding has none: the networks that the adapters are for may lack it, so that there is nothing to change.
/// It is trained as it is and belongs to what the adapters add, which is why it is the last of its network.
public struct LowRankAdapters: Sendable {
  /// What a graph needs of them.
  public let graphAdapters: GraphAdapters
  /// Where what they add lies: the network's second embedding, if it has one, and behind it A and B. All else is frozen.
  public let parameters: Range<Int>
  /// The end of the network's parameters, where A and B begin.
  private let networkEnd: Int

  /// Adds adapters for all linear and convolution weights of `network` but its second embedding's. A starts normal with
  /// variance 1/inputs, B at 0: nothing is changed at first.
  ///
  /// - Precondition: the adaptation has no `problem`, and the network's parameters are the last of `layout`.
  public init(_ adaptation: LowRankAdaptation, of network: TemporalUNet, in layout: inout ParameterLayout) {
    precondition(adaptation.problem == nil, adaptation.problem!)
    precondition(layout.count == network.parameters.upperBound, "adapters lie right behind their network")
    networkEnd = layout.count
    let frozen = network.parameters.lowerBound..<network.targetEmbeddingParameters.lowerBound
    var adapters: [Parameter: LowRankAdapter] = [:]
    for entry in layout.entries
    where entry.parameter.kind != .vector && frozen.contains(entry.parameter.offset) {
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
    graphAdapters = GraphAdapters(adapters, network: frozen)
    parameters = frozen.upperBound..<layout.count
  }

  /// The network's weights with the adapters' changes in them.
  ///
  /// - Parameter buffer: network and adapters, as laid out.
  /// - Returns: the layout's parameters up to the network's end.
  public func merged(_ buffer: ParameterBuffer) -> ParameterBuffer {
    let weights = ParameterBuffer(count: networkEnd)
    weights.pointer.update(from: buffer.pointer, count: weights.count)
    for (weight, adapter) in graphAdapters.adapters { adapter.merge(into: weight, of: weights, from: buffer) }
    return weights
  }
}
