import ArgumentParser
import Autograd
import Backbone
import CAllocationCounter
import CKernels
import Communication
import Consistency
import Foundation
import PolicyHead
import Reporting
import Training

/// `saltus bench`: how fast the engine is on this machine.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure one network call, or one training step.",
    discussion: """
      EXAMPLES:
        saltus bench policy --widths 64,128,256 --threads 1 --json latency.json
        saltus bench train --batch 256 --threads 2
      """,
    subcommands: [BenchPolicy.self, BenchTrain.self])
}

/// Sizes of the measured network.
struct BenchSizes: ParsableArguments {
  @Option(help: ArgumentHelp("Channels per level.", valueName: "64,128,256"))
  var widths = "64,128,256"

  @Option(help: "Action dimensions.")
  var action = 2

  @Option(help: "Size of the condition.")
  var condition = 20

  @Option(help: "Time steps of a chunk.")
  var horizon = 16

  @Option(help: ArgumentHelp("Stop after this many seconds.", valueName: "S"))
  var seconds = 2.0

  @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "FILE"))
  var json: String?

  @OptionGroup var threadOptions: ThreadOptions

  func configuration() throws -> TemporalUNet.Configuration {
    let sizes = widths.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) ?? 0 }
    guard !sizes.isEmpty, sizes.allSatisfy({ $0 > 0 && $0 % 8 == 0 }) else {
      throw ValidationError("--widths \(widths): give multiples of 8 with commas between them, such as 64,128,256")
    }
    let network = TemporalUNet.Configuration(channels: action, widths: sizes, globalCondition: condition)
    if let problem = network.problem { throw ValidationError(problem) }
    guard (0...86_400).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): 0 to 86,400 are possible.")
    }
    guard (1...100_000).contains(horizon), horizon % network.timeMultiple == 0 else {
      throw ValidationError(
        "--horizon \(horizon): a multiple of \(network.timeMultiple) is needed for \(sizes.count) levels")
    }
    return network
  }

  /// Runs `body` until the time is up, at least 20 times; all ranks equally often.
  func measure(
    operations: Int, training: (bytes: Int, waited: () -> Double, optimizing: () -> Double)? = nil,
    ceiling: (() -> BenchmarkReport.Ceiling)? = nil, _ body: () throws -> Void
  ) throws {
    for _ in 0..<3 { try body() }
    let before = allocation_count_of_process()
    let start = ck_now()
    try body()
    let allocations = allocation_count_of_process() - before
    // Ranks cannot each ask a clock of their own when to stop.
    let ranks = Ranks.communicator
    let most = 1 << 16
    let expected = min(seconds / max(ck_now() - start, 1e-9), Double(most))
    let limit = try ranks.size == 1 ? most : ranks.broadcast(Int(expected))
    let end = ck_now() + seconds
    var times: [Double] = []
    var waits: [Double] = []
    var optimizing: [Double] = []
    times.reserveCapacity(most)
    waits.reserveCapacity(most)
    optimizing.reserveCapacity(most)
    while times.count < 20 || (times.count < limit && (ranks.size > 1 || ck_now() < end)) {
      let start = ck_now()
      try body()
      times.append((ck_now() - start) * 1e3)
      guard let training else { continue }
      waits.append(training.waited() * 1e3)
      optimizing.append(training.optimizing() * 1e3)
    }
    guard ranks.rank == 0 else { return }
    var report = BenchmarkReport(milliseconds: times, operations: operations, allocations: allocations)
    if let training {
      report.optimizerMilliseconds = Statistics.percentile(optimizing, 0.5)
      if training.bytes > 0 {
        report.exchange = BenchmarkReport.Exchange(ranks: ranks.size, bytes: training.bytes, milliseconds: waits)
      }
    }
    report.ceiling = ceiling?()
    if let json { try JSONFile.write(report, to: json) }
    print(report.summary)
  }
}

struct BenchTrain: SharedByRanks {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "One training step: forward, backward, clipping, AdamW, EMA.",
    discussion: """
      Under mpirun (a build for MPI) ranks share the batch out, as in training. Reported are also the bytes of gradients
      that a step adds up over the ranks, and how long rank 0 waits for them after its own backward pass. Ranks share the
      optimiser's work out, too; what it takes contains the time in which they gather each other's weights.

      EXAMPLE:
        mpirun -np 2 saltus bench train --batch 256 --threads 1
      """)

  @OptionGroup var sizes: BenchSizes

  @Option(help: "Samples per step.")
  var batch = 256

  func run() throws {
    guard (1...100_000).contains(batch) else { throw ValidationError("--batch \(batch): 1 to 100,000 are possible.") }
    let network = try sizes.configuration()
    var configuration = TrainingConfiguration()
    configuration.batchSize = batch
    // Each rank has a shard for each of its threads, if the batch allows it.
    let ranks = Ranks.communicator.size
    let wanted = max(4, ranks * sizes.threadOptions.threads)
    guard let shards = [wanted, max(4, ranks), ranks, 2, 1].first(where: { $0 >= ranks && batch.isMultiple(of: $0) })
    else { throw ValidationError("--batch \(batch): \(ranks) ranks cannot have equal shares.") }
    configuration.shards = ranks == 1 ? [4, 2, 1].first { batch.isMultiple(of: $0) }! : shards
    let step = StepBenchmark(
      try SyntheticTask(network, horizon: sizes.horizon, examples: batch), configuration,
      communicator: Ranks.communicator, threads: sizes.threadOptions.threads)
    try sizes.measure(
      operations: step.flops, training: (step.exchangedBytes, { step.waited }, { step.optimizing })
    ) { try step.run() }
  }
}

/// The teacher's objective on windows of a fixed pattern: for timing only.
struct SyntheticTask: TrainingTask {
  private let network: TemporalUNet
  let layout: ParameterLayout
  private let horizon: Int
  private let method: TrainingMethod
  let exampleCount: Int
  let heldOutCount = 0
  let usesTeacher = false

  init(_ configuration: TemporalUNet.Configuration, horizon: Int, examples: Int) throws {
    var layout = ParameterLayout()
    network = TemporalUNet(configuration, in: &layout)
    self.horizon = horizon
    exampleCount = examples
    let objective = try ObjectiveConfiguration(.edm).objective(sigmaData: 0.5)
    method = TrainingMethod(
      objective: objective, student: Parameterisation(Preconditioning(sigmaData: 0.5)), in: &layout)
    self.layout = layout
  }

  func record(batch: Int, training: Bool) -> RecordedLoss {
    let graph = Graph()
    let sizes = network.configuration
    let condition = sizes.globalCondition > 0 ? graph.input("condition", [batch, 1, sizes.globalCondition]) : nil
    let loss = method.loss(
      of: network, data: graph.input("data", [batch, horizon, sizes.channels]),
      conditioning: Conditioning(global: condition), training: training, in: graph)
    return RecordedLoss(graph, loss: loss)
  }

  struct Ports: @unchecked Sendable {
    let data: UnsafeMutableBufferPointer<Float>
    let method: TrainingPorts
  }

  func ports(in plan: Plan) -> Ports { Ports(data: plan.input("data"), method: method.ports(in: plan)) }

  func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
    let count = horizon * network.configuration.channels
    for i in 0..<count { ports.data[row * count + i] = Float((example + i) % 7) / 7 - 0.5 }
    method.fill(ports.method, row: row, key: key, progress: progress)
  }
}
