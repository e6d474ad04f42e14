import Autograd
import Backbone
import Consistency

/// Predicts action chunks for a fixed number of observation histories at once. Belongs to one thread.
public final class ActionPredictor {
  public let description: PolicyDescription
  /// Histories per call.
  public let batch: Int
  private let denoiser: DenoiserPlan
  private let condition: UnsafeMutableBufferPointer<Float>
  private var sampler: Sampler
  private let actions: UnsafeMutableBufferPointer<Float>

  /// - Parameter threads: that share a network call; answers do not depend on it. They inherit what `ThreadPolicy` has
  ///   given the calling thread.
  /// - Throws: `PolicyError.badSetting` for a sampler that makes no falling chain.
  public init(
    _ policy: TrainedPolicy, sampler: SamplingMethod, batch: Int = 1, threads: Int = 1
  ) throws(PolicyError) {
    description = policy.description
    self.batch = batch
    let network = policy.network.configuration
    let count = batch * description.horizon * network.channels
    do {
      self.sampler = try description.sampler(sampler, elementCount: count)
    } catch {
      throw .badSetting("\(error)")
    }
    denoiser = DenoiserPlan(
      Denoiser(policy.network, description.parameterisation), shape: [batch, description.horizon, network.channels],
      weights: policy.packed, threads: threads
    ) { graph in
      Conditioning(global: graph.input("observations", [batch, 1, network.globalCondition]))
    }
    condition = denoiser.plan.input("observations")
    actions = .allocate(capacity: count)
  }

  deinit { actions.deallocate() }

  /// Network calls per prediction.
  public var networkCalls: Int { sampler.evaluationCount }
  /// What the compiled network consists of.
  public var statistics: Plan.Statistics { denoiser.plan.statistics }
  /// The compiled network, one line per kernel call.
  public var planDescription: String { "\(denoiser.plan)" }

  /// The whole predicted horizon of each history, in the data set's units and clipped to the range of its actions.
  ///
  /// - Parameters:
  ///   - histories: up to `batch` histories of `observationSteps` observations each, oldest first.
  ///   - seeds: one per history; together with `call` it decides the noise, whatever else is in the batch.
  ///   - call: which decision of the episode this is.
  /// - Returns: `[history][horizon][action]`; row 0 belongs to the oldest observation.
  public func predict(_ histories: [[[Double]]], seeds: [UInt64], call: UInt32 = 0) -> [[[Double]]] {
    precondition(histories.count <= batch && seeds.count == histories.count, "\(histories.count) histories")
    let normalizer = description.observationNormalizer
    let size = description.observationSize
    let perHistory = description.observationSteps * size
    for (row, history) in histories.enumerated() {
      precondition(history.count == description.observationSteps, "a history of \(history.count) observations")
      for (step, observation) in history.enumerated() {
        precondition(observation.count == size, "an observation of \(observation.count) values")
        for i in 0..<size {
          let value = Float(observation[i]) - normalizer.center[i]
          condition[row * perHistory + step * size + i] = value / normalizer.scale[i]
        }
      }
    }
    // Rows that are not asked for are computed too, from whatever stands there; their seeds do not matter.
    var noise = SampleNoise(seeds: seeds + [UInt64](repeating: 0, count: batch - seeds.count), step: call)
    sampler.sample(actions, noise: { noise.fill($0) }) { x, sigma, end in denoiser(x, sigma, to: end) }
    let (range, width) = (description.actionNormalizer, description.actionSize)
    return histories.indices.map { row in
      (0..<description.horizon).map { t in
        (0..<width).map { i in
          let value = actions[(row * description.horizon + t) * width + i] * range.scale[i] + range.center[i]
          return Double(min(max(value, range.minimum[i]), range.maximum[i]))
        }
      }
    }
  }
}
