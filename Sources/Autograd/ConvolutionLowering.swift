import CKernels

// How convolutions and their adjoints become calls of one kernel: y[out0 + i·outStep] = Σ_j x[i·inStep + in0 + j] W_j.

/// The kernel's geometry of a convolution (or of the kernel gradient that belongs to it).
func convolutionShape(x: [Int], weight: [Int], y: [Int], _ window: Window) -> ck_conv_shape {
  ck_conv_shape(
    batch: x[0], in_time: x[1], in_channels: x[2], taps: weight[0], in_step: window.stride, in0: -window.padding,
    rows: y[1], out_time: y[1], out_channels: y[2], out_step: 1, out0: 0, interleaved: 0)
}

/// The kernel's geometry of a linear layer of one row.
func linearShape(_ inputs: Int, _ outputs: Int) -> ck_conv_shape {
  convolutionShape(x: [1, 1, inputs], weight: [1, inputs, outputs], y: [1, 1, outputs], Window())
}

/// One output phase of a transposed convolution with stride s: the outputs t ≡ first − padding (mod s) see the taps
/// first, first + s, … of the kernel, so that each phase is an ordinary convolution with fewer taps.
struct AdjointPhase {
  let geometry: ck_conv_shape
  let taps: Int
  /// The kernel's tap that meets the phase's earliest input, and the (negative) step to the next.
  let firstTap: Int
  let step: Int

  static func phases(x: [Int], weight: [Int], y: [Int], _ window: Window) -> [AdjointPhase] {
    let s = window.stride
    return (0..<s).compactMap { first in
      // t = start + s·q, and input q + base − m meets tap first + m·s.
      let start = ((first - window.padding) % s + s) % s
      let base = (start + window.padding - first) / s
      let taps = first < weight[0] ? (weight[0] - first + s - 1) / s : 0
      let rows = start < y[1] ? (y[1] - start + s - 1) / s : 0
      guard rows > 0 else { return nil }
      let geometry = ck_conv_shape(
        batch: x[0], in_time: x[1], in_channels: x[2], taps: taps, in_step: 1, in0: base - (taps - 1), rows: rows,
        out_time: y[1], out_channels: y[2], out_step: s, out0: start, interleaved: 0)
      return AdjointPhase(geometry: geometry, taps: taps, firstTap: first + (taps - 1) * s, step: -s)
    }
  }
}

extension Lowering {
  func convolution(_ id: Int, into node: Int, bias: Int?) -> (String, [Instruction], Int) {
    let nodes = graph.nodes
    let y = places[node]!
    let bias = bias.map(source)
    switch nodes[id].operation {
    case .convolution(let x, let w, let window):
      let weight = nodes[w].shape
      var geometry = convolutionShape(x: nodes[x].shape, weight: weight, y: nodes[id].shape, window)
      let (pack, packed, free) = packed(w, for: &geometry, first: 0, step: 1, transposed: false)
      let call = Instruction.convolution(
        memory.keep(geometry), x: source(x), packed: packed, bias: bias, y: y, scratch: free)
      let flops = 2 * nodes[id].shape[0] * nodes[id].shape[1] * weight.reduce(1, *)
      return ("convolution \(weight)", pack + [call], flops)
    case .transposedConvolution(let x, let w, let window):
      let weight = nodes[w].shape
      var instructions: [Instruction] = []
      let phases = AdjointPhase.phases(x: nodes[x].shape, weight: weight, y: nodes[id].shape, window)
      if phases.contains(where: { $0.taps == 0 }) {
        precondition(bias == nil, "a transposed convolution with fewer taps than its stride has no fused bias")
        instructions.append(.zero(nodes[id].shape.reduce(1, *), y))
      }
      for phase in phases where phase.taps > 0 {
        var geometry = phase.geometry
        let (pack, packed, free) = packed(w, for: &geometry, first: phase.firstTap, step: phase.step, transposed: true)
        instructions += pack
        instructions.append(
          .convolution(memory.keep(geometry), x: source(x), packed: packed, bias: bias, y: y, scratch: free))
      }
      let flops = 2 * nodes[x].shape[0] * nodes[x].shape[1] * weight.reduce(1, *)
      return ("transposed convolution \(weight)", instructions, flops)
    default: preconditionFailure("\(nodes[id].operation) is no convolution")
    }
  }

