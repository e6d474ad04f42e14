import CKernels

/// Compiles a graph into instructions: fusion, liveness, addresses, kernel arguments.
struct PlanCompiler {
  struct Program {
    var instructions: [Instruction] = []
    var names: [String] = []
    var inputs: [String: UnsafeMutableBufferPointer<Float>] = [:]
    var outputs: [String: UnsafeBufferPointer<Float>] = [:]
    let memory: PlanMemory
    /// Instructions before the pause.
    var pause = 0
    /// Instructions that compute steady values, and where these lie: they come first.
    var steadyInstructions = 0
    var steadyValues = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)
    /// For each gradient, in the order given: instructions after which it is complete.
    var gradientEnds: [Int] = []
    /// Floats of scratch for each thread.
    var scratchStride = 0
    var statistics = Plan.Statistics(
      operations: 0, arenaBytes: 0, unsharedBytes: 0, packedBytes: 0, flops: 0, usefulFlops: 0)
  }

  private let graph: Graph
  private let weights: PackedWeights
  private var steps: [Step] = []
  /// Slices that are read in place: node → (what it looks into, first channel).
  private var views: [Int: (source: Int, start: Int)] = [:]

  init(_ graph: Graph, weights: PackedWeights) {
    self.graph = graph
    self.weights = weights
  }

  mutating func compile(
    outputs: [String: Int], gradients: [(Parameter, Int)], gradientBuffer: ParameterBuffer?,
    pausingAfter: Set<Int>, steady: Set<String>, threads: Int
  ) -> Program {
    precondition(
      steady.isEmpty || (gradients.isEmpty && pausingAfter.isEmpty), "steady inputs of a plan with gradients or a pause"
    )
    let kept = Set(outputs.values).union(gradients.map(\.1)).union(pausingAfter)
    steps = Fusion.steps(of: graph, outputs: kept)
    lookThroughSlices(kept)
    resolveAliases(kept)
    let part = SteadyPart(of: &steps, in: graph, inputs: steady, kept: kept)

    var program = Program(memory: PlanMemory())
    var places: [Int: Target] = [:]
    var copies: [(gradient: Int, from: Int, to: Target, count: Int)] = []
    /// Node → the gradient that its step writes.
    var written: [Int: Int] = [:]
    program.gradientEnds = gradients.map { _ in 0 }
    placeLeaves(&program, &places, kept)
    for (index, (parameter, id)) in gradients.enumerated() {
      let target = gradientBuffer!.pointer + parameter.offset
      let isStep = steps.contains { $0.node == id }
      if isStep && places[id] == nil {
        places[id] = target
        written[id] = index
      } else {
        copies.append((index, id, target, parameter.count))
      }
    }
    let sums = placeSteadyValues(of: part, kept, &program, &places)
    let arena = planArena(external: Set(places.keys), kept: kept, overtaking: threads > 1 ? 2 : 0)
    let base = program.memory.allocate(arena.count)
    for (id, offset) in arena.offsets { places[id] = base + offset }

    var scratchCount = 0
    for step in steps { scratchCount = max(scratchCount, scratch(of: step)) }
    for split in part.splits {
      let geometry = linearShape(graph.nodes[split.input].shape[2], split.columns)
      scratchCount = max(scratchCount, withUnsafePointer(to: geometry) { ck_conv_scratch($0) })
    }
    scratchCount = (scratchCount + 15) / 16 * 16
    program.scratchStride = scratchCount
    var lowering = Lowering(
      graph: graph, weights: weights, memory: program.memory, places: places, views: views,
      scratch: program.memory.allocate(scratchCount * threads))
    let pausing = Set(pausingAfter.map { views[$0]?.source ?? $0 })
    let steadySteps = steps.prefix { part.nodes.contains($0.node) }.count
    let split = Set(part.splits.flatMap { $0.layers.map(\.node) })
    for (index, step) in steps.enumerated() {
      lowering.isSteady = index < steadySteps
      if index == steadySteps { addSums(of: part, sums, lowering, &program) }
      if split.contains(step.node) {
        addRest(after: step, part, sums, lowering, &program)
        continue
      }
      let lowered = lowering.lower(step)
      program.instructions += lowered.instructions
      if pausing.contains(step.node) { program.pause = program.instructions.count }
      if let gradient = written[step.node] { program.gradientEnds[gradient] = program.instructions.count }
      program.names += lowered.instructions.map { _ in "\(lowered.name) → \(graph.nodes[step.node].shape)" }
      guard index >= steadySteps else { continue }
      program.statistics.flops += lowered.flops
      program.statistics.usefulFlops += lowered.instructions.reduce(0) { $0 + $1.usefulFlops }
    }
    for copy in copies {
      program.instructions.append(.copyRows(1, copy.count, lowering.source(copy.from), copy.count, copy.to, copy.count))
      program.names.append("copy → [\(copy.count)]")
      program.gradientEnds[copy.gradient] = program.instructions.count
    }
    for (name, id) in outputs {
      program.outputs[name] = UnsafeBufferPointer(start: lowering.source(id), count: count(id))
    }
    program.statistics.operations = program.instructions.count
    program.statistics.arenaBytes =
      4 * (arena.count + scratchCount * threads + program.inputs.values.reduce(0) { $0 + $1.count })
    program.statistics.unsharedBytes = 4 * (steps.reduce(0) { $0 + count($1.node) } + scratchCount)
    program.statistics.packedBytes = weights.byteCount
    return program
  }

  private func count(_ id: Int) -> Int { graph.nodes[id].shape.reduce(1, *) }

  /// Gives a place of their own to steady values that others read, and to what split layers store.
  ///
  /// - Returns: for every split, where the sums of its layers lie.
  private func placeSteadyValues(
    of part: SteadyPart, _ kept: Set<Int>, _ program: inout Program, _ places: inout [Int: Target]
  ) -> [Target] {
    let values = part.values(readBy: steps, kept: kept, in: graph)
    let total = part.splits.reduce(0) { $0 + $1.columns } + values.reduce(0) { $0 + count($1) }
    guard total > 0 else { return [] }
    var next = program.memory.allocate(total)
    program.steadyValues = UnsafeMutableBufferPointer(start: next, count: total)
    let sums = part.splits.map { split in
      defer { next += split.columns }
      return next
    }
    for split in part.splits {
      var y = program.memory.allocate(split.columns)
      for layer in split.layers {
        places[layer.node] = y
        y += layer.columns
      }
    }
    for id in values {
      places[id] = next
      next += count(id)
    }
    return sums
  }

  /// The last steady instructions: what split layers begin with.
  private func addSums(of part: SteadyPart, _ sums: [Target], _ lowering: Lowering, _ program: inout Program) {
    for (split, target) in zip(part.splits, sums) {
      var target = target
      for layer in split.layers {
        program.instructions.append(lowering.steadySum(of: layer, in: split, into: target))
        program.names.append("convolution \(layer.parameter.shape), steady channels → [1, 1, \(layer.columns)]")
        target += layer.columns
      }
    }
    program.steadyInstructions = program.instructions.count
  }

  /// A split's layers all at once, in place of the first of them.
  private func addRest(
    after step: Step, _ part: SteadyPart, _ sums: [Target], _ lowering: Lowering, _ program: inout Program
  ) {
    guard let index = part.splits.firstIndex(where: { $0.layers[0].node == step.node }) else { return }
    let split = part.splits[index]
    let call = lowering.rest(of: split, after: sums[index], into: lowering.places[step.node]!)
    program.instructions.append(call)
    program.names.append("\(split.layers.count) convolutions, other channels → [1, 1, \(split.columns)]")
    program.statistics.flops += call.usefulFlops
    program.statistics.usefulFlops += call.usefulFlops
  }

  /// FiLM scale and shift are slices of one linear layer's output: the fused pass, their only reader, reads both where
  /// they are, with one stride. Other slices are copied.
  private mutating func lookThroughSlices(_ kept: Set<Int>) {
    var readers: [Int: Int] = [:]
    for step in steps { for id in Set(step.reads) { readers[id, default: 0] += 1 } }
    func slice(_ id: Int) -> (source: Int, start: Int)? {
      guard case .slice(let source, let start) = graph.nodes[id].operation, !kept.contains(id), readers[id] == 1,
        graph.nodes[id].shape[1] == 1
      else { return nil }
      return (source, start)
    }
    for step in steps {
      guard case .normalizeMish(let nodes) = step.work, let scale = nodes.scale, let shift = nodes.shift,
        let first = slice(scale), let second = slice(shift), first.source == second.source,
        Set([nodes.gamma, nodes.beta, nodes.residual, nodes.normalize]).isDisjoint(with: [scale, shift])
      else { continue }
      views[scale] = first
      views[shift] = second
    }
    steps.removeAll { views[$0.node] != nil }
    for index in steps.indices { steps[index].reads = steps[index].reads.map { views[$0]?.source ?? $0 } }
  }

  /// stopGradient is the same memory as its operand.
  private mutating func resolveAliases(_ kept: Set<Int>) {
    for step in steps {
      if case .stopGradient(let x) = graph.nodes[step.node].operation {
        views[step.node] = (views[x]?.source ?? x, 0)
      }
    }
    steps.removeAll { views[$0.node] != nil }
    for index in steps.indices { steps[index].reads = steps[index].reads.map { views[$0]?.source ?? $0 } }
  }

  private func placeLeaves(_ program: inout Program, _ places: inout [Int: Target], _ kept: Set<Int>) {
    var used = kept
    for step in steps { used.formUnion(step.reads) }
    for id in kept { if let view = views[id] { used.insert(view.source) } }
    for id in used.sorted() {
      switch graph.nodes[id].operation {
      case .input(let name):
        let pointer = program.memory.allocate(count(id))
        places[id] = pointer
        program.inputs[name] = UnsafeMutableBufferPointer(start: pointer, count: count(id))
      case .parameter(let parameter, let bank): places[id] = weights.buffer(of: bank).pointer + parameter.offset
      case .constant(let index):
        let pointer = program.memory.allocate(count(id))
        pointer.update(from: graph.constants[index], count: count(id))
        places[id] = pointer
      default: break
      }
    }
  }

  /// Assigns arena offsets by liveness; a value may take over the memory of an operand that dies with this step.
  ///
  /// - Parameter overtaking: steps that a thread may be ahead of another: for so many more an operand stays where it is.
  private func planArena(
    external: Set<Int>, kept: Set<Int>, overtaking: Int
  ) -> (offsets: [Int: Int], count: Int) {
    var lastRead: [Int: Int] = [:]
    for (index, step) in steps.enumerated() { for id in step.reads { lastRead[id] = index } }
    for id in kept { lastRead[views[id]?.source ?? id] = .max }
    var arena = Arena()
    var offsets: [Int: Int] = [:]
    var read: [[Int]] = []
    for (index, step) in steps.enumerated() {
      let dying = Set(step.reads.filter { lastRead[$0] == index && arena.offset(of: $0) != nil })
      if !external.contains(step.node) {
        if let reusable = overwritable(step).first(where: dying.contains) {
          arena.transfer(from: reusable, to: step.node)
        } else {
          arena.allocate(step.node, count: count(step.node))
        }
        offsets[step.node] = arena.offset(of: step.node)!
        if lastRead[step.node] == nil { arena.release(step.node) }
      }
      read.append(dying.sorted())
      if read.count > overtaking { for id in read.removeFirst() { arena.release(id) } }
    }
    return (offsets, arena.high)
  }

  /// Operands whose memory the result may take: elementwise kernels read an element before they write it.
  private func overwritable(_ step: Step) -> [Int] {
    let shape = graph.nodes[step.node].shape
    func sameShape(_ ids: [Int]) -> [Int] { ids.filter { graph.nodes[$0].shape == shape } }
    switch step.work {
    case .unaryMultiply(_, let x, let factor): return sameShape([x, factor])
    case .single:
      switch graph.nodes[step.node].operation {
      case .add(let a, let b), .multiply(let a, let b): return sameShape([a, b])
      case .scale(let x, _), .offset(let x, _), .unary(_, let x): return [x]
      default: return []
      }
    default: return []
    }
  }

  private func scratch(of step: Step) -> Int {
    Lowering.scratchCount(of: step, in: graph)
  }
}
