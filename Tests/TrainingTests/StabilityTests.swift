import Autograd
import Backbone
import Consistency
import Foundation
import TestSupport
import Testing
import Training

/// Short trainings of tiny networks of both heads' kinds with the objectives of all presets that come with the project, from
/// starts of the kind that they need. A training ends with an error at the first loss or gradient that is not a number.
struct StabilityTests {
  /// What a head's network sees besides x.
  enum Head: String, CaseIterable, CustomTestStringConvertible {
    /// A chunk of 16 actions of 2 numbers, with a vector of observations.
    case policy
    /// A stretch of 24 frames of 16 bands, of which the last are padding in some examples, with features of every frame.
    case voice
    var testDescription: String { rawValue }

    var length: Int { self == .policy ? 16 : 24 }
    var channels: Int { self == .policy ? 2 : 16 }
    /// Features of the condition: of the whole, or of each frame.
    var features: Int { self == .policy ? 6 : 4 }
  }

  private struct Task: TrainingTask {
    let head: Head
    let network: TemporalUNet
    let layout: ParameterLayout
    let method: TrainingMethod
    let data: [Float]

    let exampleCount = 32
    var heldOutCount: Int { 0 }
    var usesTeacher: Bool { method.objective.needsTeacher }
    var usesTarget: Bool { method.objective.usesTarget }
    func targetDecay(progress: Double) -> Double { method.objective.targetDecay(progress: progress) }

    init(_ head: Head, _ objective: any Objective, sigmaData: Double, _ noiseScale: NoiseScale) {
      let size = head.length * head.channels
      (self.head, exampleSize) = (head, size)
      var layout = ParameterLayout()
      var configuration = TemporalUNet.Configuration(
        channels: head.channels, widths: [8, 16], groups: 4, embedding: 8,
        globalCondition: head == .policy ? head.features : 0, dropout: 0.1)
      configuration.frameCondition = head == .voice ? head.features : 0
      configuration.targetEmbedding = type(of: objective).secondEmbedding != nil
      network = TemporalUNet(configuration, in: &layout)
      func parameterisation(_ boundary: Double, _ frame: Preconditioning.Frame) -> Parameterisation {
        Parameterisation(
          Preconditioning(sigmaData: sigmaData, boundarySigma: boundary, frame: frame), noiseScale: noiseScale)
      }
      method = TrainingMethod(
        objective: objective, student: parameterisation(objective.boundarySigma, type(of: objective).frame),
        teacher: objective.needsTeacher ? parameterisation(0, .edm) : nil, in: &layout)
      self.layout = layout
      // One example in four is the same number everywhere: differences and tangents can vanish.
      let noise = normalNumbers(32 * size, seed: 3)
      data = noise.indices.map { $0 / size % 4 == 0 ? 0.5 : Float(sigmaData) * noise[$0] }
    }

    private let exampleSize: Int

    func record(batch: Int, training: Bool) -> RecordedLoss {
      let graph = Graph()
      let condition = graph.input("condition", [batch, head == .policy ? 1 : head.length, head.features])
      let mask = head == .voice ? graph.input("mask", [batch, head.length, 1]) : nil
      let conditioning = Conditioning(
        global: head == .policy ? condition : nil, frames: head == .voice ? condition : nil, mask: mask)
      let loss = method.loss(
        of: network, data: graph.input("data", [batch, head.length, head.channels]), conditioning: conditioning,
        validity: mask, training: training, in: graph)
      return RecordedLoss(graph, loss: loss)
    }

    struct Ports: @unchecked Sendable {
      let data, condition: UnsafeMutableBufferPointer<Float>
      let mask: UnsafeMutableBufferPointer<Float>?
      let method: TrainingPorts
    }

    func ports(in plan: Plan) -> Ports {
      Ports(
        data: plan.input("data"), condition: plan.input("condition"),
        mask: head == .voice ? plan.input("mask") : nil, method: method.ports(in: plan))
    }

    func fill(_ ports: Ports, row: Int, example: Int, heldOut: Bool, key: SampleKey, progress: Double) {
      for i in 0..<exampleSize { ports.data[row * exampleSize + i] = data[example * exampleSize + i] }
      let features = ports.condition.count / (ports.data.count / exampleSize)
      for i in 0..<features { ports.condition[row * features + i] = Float(sin(Double(example * features + i))) }
      if let mask = ports.mask {
        let valid = head.length - example % 3 * 8
        for i in 0..<head.length { mask[row * head.length + i] = i < valid ? 1 : 0 }
      }
      method.fill(ports.method, row: row, key: key, progress: progress)
    }
  }

