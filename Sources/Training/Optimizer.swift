import Autograd
import CKernels
import Communication
import Foundation

/// AdamW (Loshchilov & Hutter 2019, as `torch.optim.AdamW` takes its steps) with clipping by the global norm and an EMA
/// of the weights, as loops over flat buffers.
///
/// Several ranks may share the work out (`share`): each steps a part of the parameters, and `gather` completes the rest of
/// the state where it is needed.
public struct Optimizer: Sendable {
  /// The trained weights.
  public let weights: ParameterBuffer
  /// Their exponential moving average: what is sampled from.
  public let ema: ParameterBuffer
  /// The target of consistency distillation: another average with its own decay, where the objective has one.
  public let target: ParameterBuffer?
  package let moment1: ParameterBuffer
  package let moment2: ParameterBuffer
  /// The sum of the gradients that the last step took; before it, where other ranks' gradients are added up.
  package let reduced: ParameterBuffer
  /// Fixed stretches of the flat buffers, so that sums are added in the same order on any number of threads: of what is
  /// trained, or of this rank's parts of it.
  private var pieces: [Range<Int>]
  /// Of each piece's gradients, the sum of squares.
  private var squares: PieceSums
  /// nil where there is only one rank.
  private var shared: SharedStretches?

  /// Parameters of a piece.
  private static let pieceCount = 1 << 16

  /// Starts with zero moments and both averages at `weights`.
  ///
  /// - Parameters:
  ///   - weights: are changed in place, not copied.
  ///   - trained: the parameters that steps change; nil: all.
  ///   - averagesTarget: keep the target's average, too.
  public init(weights: ParameterBuffer, trained: Range<Int>? = nil, averagesTarget: Bool = false) {
    let trained = trained ?? 0..<weights.count
    precondition(trained.upperBound <= weights.count, "\(trained) of \(weights.count) parameters are trained")
    self.weights = weights
    ema = ParameterBuffer(copying: weights)
    target = averagesTarget ? ParameterBuffer(copying: weights) : nil
    moment1 = ParameterBuffer(count: weights.count)
    moment2 = ParameterBuffer(count: weights.count)
    reduced = ParameterBuffer(count: weights.count)
    pieces = Self.pieces(of: [trained])
    squares = PieceSums(count: pieces.count)
  }

  private static func pieces(of ranges: [Range<Int>]) -> [Range<Int>] {
    ranges.flatMap { range in
      stride(from: range.lowerBound, to: range.upperBound, by: pieceCount).map { start in
        start..<min(range.upperBound, start + pieceCount)
      }
    }
  }

  /// From now on steps change this rank's parts alone, and then gather all ranks' weights and targets.
  ///
  /// - Parameter stretches: what is trained, cut as its gradients are added up.
  package mutating func share(_ stretches: SharedStretches) {
    shared = stretches
    pieces = Self.pieces(of: stretches.own)
    squares = PieceSums(count: pieces.count)
  }

  /// Completes the average of the weights, which steps of several ranks leave in parts.
  package func gatherAverage() throws(CommunicationError) { try shared?.gather(ema) }

  /// Completes everything that a checkpoint holds, which steps of several ranks leave in parts.
  package func gather() throws(CommunicationError) { try shared?.gather(ema, moment1, moment2) }

  /// Everything that a run continues from, by the name it has in a checkpoint.
  var buffers: [(prefix: String, buffer: ParameterBuffer)] {
    let target = target.map { [("target", $0)] } ?? []
    return [("weights", weights), ("ema", ema), ("moment1", moment1), ("moment2", moment2)] + target
  }

  /// One step from the gradients of all shards, which are added in shard order.
  ///
  /// - Parameters:
  ///   - step: 0 for the first step.
  ///   - shardGradients: of every shard; or only `reduced`, the sum of all of them.
  ///   - count: shards whose sum they make up; nil: one for each.
  ///   - rate: the learning rate.
  ///   - emaDecay: of the sampled average.
  ///   - targetDecay: of the target's average, in [0, 1), where there is one.
  /// - Returns: the global norm of the gradient before clipping.
  /// - Throws: where other ranks no longer answer: the state is then of no further use.
  package func step(
    _ step: Int, shardGradients: [ParameterBuffer], of count: Int? = nil, rate: Double, emaDecay: Double,
    targetDecay: Double = 0, _ configuration: TrainingConfiguration, workers: Workers
  ) throws(CommunicationError) -> Double {
    workers.run(pieces.count, Reduction(pieces: pieces, gradients: shardGradients, sum: reduced, squares: squares))
    let scale = 1 / Double(count ?? shardGradients.count)
    var total = squares.values.reduce(0, +)
    if let shared { total = try shared.sum(total) }
    let norm = total.squareRoot() * scale
    // torch.nn.utils.clip_grad_norm_ divides by norm + 1e-6 and never scales up.
    let clip = configuration.clipNorm > 0 ? min(1, configuration.clipNorm / (norm + 1e-6)) : 1
    let t = Double(step + 1)
    let arguments = ck_adamw_args(
      learning_rate: Float(rate), beta1: Float(configuration.beta1), beta2: Float(configuration.beta2),
      epsilon: Float(configuration.epsilon), weight_decay: Float(configuration.weightDecay),
      bias1: Float(1 - pow(configuration.beta1, t)), bias2: Float(1 - pow(configuration.beta2, t)),
      clip: Float(clip * scale), ema_decay: Float(emaDecay))
    workers.run(pieces.count, Update(state: self, arguments: arguments, targetDecay: Float(targetDecay)))
    try shared?.gather(weights, target)
    return norm
  }

  /// Adds up the shards' gradients, piece by piece.
  private struct Reduction: Piecework {
    let pieces: [Range<Int>]
    let gradients: [ParameterBuffer]
    let sum: ParameterBuffer
    let squares: PieceSums

    func callAsFunction(_ piece: Int) {
      let range = pieces[piece]
      // On the stack: an array would be allocated for every piece.
      withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: gradients.count) { sources in
        for index in sources.indices {
          sources.initializeElement(at: index, to: UnsafePointer(gradients[index].pointer) + range.lowerBound)
        }
        squares.values[piece] = ck_reduce_gradients(
          range.count, Int32(sources.count), sources.baseAddress, sum.pointer + range.lowerBound)
      }
    }
  }

  /// Steps the weights and their averages, piece by piece.
  private struct Update: Piecework {
    let state: Optimizer
    let arguments: ck_adamw_args
    let targetDecay: Float

    func callAsFunction(_ piece: Int) {
      let range = state.pieces[piece]
      let at = range.lowerBound
      let weights = state.weights.pointer + at
      withUnsafePointer(to: arguments) {
        ck_adamw(
          range.count, $0, state.reduced.pointer + at, weights, state.moment1.pointer + at, state.moment2.pointer + at,
          state.ema.pointer + at)
      }
      guard let average = state.target.map({ $0.pointer + at }) else { return }
      for i in 0..<range.count { average[i] = targetDecay * average[i] + (1 - targetDecay) * weights[i] }
    }
  }
}

/// A number for each piece of the parameters, which threads fill in side by side.
private final class PieceSums: @unchecked Sendable {
  let values: UnsafeMutableBufferPointer<Double>

  init(count: Int) {
    values = .allocate(capacity: count)
    values.initialize(repeating: 0)
  }

  deinit { values.deallocate() }
}
