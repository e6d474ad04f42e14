import Autograd
import Backbone
import Consistency

/// Predicts action chunks for a fixed number of observation histories at once. Belongs to one thread.
public final class ActionPredictor {
  public let description: PolicyDescription
  /// How requests are answered whose chunk is to go on from another one; nil: as if there were none.
  public let stitching: ChunkStitching?
  /// Histories per call.
  public let batch: Int
  private let denoiser: DenoiserPlan
  private let condition: UnsafeMutableBufferPointer<Float>
  /// What is drawn: normalised actions, or latents.
  private let samples: UnsafeMutableBufferPointer<Float>
  private let decoder: LatentDecoder?
  private var sampler: Sampler
  /// For chunks of which something is known: from pure noise, and from a plan.
  private var completing: Sampler
  private var continuing: Sampler

  /// - Parameters:
  ///   - sampler: of chunks of which nothing is known. If it is a solver, it draws the others, too.
  ///   - stitching: how a chunk goes on from what is being executed; nil if it does not.
  ///   - threads: that share a network call; answers do not depend on it. They inherit what `ThreadPolicy` has given the
  ///     calling thread.
  /// - Throws: `PolicyError.badSetting` for a sampler or a stitching that makes no falling chain, or a stitching for a
  ///   policy whose network was trained for one chain alone or draws latents.
  public init(
    _ policy: TrainedPolicy, sampler: SamplingMethod, stitching: ChunkStitching? = nil, batch: Int = 1,
    threads: Int = 1
  ) throws(PolicyError) {
    description = policy.description
    self.stitching = stitching
    self.batch = batch
    let network = policy.network.configuration
    let length = description.sampleLength
    let count = batch * length * network.channels
    if let problem = stitching?.problem { throw .badSetting(problem) }
    if stitching != nil && !description.sampling.phases.isEmpty {
      throw .badSetting("stitching: this policy was trained for the one chain \(description.sampling.phases)")
    }
    if stitching != nil && description.latent != nil { throw .badSetting("stitching: \(Self.drawsLatents)") }
    do {
      (self.sampler, completing, continuing) = try Self.samplers(description, sampler, stitching, elementCount: count)
    } catch {
      throw .badSetting("\(error)")
    }
    denoiser = DenoiserPlan(
      Denoiser(policy.network, description.parameterisation), shape: [batch, length, network.channels],
      weights: policy.packed, threads: threads
    ) { [guidance = description.sampling.guidance] graph in
      Conditioning(
        global: graph.input("observations", [batch, 1, network.globalCondition]),
        guidance: guidance.map { graph.constant([Float](repeating: Float($0), count: batch), [batch, 1, 1]) })
    }
    condition = denoiser.plan.input("observations")
    samples = .allocate(capacity: count)
    if let space = description.latent, let autoencoder = policy.autoencoder {
      decoder = LatentDecoder(autoencoder, space, batch: batch, length: length, threads: threads)
    } else {
      decoder = nil
    }
  }

  static let drawsLatents = "this policy draws latents, in which single actions cannot be held"

  /// For nothing known, for something known, and for a plan to go on from.
  private static func samplers(
    _ description: PolicyDescription, _ method: SamplingMethod, _ stitching: ChunkStitching?, elementCount: Int
  ) throws(ConsistencyError) -> (Sampler, Sampler, Sampler) {
    let free = try description.sampler(method, elementCount: elementCount)
    // A solver, and the one chain that a model with phases has, draw everything alike; of latents nothing is known.
    if case .solver = method { return (free, free, free) }
    guard description.sampling.phases.isEmpty && description.latent == nil else { return (free, free, free) }
    let stitching = stitching ?? ChunkStitching(for: description)
    let start = description.sampling.sigmaMax
    let completing = try description.sampler(
      .chain(sigmas: [start] + stitching.sigmas.filter { $0 < start }), elementCount: elementCount)
    var cooler = description
    cooler.sampling.temperature = stitching.temperature
    // It does not start from pure noise.
    cooler.sampling.initialTemperature = nil
    let continuing = try cooler.sampler(.chain(sigmas: stitching.sigmas), elementCount: elementCount)
    return (free, completing, continuing)
  }

  deinit { samples.deallocate() }

  /// Network calls per prediction of which nothing is known.
  public var networkCalls: Int { sampler.evaluationCount }
  /// Network calls of the answer to a request.
  public func networkCalls(for request: ChunkRequest) -> Int {
    isContinued(request) ? continuing.evaluationCount : networkCalls
  }
  /// What the compiled network consists of.
  public var statistics: Plan.Statistics { denoiser.plan.statistics }
  /// The compiled network, one line per kernel call.
  public var planDescription: String { "\(denoiser.plan)" }

  /// When called, lets the threads of a network call await the next prediction without sleeping, for some tens of
  /// microseconds; not those of the decoder of latent actions. From any thread, at any time.
  public var wake: @Sendable () -> Void { { [plan = denoiser.plan] in plan.wake() } }

  /// The whole predicted horizon of each history, in the data set's units and clipped to the range of its actions.
  ///
  /// - Parameters:
  ///   - histories: up to `batch` histories of `observationSteps` observations each, oldest first.
  ///   - seeds: one per history; together with `call` it decides the noise, whatever else is in the batch.
  ///   - call: which decision of the episode this is.
  /// - Returns: `[history][horizon][action]`; row 0 belongs to the oldest observation.
  public func predict(_ histories: [[[Double]]], seeds: [UInt64], call: UInt32 = 0) -> [[[Double]]] {
    var noise = noise(seeds, call)
    return draw(histories, keeping: nil, around: nil, &sampler, noise: { noise.fill($0) })
  }

