import Autograd

/// What a head offers to the training loop: how a batch's loss is recorded, and how its inputs are filled.
///
/// The loop owns parameters, plans, shards and optimiser; a task knows one network, its data and its method.
public protocol TrainingTask: Sendable {
  /// The trained network's parameters; target and teacher have the same layout.
  var layout: ParameterLayout { get }
  /// Training examples; `fill` takes 0 ..< exampleCount.
  var exampleCount: Int { get }
  /// Examples that are never trained on.
  var heldOutCount: Int { get }
  /// Whether the loss reads `Bank.teacher`.
  var usesTeacher: Bool { get }
  /// Whether the loss reads `Bank.target`, a moving average of the online parameters.
  var usesTarget: Bool { get }
  /// That average's decay per step, in [0, 1).
  ///
  /// - Parameter progress: how much of the training has been done, 0 … 1.
  func targetDecay(progress: Double) -> Double

  /// The parameters that are trained; others keep their values. By default all.
  var trainedParameters: Range<Int> { get }

  /// Records the mean loss of a batch.
  ///
  /// - Parameter training: with dropout; without it for held-out losses.
  func record(batch: Int, training: Bool) -> RecordedLoss

  /// Where the inputs of a plan that was compiled from `record` lie.
  associatedtype Ports: Sendable

  /// Looks them up, once for each plan, which outlives them.
  func ports(in plan: Plan) -> Ports

  /// Fills one row of a plan's inputs.
  ///
  /// - Parameters:
  ///   - row: 0 ..< the batch that was recorded.
  ///   - example: which example, of the held-out ones or of the training ones.
  ///   - key: what every random number of this sample follows from.
  ///   - progress: how much of the training has been done, 0 … 1.
  func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double)

  /// Fills the inputs of all rows that follow from the recorded loss's `midway` values, where there are any.
  func fillMidway(_ ports: Ports)
}

/// A batch's loss as a graph.
public struct RecordedLoss {
  /// That of `loss` and `midway`.
  public var graph: Graph
  /// `[1, 1, 1]`.
  public var loss: Tensor
  /// Values that inputs of the rest follow from, by the name of the plan's output: the plan pauses when they are there.
  /// None is named `loss`.
  public var midway: [String: Tensor]

  /// By default without a pause.
  public init(_ graph: Graph, loss: Tensor, midway: [String: Tensor] = [:]) {
    self.graph = graph
    self.loss = loss
    self.midway = midway
  }
}

extension TrainingTask {
  /// All parameters of the layout.
  public var trainedParameters: Range<Int> { 0..<layout.count }

  /// Does nothing: for losses without midway values.
  public func fillMidway(_ ports: Ports) {}

  /// False.
  public var usesTarget: Bool { false }

  /// 0.
  public func targetDecay(progress: Double) -> Double { 0 }
}

/// What a training sample's random numbers are a pure function of: they depend on no batch, shard or thread.
public struct SampleKey: Sendable, Hashable {
  /// Of the run.
  public var seed: UInt64
  /// The training step.
  public var step: UInt32
  /// The sample's number within the step's whole batch.
  public var sample: UInt32

  /// As a training loop names its samples.
  public init(seed: UInt64, step: UInt32, sample: UInt32) {
    self.seed = seed
    self.step = step
    self.sample = sample
  }

  /// The sample's generator for one use.
  public func random(_ stream: RandomStream) -> Philox {
    Philox(seed: seed, step: step, sample: sample, stream: stream)
  }

  /// Fills one sample's key of the dropout masks, `[4]`: see `Graph.dropoutMask`.
  public func fillDropoutKeys(_ keys: UnsafeMutableBufferPointer<Float>) {
    var random = random(.dropout)
    let word = random.next()
    for i in 0..<4 { keys[i] = Float(word >> (16 * UInt64(i)) & 0xFFFF) }
  }
}
