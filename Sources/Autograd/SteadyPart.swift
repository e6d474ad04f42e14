// What of a plan depends on nothing but inputs that stay the same from run to run, as a sampler's noise levels do: it runs
// first, and need not run again while they stay.

import CKernels

/// Linear layers of one row whose input is a steady value and another one behind it. A layer's sum begins with the steady
/// channels, so what it has come to there is a bias for the rest; and the rests are one product with the weights side by
/// side.
struct SplitLinears {
  struct Layer {
    /// What the layer's step stores, and the bias in it.
    let node: Int
    let bias: Int
    let parameter: Parameter
    let bank: Bank

    var columns: Int { parameter.shape[2] }
    var fillsPanels: Bool { columns % Int(CK_PANEL) == 0 }
  }

  /// The two values that `input`, their concatenation, consists of.
  let steady: Int
  let other: Int
  let input: Int
  var layers: [Layer]

  var columns: Int { layers.reduce(0) { $0 + $1.columns } }
}

/// Which steps run first, which layers are split, and which steady values the other steps read.
struct SteadyPart {
  /// Nodes that are steady, inputs included.
  private(set) var nodes = Set<Int>()
  private(set) var splits: [SplitLinears] = []

  /// Changes `steps`: steady ones come first, and concatenations that only split layers read are gone.
  ///
  /// - Parameters:
  ///   - inputs: names of the steady ones.
  ///   - kept: nodes that are read after a run.
  init(of steps: inout [Step], in graph: Graph, inputs: Set<String>, kept: Set<Int>) {
    guard !inputs.isEmpty else { return }
    for (id, node) in graph.nodes.enumerated() {
      if case .input(let name) = node.operation, inputs.contains(name) { nodes.insert(id) }
    }
    func isLeaf(_ id: Int) -> Bool {
      switch graph.nodes[id].operation {
      case .parameter, .constant: true
      default: false
      }
    }
    for step in steps where step.reads.contains(where: nodes.contains) {
      if step.reads.allSatisfy({ nodes.contains($0) || isLeaf($0) }) { nodes.insert(step.node) }
    }
    splits = Self.splits(of: steps, in: graph, steady: nodes)
    let inputs = Dictionary(uniqueKeysWithValues: splits.map { ($0.input, $0) })
    for index in steps.indices {
      guard let split = steps[index].reads.lazy.compactMap({ inputs[$0] }).first,
        split.layers.contains(where: { $0.node == steps[index].node })
      else { continue }
      steps[index].reads = steps[index].reads.flatMap { $0 == split.input ? [split.steady, split.other] : [$0] }
    }
    let read = kept.union(steps.flatMap(\.reads))
    steps.removeAll { inputs[$0.node] != nil && !read.contains($0.node) }
    let steady = nodes
    steps = steps.filter { steady.contains($0.node) } + steps.filter { !steady.contains($0.node) }
  }

  private static func splits(of steps: [Step], in graph: Graph, steady: Set<Int>) -> [SplitLinears] {
    var splits: [SplitLinears] = []
    for step in steps {
      guard case .convolution(let id, let bias) = step.work, !steady.contains(step.node),
        case .convolution(let x, let w, Window()) = graph.nodes[id].operation, graph.nodes[x].shape[0...1] == [1, 1],
        case .parameter(let parameter, let bank) = graph.nodes[w].operation, parameter.shape[0] == 1,
        case .concatenate(let first, let second) = graph.nodes[x].operation,
        steady.contains(first), !steady.contains(second)
      else { continue }
      let layer = SplitLinears.Layer(node: step.node, bias: bias, parameter: parameter, bank: bank)
      // Weights can stand side by side if they fill their panels.
      if let index = splits.firstIndex(where: { $0.input == x && $0.layers.allSatisfy(\.fillsPanels) }) {
        splits[index].layers.append(layer)
      } else if !splits.contains(where: { $0.input == x }) {
        splits.append(SplitLinears(steady: first, other: second, input: x, layers: [layer]))
      }
    }
    return splits
  }

  /// Steady values, inputs aside, that other steps read or that are kept.
  func values(readBy steps: [Step], kept: Set<Int>, in graph: Graph) -> [Int] {
    let split = Set(splits.flatMap { $0.layers.map(\.node) })
    var read = kept
    for step in steps where !nodes.contains(step.node) {
      // A split layer reads what its steady part left.
      let inputs = split.contains(step.node) ? Set(splits.map(\.steady)) : []
      read.formUnion(step.reads.filter { !inputs.contains($0) })
    }
    return steps.map(\.node).filter { nodes.contains($0) && read.contains($0) }
  }
}