  /// Horizons of which some rows are known: a prefix, a waypoint, a goal. The others are drawn so as to go with them, in
  /// a chain of more calls: see `ChunkStitching.sigmas`.
  ///
  /// - Parameter known: of each history, actions by row, in the data set's units; they are returned as they are, whatever
  ///   the range of the data. Row `observationSteps` − 1 belongs to the newest observation, the last one is the goal.
  /// - Returns: `[history][horizon][action]`.
  /// - Throws: `PolicyError.badSetting` for a row that is not in the horizon, an action of the wrong size or with values
  ///   that are not finite, rows that are all known, or any for a policy that draws latents.
  public func predict(
    _ histories: [[[Double]]], seeds: [UInt64], call: UInt32 = 0, known: [[Int: [Double]]]
  ) throws(PolicyError) -> [[[Double]]] {
    precondition(known.count == histories.count, "known rows of \(known.count) of \(histories.count) histories")
    for rows in known {
      var edit = ActionEdit(for: description)
      for (row, action) in rows { try edit.set(row: row, to: action) }
      guard rows.count < description.horizon else { throw .badSetting(ActionEdit.allIsKnown) }
    }
    guard known.contains(where: { !$0.isEmpty }) else { return predict(histories, seeds: seeds, call: call) }
    guard description.latent == nil else { throw .badSetting("known actions: \(Self.drawsLatents)") }
    let given = known.map { GivenRows(known: $0) }
    return draw(histories, seeds: seeds, call: call, given, &completing, fromPlan: false)
  }

  /// The answers to requests of as many episodes, all for the same decision: `[request][horizon][action]`.
  ///
  /// With `stitching` the rows of actions that were executed or are committed are these.
  public func predict(_ requests: [ChunkRequest]) -> [[[Double]]] {
    let (histories, seeds) = (requests.map(\.history), requests.map(\.seed))
    let call = requests.first?.call ?? 0
    precondition(requests.allSatisfy { $0.call == call }, "requests for different decisions")
    guard let stitching, requests.contains(where: isContinued) else {
      return predict(histories, seeds: seeds, call: call)
    }
    precondition(requests.allSatisfy(isContinued), "requests of which only some go on from another chunk")
    let given = requests.map { GivenRows($0, stitching, description) }
    return draw(histories, seeds: seeds, call: call, given, &continuing, fromPlan: true)
  }

  private func isContinued(_ request: ChunkRequest) -> Bool {
    stitching != nil && !(request.executed.isEmpty && request.committed.isEmpty)
  }

  private func draw(
    _ histories: [[[Double]]], seeds: [UInt64], call: UInt32, _ given: [GivenRows], _ sampler: inout Sampler,
    fromPlan: Bool
  ) -> [[[Double]]] {
    let (horizon, width, range) = (description.horizon, description.actionSize, description.actionNormalizer)
    var values = [Float](repeating: 0, count: samples.count)
    var missing = [Float](repeating: 1, count: samples.count)
    for (index, given) in given.enumerated() {
      for (row, action, weight) in given.rows {
        for i in 0..<width {
          let place = (index * horizon + row) * width + i
          values[place] = (Float(action[i]) - range.center[i]) / range.scale[i]
          missing[place] = Float(1 - weight)
        }
      }
    }
    guard let edit = try? Edit(values, missing: missing, shape: [batch, horizon, width]) else {
      preconditionFailure("an edit of which nothing or everything is known, or that is not finite")
    }
    var noise = noise(seeds, call)
    var results = draw(histories, keeping: edit, around: fromPlan ? values : nil, &sampler, noise: { noise.fill($0) })
    // Not by way of normalised numbers, which would round them.
    for (index, given) in given.enumerated() {
      for (row, action, weight) in given.rows where weight == 1 { results[index][row] = action }
    }
    return results
  }

  /// Horizons that keep to what is known, to rounding, in the data set's units and clipped to the range of its actions.
  ///
  /// - Parameters:
  ///   - edit: normalised, `[batch, horizon, action]`; nil if nothing is known.
  ///   - center: of the first noise, likewise; nil for what is known, and 0 where nothing is.
  func draw(
    _ histories: [[[Double]]], keeping edit: Edit?, around center: [Float]?, _ sampler: inout Sampler,
    noise: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [[[Double]]] {
    setConditions(histories)
    func sample(around center: UnsafeBufferPointer<Float>?) {
      if var edit {
        sampler.sample(samples, keeping: &edit, around: center, noise: noise) { x, sigma, end in
          denoiser(x, sigma, to: end)
        }
      } else {
        sampler.sample(samples, around: center, noise: noise) { x, sigma, end in denoiser(x, sigma, to: end) }
      }
    }
    if let center { center.withUnsafeBufferPointer { sample(around: $0) } } else { sample(around: nil) }
    return results(histories.count)
  }

  /// Rows that are not asked for are computed too, from whatever stands there; their seeds do not matter.
  private func noise(_ seeds: [UInt64], _ call: UInt32) -> SampleNoise {
    SampleNoise(seeds: seeds + [UInt64](repeating: 0, count: batch - seeds.count), step: call)
  }

  private func setConditions(_ histories: [[[Double]]]) {
    precondition(histories.count <= batch, "\(histories.count) histories")
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
  }

  private func results(_ count: Int) -> [[[Double]]] {
    let (range, width) = (description.actionNormalizer, description.actionSize)
    let actions = decoder.map { $0(samples) } ?? UnsafeBufferPointer(samples)
    return (0..<count).map { row in
      (0..<description.horizon).map { t in
        (0..<width).map { i in
          let value = actions[(row * description.horizon + t) * width + i] * range.scale[i] + range.center[i]
          return Double(min(max(value, range.minimum[i]), range.maximum[i]))
        }
      }
    }
  }
}
