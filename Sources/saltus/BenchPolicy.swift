import ArgumentParser
import Autograd
import Backbone
import CKernels
import Checkpoints
import Foundation
import Reporting
import Training

extension WeightStorage: ExpressibleByArgument {}

struct BenchPolicy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "One network call at a batch, as in a control loop: the noise level is the last call's.",
    discussion: """
      Weights and inputs are random numbers, the same on every machine. --export writes them with the network's output, so that
      another program can be given the same work and be checked.

      EXAMPLES:
        saltus bench policy --widths 128,256,512 --threads 2 --weights bfloat16
        saltus bench policy --seconds 0 --export work.safetensors
      """)

  @OptionGroup var sizes: BenchSizes

  @Option(help: "Samples per call.")
  var batch = 1

  @Option(help: "How weights are stored.")
  var weights = WeightStorage.float32

  @Flag(help: "Measure the least time that these cores could take, too: multiply-adds alone, and reading the weights.")
  var ceiling = false

  @Option(
    help: ArgumentHelp(
      "Write weights (network.NAME, in PyTorch's layout), inputs and output (bench.NAME) as safetensors.",
      valueName: "FILE"))
  var export: String?

  func validate() throws {
    guard (1...100_000).contains(batch) else { throw ValidationError("--batch \(batch): 1 to 100,000 are possible.") }
    if export != nil && weights != .float32 {
      throw ValidationError(
        "--export writes single precision, so that the output is of the written weights: drop --weights.")
    }
  }

  func run() throws {
    let configuration = try sizes.configuration()
    var layout = ParameterLayout()
    let network = TemporalUNet(configuration, in: &layout)
    let graph = Graph()
    let isConditioned = configuration.globalCondition > 0
    let x = graph.input("x", [batch, sizes.horizon, configuration.channels])
    let noise = graph.input("u", [batch, 1, 1])
    let condition = isConditioned ? graph.input("condition", [batch, 1, configuration.globalCondition]) : nil
    let y = network(x, noise: noise, Conditioning(global: condition))
    let parameters = layout.initialize(seed: 1)
    let weights = PackedWeights([.online: parameters], storage: weights)
    // As a sampler's: the noise level stays.
    let plan = Plan(graph, outputs: ["y": y], steady: ["u"], weights: weights, threads: sizes.threadOptions.threads)
    var random = Philox(seed: 1, step: 0, sample: 0, stream: .noise)
    for name in isConditioned ? ["x", "condition"] : ["x"] {
      let values = plan.input(name)
      for index in values.indices { values[index] = Float(random.normal()) }
    }
    plan.input("u").update(repeating: Self.noiseInput)
    plan.run()
    if let export { try write(plan, configuration, layout, parameters, to: export) }
    let measured = ceiling ? { self.ceiling(of: plan, weights) } : nil
    try sizes.measure(operations: plan.statistics.usefulFlops, ceiling: measured) { plan.runOnSteadyValues() }
  }

  /// What the network embeds of its noise level, 250 ln σ, somewhere in the middle.
  private static let noiseInput: Float = -100

  private func write(
    _ plan: Plan, _ network: TemporalUNet.Configuration, _ layout: ParameterLayout, _ parameters: ParameterBuffer,
    to path: String
  ) throws {
    var file = SafetensorsWriter()
    file.add(layout, parameters, prefix: "network")
    file.add("bench.x", shape: [batch, sizes.horizon, network.channels], Array(plan.input("x")))
    file.add("bench.noise", shape: [batch], Array(plan.input("u")))
    if network.globalCondition > 0 {
      file.add("bench.global_condition", shape: [batch, network.globalCondition], Array(plan.input("condition")))
    }
    file.add("bench.output", shape: [batch, sizes.horizon, network.channels], Array(plan.output("y")))
    try file.write(to: URL(filePath: path))
  }

  /// Takes turns, so that all three meet the same machine. Reads and multiply-adds are made by as many threads as the plan's,
  /// all at once.
  private func ceiling(of plan: Plan, _ weights: PackedWeights) -> BenchmarkReport.Ceiling {
    let threads = sizes.threadOptions.threads
    let workers = Workers(threads)
    var (runs, reads, peaks): ([Double], [Double], [Double]) = ([], [], [])
    let rounds = 20_000
    let end = ck_now() + sizes.seconds
    while runs.count < 20 || (runs.count < 1 << 14 && ck_now() < end) {
      // An untimed run first: reads and multiply-adds have evicted the activations, which the loop that the table times does not.
      plan.runOnSteadyValues()
      let start = ck_now()
      plan.runOnSteadyValues()
      let ran = ck_now()
      // Until the plan's threads no longer spin, and those of the workers do.
      usleep(200)
      workers.run(threads) { _ in }
      let reading = ck_now()
      workers.run(threads) { part in weights.readAll(part: part, of: threads) }
      let read = ck_now()
      workers.run(threads) { _ in
        var result: Float = 0
        _ = ck_multiply_adds(rounds, &result)
      }
      let multiplied = ck_now()
      runs.append((ran - start) * 1e3)
      reads.append((read - reading) * 1e3)
      peaks.append(Double(threads * operationsPerRound * rounds) / (multiplied - read) * 1e-9)
    }
    return BenchmarkReport.Ceiling(operations: plan.statistics.usefulFlops, runs: runs, reads: reads, peaks: peaks)
  }

  private var operationsPerRound: Int {
    var result: Float = 0
    return ck_multiply_adds(1, &result)
  }
}
