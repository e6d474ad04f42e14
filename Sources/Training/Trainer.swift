import Autograd
import Checkpoints
import Communication
import Consistency
import Datasets
import Foundation

/// Trains one task: batch → plans → clip → AdamW → EMA → report, with checkpoints from which a run continues bit
/// for bit.
///
/// Several ranks share every batch and the optimiser's work out among them. Rank 0 writes the files. Any number of ranks
/// gives the numbers of one, but for the rounding of sums in another order, so that a run may be continued with another
/// number.
public final class Trainer<Task: TrainingTask> {
  /// How a run ended.
  public enum Outcome: Sendable, Equatable { case finished, interrupted }

  /// As given.
  public let configuration: TrainingConfiguration
  /// Holds the weights and their average, which `run` changes.
  public let optimizer: Optimizer
  /// Steps done so far.
  public private(set) var step = 0
  private let task: Task
  private let trainingStep: TrainingStep<Task>
  private let heldOutLoss: HeldOutLoss<Task>?
  private let workers: Workers
  private let communicator: any Communicator
  private let store: CheckpointStore
  private let metrics: MetricsLog
  private var sums = ReportSums()
  private let savingEvery: Duration
  /// The step of `last.safetensors`, and when this run wrote or read it.
  private var saved: (step: Int?, time: ContinuousClock.Instant)
  private let sampler: BatchSampler
  /// Of the step under way.
  private var examples: [Int] = []

  /// Compiles the plans, and makes or reads the run's directory.
  ///
  /// - Parameters:
  ///   - directory: where checkpoints and metrics.jsonl go; created if needed.
  ///   - metadata: what the head needs to use the network again, JSON texts by key; stored in every checkpoint. The key
  ///     `training` is the trainer's own.
  ///   - start: weights to start from (a teacher's EMA), which are copied, or nil for the layout's initial values.
  ///   - teacher: the frozen teacher's weights, where the objective needs them; not copied: they must stay as they are.
  ///   - frozen: what is stored beside the trained weights; not copied either.
  ///   - communicator: the ranks that train together, at most one per shard. Only rank 0 looks at the directory.
  ///   - threads: at least 1; results do not depend on it.
  ///   - resume: continue from `last.safetensors` in the directory.
  ///   - savingEvery: the longest time without a checkpoint, about: so much is lost at most where a machine or a rank dies.
  /// - Throws: `TrainingError.configuration` for settings that make no run, a task without examples or without the
  ///   teacher it needs, a directory that holds another run's checkpoints, and on resuming for a missing checkpoint or
  ///   one of other settings, data or teacher, and where ranks have different ones; `TrainingError.file` for a file
  ///   that cannot be read or written; `.ranks` where other ranks do not answer.
  /// - Precondition: `start` and `teacher` are laid out by `task.layout`.
  public init(
    _ task: Task, _ configuration: TrainingConfiguration, directory: URL, metadata: [String: String],
    start: ParameterBuffer? = nil, teacher: ParameterBuffer? = nil, frozen: FrozenParameters? = nil,
    communicator: any Communicator = SingleProcess(), threads: Int, resume: Bool,
    savingEvery: Duration = .seconds(300)
  ) throws(TrainingError) {
    if let problem = configuration.problem { throw .configuration(problem) }
    guard task.exampleCount > 0 else { throw .configuration("the data set has no examples to train on") }
    for buffer in [start, teacher].compactMap({ $0 }) {
      precondition(
        buffer.count == task.layout.count, "\(buffer.count) given weights for a network of \(task.layout.count)")
    }
    guard !task.usesTeacher || teacher != nil else { throw .configuration("this objective needs a teacher checkpoint") }
    let agreement = RankAgreement(communicator: communicator)
    try agreement.check(configuration, metadata: metadata, examples: task.exampleCount, teacher: teacher)
    self.task = task
    self.configuration = configuration
    self.communicator = communicator
    workers = Workers(threads)
    let initial = start.map { ParameterBuffer(copying: $0) } ?? task.layout.initialize(seed: configuration.seed)
    var optimizer = Optimizer(
      weights: initial, trained: task.trainedParameters, averagesTarget: task.usesTarget)
    store = CheckpointStore(
      directory, layout: task.layout, configuration: configuration, metadata: metadata, teacher: teacher,
      frozen: frozen)
    metrics = MetricsLog(in: directory)
    if communicator.rank == 0 && resume {
      (step, sums) = try store.load(into: optimizer)
      try metrics.drop(after: step)
    } else if communicator.rank == 0 {
      try store.startAfresh()
      try metrics.clear()
    }
    self.savingEvery = savingEvery
    (step, sums) = try agreement.share(step: step, sums: sums, optimizer)
    saved = (resume ? step : nil, .now)
    var banks: [Bank: ParameterBuffer] = [.online: optimizer.weights]
    banks[.target] = optimizer.target
    // Weights below adapters are not trained: they stay as they are in here.
    banks[.base] = optimizer.weights
    banks[.teacher] = teacher
    trainingStep = TrainingStep(
      task, banks: banks, batchSize: configuration.batchSize, shards: configuration.shards,
      sum: optimizer.reduced, communicator, workers: workers)
    if let stretches = trainingStep.stretches { optimizer.share(stretches) }
    self.optimizer = optimizer
    banks[.online] = optimizer.ema
    heldOutLoss =
      configuration.evaluateEvery > 0
      ? HeldOutLoss(
        task, banks: banks, examples: configuration.evaluationExamples,
        batch: configuration.batchSize / configuration.shards, communicator, workers: workers) : nil
    sampler = BatchSampler(count: task.exampleCount, batchSize: configuration.batchSize, seed: configuration.seed)
  }