  /// A packed weight: shared and refreshed from outside if it is a parameter, else packed into scratch on every run. Says in
  /// `geometry` how its taps lie.
  private func packed(
    _ w: Int, for geometry: inout ck_conv_shape, first: Int, step: Int, transposed: Bool
  ) -> ([Instruction], PackedSource, free: Target) {
    let taps = geometry.taps, interleaved = ck_interleaves(&geometry) != 0
    geometry.interleaved = interleaved ? 1 : 0
    if case .parameter(let parameter, let bank) = graph.nodes[w].operation {
      let form = PackedWeights.Form(
        bank: bank, parameter: parameter, transposed: transposed, taps: taps, firstTap: first, step: step,
        interleaved: interleaved)
      return ([], weights.source(for: [form], isSteady: isSteady), scratch)
    }
    let shape = graph.nodes[w].shape
    let pack = Instruction.packTaps(
      taps: taps, first: first, step: step, rows: shape[1], columns: shape[2], transposed: transposed,
      interleaved: interleaved, w: source(w), packed: scratch)
    let free = scratch + Self.packedCount(shape, taps: taps, transposed: transposed)
    return ([pack], .float32(UnsafePointer(scratch)), free)
  }

  /// What a split layer's sum is when it has passed its steady channels.
  func steadySum(of layer: SplitLinears.Layer, in split: SplitLinears, into y: Target) -> Instruction {
    let channels = 0..<graph.nodes[split.steady].shape[2]
    let form = PackedWeights.Form(bank: layer.bank, parameter: layer.parameter, channels: channels)
    return .convolution(
      memory.keep(linearShape(channels.count, layer.columns)), x: source(split.steady),
      packed: weights.source(for: [form], isSteady: true), bias: source(layer.bias), y: y, scratch: scratch)
  }

  /// The rest of all layers at once, from these sums on.
  func rest(of split: SplitLinears, after sums: Target, into y: Target) -> Instruction {
    let first = graph.nodes[split.steady].shape[2], count = graph.nodes[split.other].shape[2]
    let forms = split.layers.map {
      PackedWeights.Form(bank: $0.bank, parameter: $0.parameter, channels: first..<first + count)
    }
    return .convolution(
      memory.keep(linearShape(count, split.columns)), x: source(split.other),
      packed: weights.source(for: forms, isSteady: false), bias: UnsafePointer(sums), y: y, scratch: scratch)
  }

  private static func packedCount(_ shape: [Int], taps: Int, transposed: Bool) -> Int {
    let (rows, columns) = transposed ? (shape[2], shape[1]) : (shape[1], shape[2])
    return (ck_packed_count(taps * rows, columns) + 15) / 16 * 16
  }

  /// Scratch floats that a step needs while it runs.
  static func scratchCount(of step: Step, in graph: Graph) -> Int {
    var id = step.node
    if case .convolution(let convolution, _) = step.work { id = convolution }
    let nodes = graph.nodes
    func packing(_ w: Int, _ taps: Int, _ transposed: Bool) -> Int {
      if case .parameter = nodes[w].operation { return 0 }
      return packedCount(nodes[w].shape, taps: taps, transposed: transposed)
    }
    func kernel(_ geometry: ck_conv_shape) -> Int { withUnsafePointer(to: geometry) { ck_conv_scratch($0) } }
    switch nodes[id].operation {
    case .convolution(let x, let w, let window):
      let geometry = convolutionShape(x: nodes[x].shape, weight: nodes[w].shape, y: nodes[id].shape, window)
      return packing(w, nodes[w].shape[0], false) + kernel(geometry)
    case .transposedConvolution(let x, let w, let window):
      let phases = AdjointPhase.phases(x: nodes[x].shape, weight: nodes[w].shape, y: nodes[id].shape, window)
      return phases.filter { $0.taps > 0 }.map { packing(w, $0.taps, true) + kernel($0.geometry) }.max() ?? 0
    case .kernelGradient(let x, let d, let window):
      let geometry = convolutionShape(x: nodes[x].shape, weight: nodes[id].shape, y: nodes[d].shape, window)
      return geometry.isWide ? geometry.wideScratch : kernel(geometry)
    default: return 0
    }
  }
}
