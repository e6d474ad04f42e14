import Autograd
import Backbone
import Consistency
import Testing

@Suite struct TrainingMethodTests {
  private let layout: ParameterLayout
  private let network: TemporalUNet
  private let method: TrainingMethod

  init() throws {
    var layout = ParameterLayout()
    network = TemporalUNet(
      .init(channels: 2, widths: [8, 8], kernel: 3, groups: 4, embedding: 8, globalCondition: 3, dropout: 0.1),
      in: &layout)
    let objective = try ConsistencyDistillation(sigmaData: 0.417)
    let student = Preconditioning(sigmaData: 0.417, boundarySigma: objective.boundarySigma)
    method = TrainingMethod(
      objective: objective, student: Parameterisation(student),
      teacher: Parameterisation(Preconditioning(sigmaData: 0.417)), in: &layout)
    self.layout = layout
  }

  private func record(batch: Int, training: Bool) -> (graph: Graph, loss: Tensor) {
    let graph = Graph()
    let conditioning = Conditioning(global: graph.input("observation", [batch, 1, 3]))
    let data = graph.input("actions", [batch, 4, 2])
    let loss = method.loss(of: network, data: data, conditioning: conditioning, training: training, in: graph)
    return (graph, loss)
  }

  private func weights() -> PackedWeights {
    PackedWeights([.online: layout.initialize(seed: 1), .teacher: layout.initialize(seed: 2)])
  }

  private let inputs = [
    "noise", "dropout.keys", "t.skip", "t.out", "t.input", "t.u", "t.sigma", "r.skip", "r.out", "r.input", "r.u",
    "teacher.t.skip", "teacher.t.u", "teacher.r.skip", "teacher.r.out", "objective.eulerStep", "objective.heunStep",
    "objective.weight",
  ]

  private func row(_ index: Int, of batch: Int, _ plan: Plan, _ name: String) -> [Float] {
    let values = plan.input(name)
    let count = values.count / batch
    return Array(values[index * count..<(index + 1) * count])
  }

