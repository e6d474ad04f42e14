import CKernels

/// A graph compiled for execution: fused, weights packed, every address decided. Running it allocates nothing.
///
/// One plan belongs to one thread at a time. Planning may be slow and allocate; `run` does neither.
public final class Plan: @unchecked Sendable, CustomStringConvertible {
  /// What a plan consists of.
  public struct Statistics: Sendable, Codable, Equatable {
    /// Kernel calls per run.
    public var operations: Int
    /// Bytes of activations, inputs and scratch.
    public var arenaBytes: Int
    /// Bytes that activations, gradients and one thread's scratch would take without sharing memory.
    public var unsharedBytes: Int
    /// Bytes of packed weights when the plan was compiled, those of earlier plans on the same `PackedWeights` included.
    public var packedBytes: Int
    /// Multiplications and additions of the convolutions and linear layers, gradients included, per run, as if padding were
    /// multiplied, too; without those of steady values.
    public var flops: Int
    /// Those of them whose input is not padding: what kernels compute, but for a few layers.
    public var usefulFlops: Int
  }

  /// A gradient and when it is there.
  public struct GradientEnd: Sendable, Equatable {
    /// Where it lies in `gradients`.
    public var range: Range<Int>
    /// Kernel calls after which it is complete.
    public var instructions: Int

    public init(range: Range<Int>, instructions: Int) {
      self.range = range
      self.instructions = instructions
    }
  }

  /// Counted when the plan was compiled.
  public let statistics: Statistics
  /// One for each gradient, in the order given: backward passes end with the first layers' gradients.
  public let gradientEnds: [GradientEnd]
  private let program: Threads
  private var instructions: UnsafeMutableBufferPointer<Instruction> { program.instructions }
  private let names: [String]
  private let inputs: [String: UnsafeMutableBufferPointer<Float>]
  private let outputs: [String: UnsafeBufferPointer<Float>]
  private let memory: PlanMemory
  /// Where every run writes gradients, laid out like the parameters; 0 for parameters without one. nil for plans
  /// without gradients.
  public let gradients: ParameterBuffer?
  private let weights: PackedWeights
  /// The first instruction after the pause; 0 without one.
  private let pause: Int
  /// The first instruction after those of steady values.
  private let steadyInstructions: Int
  /// What other values read of those that depend on steady inputs alone: kept from run to run. A caller may store and
  /// restore it.
  public let steadyValues: UnsafeMutableBufferPointer<Float>

  /// Compiles `graph`.
  ///
  /// - Parameters:
  ///   - outputs: the values to read after a run, by name.
  ///   - gradients: parameters and their gradients, written into one flat buffer on every run.
  ///   - gradientCount: floats of that buffer: the parameter layout's `count`; needed where there are gradients.
  ///   - weights: the parameters' values and their packed copies, for every bank that the graph reads.
  ///   - pausingAfter: values that are computed first, so that `run(beforeResuming:)` can fill inputs that follow from
  ///     them; to be read they must be outputs too.
  ///   - steady: names of inputs that stay the same from run to run, such as a noise level, in a plan without gradients and
  ///     pause: see `runOnSteadyValues`.
  ///   - threads: that share every run, by output channels: for small batches. At least 1. Results do not depend on it.
  public init(
    _ graph: Graph, outputs: [String: Tensor], gradients: [(parameter: Parameter, gradient: Tensor)] = [],
    gradientCount: Int = 0, pausingAfter: [Tensor] = [], steady: Set<String> = [], weights: PackedWeights,
    threads: Int = 1
  ) {
    precondition(
      gradients.allSatisfy { $0.parameter.range.upperBound <= gradientCount },
      "a gradient buffer of \(gradientCount) floats does not hold all gradients")
    self.weights = weights
    self.gradients = gradients.isEmpty ? nil : ParameterBuffer(count: gradientCount)
    var compiler = PlanCompiler(graph, weights: weights)
    let program = compiler.compile(
      outputs: outputs.mapValues(\.id), gradients: gradients.map { ($0.parameter, $0.gradient.id) },
      gradientBuffer: self.gradients, pausingAfter: Set(pausingAfter.map(\.id)), steady: steady,
      threads: threads)
    pause = program.pause
    steadyInstructions = program.steadyInstructions
    steadyValues = program.steadyValues
    gradientEnds = zip(gradients, program.gradientEnds).map {
      GradientEnd(range: $0.parameter.range, instructions: $1)
    }
    self.program = Threads(program.instructions, count: threads, scratchStride: program.scratchStride)
    names = program.names
    inputs = program.inputs
    self.outputs = program.outputs
    memory = program.memory
    statistics = program.statistics
  }