  /// What one shard's plan consists of.
  public var statistics: Plan.Statistics { trainingStep.statistics }

  /// Trains up to `configuration.steps`, or until `shouldStop` says so on any rank; either way the state is saved.
  ///
  /// - Parameters:
  ///   - shouldStop: asked before every step.
  ///   - report: called with every line of metrics.jsonl, after it is written; on rank 0.
  /// - Throws: `TrainingError.diverged` once loss, gradient or held-out loss is not a finite number, `.file` for a file
  ///   that cannot be written; `.ranks` where another rank no longer answers. The checkpoints written before stay; this
  ///   trainer is then of no further use.
  public func run(
    shouldStop: () -> Bool = { false }, report: (TrainingReport) -> Void = { _ in }
  ) throws(TrainingError) -> Outcome {
    do throws(TrainingError) {
      let outcome = try train(shouldStop: shouldStop, report: report)
      // The others go on when the files are there.
      try RankAgreement.exchange { () throws(CommunicationError) in try communicator.barrier() }
      return outcome
    } catch {
      guard case .ranks(let problem) = error else { throw error }
      guard communicator.rank == 0 else { throw .ranks("\(problem); go on with --resume") }
      guard let step = saved.step else { throw .ranks("\(problem); nothing was saved yet: start again") }
      throw .ranks("\(problem); step \(step) is saved, go on with --resume and any number of ranks")
    }
  }

  private func train(
    shouldStop: () -> Bool, report: (TrainingReport) -> Void
  ) throws(TrainingError) -> Outcome {
    let learningRate = LearningRateSchedule(configuration)
    let emaDecay = EMASchedule(power: configuration.emaPower, maximum: configuration.emaMaximum)
    var lastReport = (step: step, time: Date())
    while step < configuration.steps {
      let (stops, saves) = try RankAgreement.exchange { () throws(CommunicationError) in
        try communicator.any(shouldStop(), communicator.rank == 0 && ContinuousClock.now - saved.time > savingEvery)
      }
      if stops || saves { try save(numbered: false) }
      if stops { return .interrupted }
      let rate = learningRate(step)
      let progress = Double(step) / Double(configuration.steps)
      sampler.replace(&examples, step: step)
      let loss = try RankAgreement.exchange { () throws(CommunicationError) in
        try trainingStep.run(examples: examples, seed: configuration.seed, step: step, progress: progress)
      }
      try requireFinite(.loss, loss, step: step)
      let norm = try RankAgreement.exchange { () throws(CommunicationError) in
        try optimizer.step(
          step, shardGradients: trainingStep.gradients, of: configuration.shards, rate: rate, emaDecay: emaDecay(step),
          targetDecay: task.targetDecay(progress: progress), configuration, workers: workers)
      }
      try requireFinite(.gradientNorm, norm, step: step)
      step += 1
      sums.add(loss: loss, gradientNorm: norm)

      let isLast = step == configuration.steps
      let evaluates = configuration.evaluateEvery > 0 && (step % configuration.evaluateEvery == 0 || isLast)
      if step % configuration.logEvery == 0 || evaluates || isLast {
        let elapsed = Date().timeIntervalSince(lastReport.time)
        var line = TrainingReport(
          step: step, loss: sums.loss / Double(sums.steps), learningRate: rate,
          gradientNorm: sums.gradientNorm / Double(sums.steps),
          stepsPerSecond: Double(step - lastReport.step) / max(elapsed, 1e-9))
        if evaluates, let heldOutLoss {
          let loss = try RankAgreement.exchange { () throws(CommunicationError) in
            try optimizer.gatherAverage()
            return try heldOutLoss(seed: configuration.seed, progress: Double(step) / Double(configuration.steps))
          }
          try requireFinite(.heldOutLoss, loss, step: step - 1)
          line.heldOutLoss = loss
        }
        if communicator.rank == 0 {
          try metrics.append(line)
          report(line)
        }
        sums = ReportSums()
        lastReport = (step, Date())
      }
      if step % configuration.checkpointEvery == 0 || isLast { try save(numbered: true) }
    }
    return .finished
  }

  /// Completes the state on all ranks, and writes the files on rank 0.
  private func save(numbered: Bool) throws(TrainingError) {
    try RankAgreement.exchange { () throws(CommunicationError) in try optimizer.gather() }
    if communicator.rank == 0 { try store.save(optimizer, step: step, sums: sums, numbered: numbered) }
    saved = (step, .now)
  }

  /// Before anything that is not a number gets into a checkpoint.
  private func requireFinite(
    _ quantity: TrainingError.Quantity, _ value: Double, step: Int
  ) throws(TrainingError) {
    if !value.isFinite { throw .diverged(step: step, quantity, value: value) }
  }
}