  @Test func aSamplesInputsDependOnItsKeyOnly() {
    let (graph, loss) = record(batch: 3, training: true)
    let (smallGraph, smallLoss) = record(batch: 1, training: true)
    let plan = Plan(graph, outputs: ["loss": loss], weights: weights())
    let small = Plan(smallGraph, outputs: ["loss": smallLoss], weights: weights())
    let key = SampleKey(seed: 5, step: 17, sample: 40)
    for (index, sample) in [41, 42, 40].enumerated() {
      method.fill(
        method.ports(in: plan), row: index, key: SampleKey(seed: 5, step: 17, sample: UInt32(sample)), progress: 0.5)
    }
    method.fill(method.ports(in: small), row: 0, key: key, progress: 0.5)
    for name in inputs { #expect(row(2, of: 3, plan, name) == row(0, of: 1, small, name), "\(name)") }
    #expect(row(0, of: 3, plan, "noise") != row(1, of: 3, plan, "noise"))
    #expect(row(0, of: 3, plan, "dropout.keys") != row(1, of: 3, plan, "dropout.keys"))
  }

  @Test func levelsCarryEachSidesOwnParameterisation() {
    let (graph, loss) = record(batch: 1, training: true)
    let plan = Plan(graph, outputs: ["loss": loss], weights: weights())
    let key = SampleKey(seed: 9, step: 1, sample: 2)
    method.fill(method.ports(in: plan), row: 0, key: key, progress: 0)
    var time = key.random(.time)
    let draw = method.objective.draw(progress: 0, using: &time)
    let teacher = Preconditioning(sigmaData: 0.417).coefficients(draw.sigmas[0])
    let student = method.student.preconditioning.coefficients(draw.sigmas[0])
    #expect(plan.input("t.sigma")[0] == Float(draw.sigmas[0]))
    #expect(plan.input("t.skip")[0] == Float(student.skip))
    #expect(plan.input("teacher.t.skip")[0] == Float(teacher.skip))
    #expect(plan.input("teacher.r.u")[0] == Float(NoiseScale.consistency(draw.sigmas[1])))
    #expect(plan.input("objective.eulerStep")[0] == Float(draw.scalars[1]))
  }

  @Test func dropoutKeysAreASixtyFourBitKeyInSixteenBitPieces() {
    let (graph, loss) = record(batch: 1, training: true)
    let plan = Plan(graph, outputs: ["loss": loss], weights: weights())
    let key = SampleKey(seed: 9, step: 1, sample: 2)
    method.fill(method.ports(in: plan), row: 0, key: key, progress: 0)
    var random = key.random(.dropout)
    let pieces = plan.input("dropout.keys").map { UInt64($0) }
    #expect(pieces[0] | pieces[1] << 16 | pieces[2] << 32 | pieces[3] << 48 == random.next())
  }

  @Test func heldOutLossesUseNoDropout() {
    let (graph, loss) = record(batch: 1, training: false)
    #expect(!Plan(graph, outputs: ["loss": loss], weights: weights()).reads("dropout.keys"))
  }

  @Test func bothSidesOfAPairShareTheDropoutMaskAndTheTeacherHasNone() {
    let graph = Graph()
    let conditioning = Conditioning(
      global: graph.input("observation", [1, 1, 3]), dropoutKeys: graph.input(TrainingMethod.dropoutInput, [1, 1, 4]))
    let recording = LossRecording(
      graph: graph, student: Denoiser(network, method.student), teacher: method.teacher.map { Denoiser(network, $0) },
      data: graph.input("actions", [1, 4, 2]), conditioning: conditioning)
    let x = recording.data
    let outputs = [
      recording.online(x, at: "t"), recording.target(x, at: "t", bank: .target), recording.taught(x, at: "t"),
    ]
    let buffer = layout.initialize(seed: 1)
    let values = withExtendedLifetime(buffer) { buffer.values.map(Double.init) }
    var inputs = NoiseLevel.inputs("t", [method.student.values(at: 0.7)])
    inputs.merge(NoiseLevel.inputs(LossInput.teacherLevel("t"), [method.teacher!.values(at: 0.7)])) { $1 }
    inputs["observation"] = [0.1, -0.4, 0.9]
    inputs["actions"] = [0.3, -0.2, 0.8, 0.5, -0.9, 0.1, 0, 0.6]
    let results = [[1.0, 2, 3, 4], [5, 6, 7, 8]].map { keys in
      inputs[TrainingMethod.dropoutInput] = keys
      return ReferenceInterpreter(
        graph, parameters: [.online: values, .target: values, .teacher: values], inputs: inputs
      ).evaluate(outputs)
    }
    for result in results { #expect(result[0] == result[1] && result[0] != result[2]) }
    #expect(results[0][0] != results[1][0] && results[0][2] == results[1][2])
  }

  @Test func planAndInterpreterAgreeOnTheLoss() {
    let (graph, loss) = record(batch: 2, training: false)
    let weights = weights()
    let plan = Plan(graph, outputs: ["loss": loss], weights: weights)
    for row in 0..<2 {
      method.fill(method.ports(in: plan), row: row, key: SampleKey(seed: 1, step: 0, sample: UInt32(row)), progress: 0)
    }
    for (i, name) in ["observation", "actions"].enumerated() {
      var random = seeded(UInt64(i))
      for j in plan.input(name).indices { plan.input(name)[j] = Float.random(in: -1...1, using: &random) }
    }
    plan.run()
    let names = (inputs + ["observation", "actions", "teacher.t.out", "teacher.t.input", "teacher.r.input"])
    var values: [String: [Double]] = [:]
    for name in names where plan.reads(name) { values[name] = plan.input(name).map(Double.init) }
    for name in ["t", "r", "teacher.t", "teacher.r"].flatMap({ n in ["skip", "out", "input", "u"].map { "\(n).\($0)" } }
    )
    where plan.reads(name) { values[name] = plan.input(name).map(Double.init) }
    let banks = weights.parameters.mapValues { $0.values.map(Double.init) }
    let expected = ReferenceInterpreter(graph, parameters: banks, inputs: values).evaluate([loss])[0][0]
    #expect(abs(Double(plan.output("loss")[0]) / expected - 1) < 1e-4)
  }

  @Test func aCompiledDenoiserAgreesWithTheInterpreterAndItsBoundary() {
    let denoiser = Denoiser(network, method.student)
    let weights = weights()
    let compiled = DenoiserPlan(denoiser, shape: [2, 4, 2], weights: weights) { graph in
      Conditioning(global: graph.input("observation", [2, 1, 3]))
    }
    var random = seeded(3)
    let observation = (0..<6).map { _ in Float.random(in: -1...1, using: &random) }
    let x = (0..<16).map { _ in Float.random(in: -2...2, using: &random) }
    _ = compiled.plan.input("observation").update(fromContentsOf: observation)
    func run(_ sigma: Double) -> [Float] {
      var values = x
      values.withUnsafeMutableBufferPointer { compiled($0, sigma) }
      return values
    }
    #expect(run(method.objective.boundarySigma) == x)

    let graph = Graph()
    let level = NoiseLevel("level", batch: 2, graph: graph)
    let output = denoiser(
      graph.input("x", [2, 4, 2]), at: level, Conditioning(global: graph.input("observation", [2, 1, 3])))
    var inputs = NoiseLevel.inputs("level", [method.student.values(at: 1.5), method.student.values(at: 1.5)])
    inputs["x"] = x.map(Double.init)
    inputs["observation"] = observation.map(Double.init)
    let banks = weights.parameters.mapValues { $0.values.map(Double.init) }
    let expected = ReferenceInterpreter(graph, parameters: banks, inputs: inputs).evaluate([output])[0]
    for (found, expected) in zip(run(1.5), expected) { #expect(abs(Double(found) - expected) < 1e-4) }
  }

  /// It keeps what follows from a level: for a few, not for all that a long chain has, and not beyond a change of weights.
  @Test func aCompiledDenoiserRemembersLevelsButNotOldWeights() {
    let weights = weights()
    func compiled() -> DenoiserPlan {
      let plan = DenoiserPlan(Denoiser(network, method.student), shape: [1, 4, 2], weights: weights) { graph in
        Conditioning(global: graph.input("observation", [1, 1, 3]))
      }
      _ = plan.plan.input("observation").update(fromContentsOf: [0.3, -0.7, 0.1])
      return plan
    }
    func run(_ plan: DenoiserPlan, _ sigma: Double) -> [Float] {
      var values: [Float] = [0.5, -1, 0.25, 2, -0.5, 1, 0, -2]
      values.withUnsafeMutableBufferPointer { plan($0, sigma) }
      return values
    }
    let levels = (0..<70).map { 0.5 + 0.1 * Double($0) }
    let kept = compiled()
    let first = levels.map { run(kept, $0) }
    #expect(Set(first).count == levels.count)
    for (sigma, expected) in zip(levels, first) {
      #expect(run(kept, sigma) == expected)
      #expect(run(compiled(), sigma) == expected)
    }
    let parameters = weights.parameters[.online]!
    for i in 0..<parameters.count { parameters[i] *= 0.9 }
    weights.refresh()
    #expect(run(kept, 0.5) == run(compiled(), 0.5) && run(kept, 0.5) != first[0])
  }
}