  /// The memory of an input, row-major, to be filled before `run`: 0 at first; it keeps its contents between runs.
  ///
  /// - Precondition: the plan reads an input of that name; see `reads(_:)`. The plan must outlive the buffer's use.
  public func input(_ name: String) -> UnsafeMutableBufferPointer<Float> {
    guard let buffer = inputs[name] else {
      preconditionFailure("the plan reads no input \(name); it has \(inputs.keys.sorted())")
    }
    return buffer
  }

  /// Whether the compiled outputs depend on an input.
  public func reads(_ name: String) -> Bool { inputs[name] != nil }

  /// The value of an output, row-major, as the last run left it.
  ///
  /// - Precondition: an output of that name was compiled. The plan must outlive the buffer's use.
  public func output(_ name: String) -> UnsafeBufferPointer<Float> {
    guard let buffer = outputs[name] else {
      preconditionFailure("the plan has no output \(name); it has \(outputs.keys.sorted())")
    }
    return buffer
  }

  /// Computes all outputs and gradients from the inputs and the packed weights.
  public func run() { program.run(0..<instructions.count) }

  /// The same bits as `run`, where steady inputs and weights are those of the run that `steadyValues` are from: without
  /// computing these again.
  public func runOnSteadyValues() { program.run(steadyInstructions..<instructions.count) }

  /// The same as `run`, as if its threads were as far from each other as they may: up to each wait they do their parts one
  /// after the other, in this order.
  package func run(inOrder parts: [Int]) { program.run(inOrder: parts) }

  /// How often the threads that share a run wait for each other.
  package var waits: Int { program.waitCount }

  /// Lets the threads that share runs await the next one without sleeping, for some tens of microseconds. From any thread,
  /// at any time.
  public func wake() { program.wake() }

  /// The same, with a pause after the values that the plan was made to pause after: `fill` reads them and fills the
  /// inputs that follow from them, such as an alignment. No operation before the pause may read such an input. A plan
  /// without a pause calls `fill` first.
  public func run(beforeResuming fill: () -> Void) {
    program.run(0..<pause)
    fill()
    program.run(pause..<instructions.count)
  }

  /// The same, and `passed(i)` is called when `ends[i]` instructions have run: there the gradients may be read that are
  /// complete by then (see `gradientEnds`), while the rest is still to be computed.
  ///
  /// - Parameter ends: ascending; ends that lie before the pause are passed there.
  public func run(beforeResuming fill: () -> Void, ends: [Int], passed: (Int) -> Void) {
    program.run(0..<pause)
    fill()
    var position = pause
    for (index, end) in ends.enumerated() {
      if end > position {
        program.run(position..<end)
        position = end
      }
      passed(index)
    }
    program.run(position..<instructions.count)
  }

  /// One line per kernel call, then totals.
  public var description: String {
    let lines = names.enumerated().map { "\($0.offset)\t\($0.element)" }
    let s = statistics
    let summary =
      "\(s.operations) operations, \(s.arenaBytes) arena bytes (\(s.unsharedBytes) unshared), "
      + "\(s.packedBytes) bytes of packed weights, \(s.flops) FLOPs"
    return (lines + [summary]).joined(separator: "\n")
  }
}

/// The memory that a plan owns: arena, constants, small tables. Freed with the plan.
final class PlanMemory {
  private var floats: [(UnsafeMutablePointer<Float>, Int)] = []
  private var raw: [UnsafeMutableRawPointer] = []

  deinit {
    for (pointer, count) in floats { freeFloats(pointer, count) }
    for pointer in raw { pointer.deallocate() }
  }

  func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
    let pointer = allocateFloats(count)
    floats.append((pointer, count))
    return pointer
  }

  /// Keeps a trivial value at a fixed address.
  func keep<Value>(_ value: Value) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    raw.append(UnsafeMutableRawPointer(pointer))
    return UnsafePointer(pointer)
  }

  func keep(_ values: [Int]) -> UnsafePointer<Int> {
    let pointer = UnsafeMutablePointer<Int>.allocate(capacity: values.count)
    pointer.initialize(from: values, count: values.count)
    raw.append(UnsafeMutableRawPointer(pointer))
    return UnsafePointer(pointer)
  }
}

extension Plan {
  /// Each kernel call's least time over some runs, in µs, as lines "time, call, name", the most expensive first.
  ///
  /// - Parameter runs: at least 1. They take one thread, and inputs as they are.
  public func profile(runs: Int = 5) -> String {
    var best = [Double](repeating: .infinity, count: names.count)
    for _ in 0..<runs {
      for index in 0..<instructions.count {
        let start = ck_now()
        instructions[index].run()
        best[index] = min(best[index], ck_now() - start)
      }
    }
    let order = best.indices.sorted { best[$0] > best[$1] }
    return order.map { "\((best[$0] * 1e6).rounded()) µs\t\($0)\t\(names[$0])" }.joined(separator: "\n")
  }
}