  /// A few steps at a learning rate above all presets', without a warm-up.
  private func train(_ task: Task, start: ParameterBuffer?, steps: Int) throws -> ParameterBuffer {
    var configuration = TrainingConfiguration()
    (configuration.steps, configuration.batchSize, configuration.shards) = (steps, 8, 1)
    (configuration.learningRate, configuration.warmupSteps, configuration.emaMaximum) = (2e-3, 0, 0.9)
    (configuration.checkpointEvery, configuration.logEvery, configuration.evaluateEvery) = (steps, steps, 0)
    return try withTemporaryFolder { folder in
      let trainer = try Trainer(
        task, configuration, directory: folder, metadata: [:], start: start,
        teacher: task.usesTeacher ? start : nil, threads: 1, resume: false)
      #expect(try trainer.run() == .finished)
      return ParameterBuffer(copying: trainer.optimizer.ema)
    }
  }

  @Test(arguments: Head.allCases, NoiseScale.allCases)
  func everyPresetsObjectiveStaysFinite(head: Head, noiseScale: NoiseScale) throws {
    let sigmaData = 0.5
    let objectives = try PresetObjectives.all()
    // Every method has presets, or this test would be of less than it says.
    #expect(Set(objectives.map(\.method)) == Set(ObjectiveConfiguration.Method.allCases))
    let edm = Task(head, try EDMObjective(sigmaData: sigmaData), sigmaData: sigmaData, noiseScale)
    let teacher = try train(edm, start: nil, steps: 20)
    for configuration in objectives {
      do { try check(configuration) } catch { Issue.record("\(configuration): \(error)") }
    }
    func check(_ configuration: ObjectiveConfiguration) throws {
      let task = Task(head, try configuration.objective(sigmaData: sigmaData), sigmaData: sigmaData, noiseScale)
      let start = task.layout.initialize(seed: 1, adopting: teacher, of: edm.layout)
      let weights = try train(task, start: start, steps: 25)
      #expect(weights.values.allSatisfy { $0.isFinite }, "\(configuration)")
      #expect(!weights.values.elementsEqual(start.values), "\(configuration)")
      try expectFiniteSamples(task, weights)
    }
  }

  /// In the fewest steps, from noise of the highest level down to the boundary.
  private func expectFiniteSamples(_ task: Task, _ weights: ParameterBuffer) throws {
    let (head, objective, count) = (task.head, task.method.objective, 2 * task.head.length * task.head.channels)
    let plan = DenoiserPlan(
      Denoiser(task.network, task.method.student), shape: [2, head.length, head.channels],
      weights: PackedWeights([.online: weights])
    ) { graph in
      func zeros(_ shape: [Int]) -> Tensor { graph.constant([Float](repeating: 0, count: shape.reduce(1, *)), shape) }
      return Conditioning(
        global: head == .policy ? zeros([2, 1, head.features]) : nil,
        frames: head == .voice ? zeros([2, head.length, head.features]) : nil,
        guidance: objective.guidance.map { graph.constant([Float($0.upperBound)], [1, 1, 1]) })
    }
    let schedule = SamplingSchedule(of: objective)
    var sampler = try Sampler(
      .consistency(steps: schedule.fewestSteps), schedule,
      boundary: task.method.student.preconditioning.boundarySigma, jumps: type(of: objective).needsTargetTime,
      elementCount: count)
    var x = [Float](repeating: 0, count: count)
    x.withUnsafeMutableBufferPointer { x in
      sampler.sample(x, noise: { _ = $0.update(fromContentsOf: normalNumbers(count, seed: 9)) }) { x, sigma, end in
        plan(x, sigma, to: end)
      }
    }
    #expect(x.allSatisfy { $0.isFinite }, "\(objective.name)")
  }
}

/// The objectives of `Examples/Presets`, read without the configuration loader, which belongs to the command.
enum PresetObjectives {
  private struct Unreadable: Error {
    let file: String
    let text: String
  }

  /// Every one once.
  static func all() throws -> [ObjectiveConfiguration] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Examples/Presets")
    var found: [ObjectiveConfiguration] = []
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
    for file in files.sorted() {
      for json in try records(String(contentsOf: folder.appending(path: file), encoding: .utf8)) {
        guard let objective = try? JSONDecoder().decode(ObjectiveConfiguration.self, from: Data(json.utf8)) else {
          throw Unreadable(file: file, text: json)
        }
        if !found.contains(objective) { found.append(objective) }
      }
    }
    return found
  }

  /// What follows `objective:`, as JSON: a name, a record in braces, or indented lines of one key each.
  private static func records(_ yaml: String) -> [String] {
    yaml.matches(of: /(?m)^[^#\n]*\bobjective:[ ]*(\{[^}]*\}|\w+|(?:\n[ ]+\w+:[^\n]*)+)/).map { match in
      var text = String(match.1)
      if text.hasPrefix("\n") {
        text = "{" + text.split(separator: "\n").joined(separator: ",") + "}"
      }
      return text.replacing(/[A-Za-z]\w*/) { "\"\($0.0)\"" }
    }
  }
}
