import Autograd
import Backbone

/// A denoiser compiled for sampling at one batch and length: what stands behind a sampler's `DenoiseInPlace`.
///
/// The caller fills the inputs of its conditioning in `plan`; x and the noise level are filled here. What follows from the
/// noise level alone (its embedding, and what FiLM layers make of it) is computed once for each level. Like a plan, it
/// belongs to one thread at a time.
public final class DenoiserPlan: @unchecked Sendable {
  /// Holds the inputs that `conditioning` recorded.
  public let plan: Plan
  private let parameterisation: Parameterisation
  private let level: NoiseLevelPort
  private let target: NoiseLevelPort?
  private let x: UnsafeMutableBufferPointer<Float>
  private let denoised: UnsafeBufferPointer<Float>
  private let weights: PackedWeights

  /// The plan's steady values at a noise level and an end.
  private struct Known {
    let sigma: Double
    let end: Double
    let values: UnsafeMutableBufferPointer<Float>
  }

  /// Levels that are kept: more than any chain has, and as many as most solvers.
  private static let mostKnown = 64
  private var known: [Known] = []
  /// Of the weights that they are from.
  private var version: Int
  /// Whose values the plan holds.
  private var current: Int?

  /// - Parameters:
  ///   - shape: `[B, T, C]` of x.
  ///   - weights: with the denoiser's parameters in `bank`.
  ///   - threads: that share a call; results do not depend on it.
  ///   - conditioning: records the inputs that the network is conditioned on.
  public init(
    _ denoiser: Denoiser<some Network>, shape: [Int], weights: PackedWeights, bank: Bank = .online,
    threads: Int = 1, conditioning: (Graph) -> Conditioning = { _ in Conditioning() }
  ) {
    let graph = Graph()
    let level = NoiseLevel("level", batch: shape[0], graph: graph)
    let condition = conditioning(graph)
    let target = denoiser.network.embedsTarget ? NoiseLevel("target", batch: shape[0], graph: graph) : nil
    let output = graph.with(bank) { denoiser(graph.input("x", shape), at: level, to: target, condition) }
    plan = Plan(
      graph, outputs: ["denoised": output],
      steady: NoiseLevel.inputNames("level").union(target == nil ? [] : NoiseLevel.inputNames("target")),
      weights: weights, threads: threads)
    self.weights = weights
    version = weights.version
    known.reserveCapacity(Self.mostKnown)
    parameterisation = denoiser.parameterisation
    self.level = NoiseLevelPort("level", in: plan)
    self.target = target == nil ? nil : NoiseLevelPort("target", in: plan)
    x = plan.input("x")
    denoised = plan.output("denoised")
  }

  deinit { forget() }

  private func forget() {
    for level in known { level.values.deallocate() }
    known.removeAll(keepingCapacity: true)
    current = nil
  }

  private func run(at sigma: Double, to end: Double) {
    if weights.version != version {
      forget()
      version = weights.version
    }
    guard let index = known.firstIndex(where: { $0.sigma == sigma && $0.end == end }) else {
      plan.run()
      current = known.count < Self.mostKnown ? known.count : nil
      guard current != nil else { return }
      let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: plan.steadyValues.count)
      _ = values.initialize(from: plan.steadyValues)
      known.append(Known(sigma: sigma, end: end, values: values))
      return
    }
    if index != current { _ = plan.steadyValues.update(from: known[index].values) }
    current = index
    plan.runOnSteadyValues()
  }

  /// Replaces `values`, `[B, T, C]`, by f(values, sigma), or by the jump s/sigma x + (1 − s/sigma) f(x, sigma, s) of a network
  /// that embeds where it ends. Allocates nothing at a level that it has seen before.
  ///
  /// - Parameters:
  ///   - sigma: the noise level of every sample, the denoiser's boundary or more.
  ///   - end: s, from the boundary to sigma; nil: the denoiser itself.
  public func callAsFunction(_ values: UnsafeMutableBufferPointer<Float>, _ sigma: Double, to end: Double? = nil) {
    precondition(values.count == x.count, "\(values.count) floats for a plan of \(x.count)")
    precondition(end == nil || target != nil, "a jump to \(end ?? 0) by a network that embeds no target")
    level.setAll(to: parameterisation.values(at: sigma))
    target?.setAll(to: parameterisation.values(at: end ?? sigma))
    x.baseAddress!.update(from: values.baseAddress!, count: x.count)
    run(at: sigma, to: end ?? sigma)
    guard let end, end > 0 else {
      values.baseAddress!.update(from: denoised.baseAddress!, count: x.count)
      return
    }
    let kept = Float(end / sigma)
    for i in 0..<x.count { values[i] = denoised[i] + kept * (values[i] - denoised[i]) }
  }
}
