import Autograd
import Backbone
import Testing

/// The backbone against its PyTorch twin (Tests/Fixtures/temporal_unet_twin.py), evaluated there in double precision.
@Suite("TemporalUNet")
struct TemporalUNetTests {
  private struct Twin {
    let fixture: Fixture
    let layout: ParameterLayout
    let parameters: ParameterBuffer
    let graph: Graph
    let x: Tensor
    let output: Tensor
    private(set) var fills: [(name: String, values: [Float])] = []

    init(_ name: String) throws {
      let fixture = try Fixture("temporal_unet_\(name)")
      self.fixture = fixture
      var layout = ParameterLayout()
      let network = TemporalUNet(
        TemporalUNet.Configuration(
          channels: fixture.integer("channels"), widths: fixture.configuration["widths"] as! [Int],
          kernel: fixture.integer("kernel"), groups: fixture.integer("groups"),
          embedding: fixture.integer("embedding"), globalCondition: fixture.integer("global_size"),
          frameCondition: fixture.integer("frame_size"),
          targetEmbedding: fixture.configuration["target_time"] as! Bool,
          fullResolution: fixture.configuration["full_resolution"] as? Bool ?? false),
        in: &layout)
      self.layout = layout
      let parameters = ParameterBuffer(count: layout.count)
      for entry in layout.entries {
        let tensor = fixture.tensors["parameters.\(entry.name)"]!
        #expect(tensor.shape == entry.parameter.diskShape, "\(entry.name)")
        tensor.values.withUnsafeBufferPointer { parameters.readDiskOrder(of: entry.parameter, from: $0) }
      }
      let (batch, time) = (fixture.integer("batch"), fixture.integer("time"))
      let graph = Graph()
      var fills: [(name: String, values: [Float])] = []
      func input(_ name: String, _ shape: [Int]) -> Tensor? {
        guard let tensor = fixture.tensors["inputs.\(name)"] else { return nil }
        fills.append((name, tensor.values))
        return graph.input(name, shape)
      }
      let x = input("x", [batch, time, network.configuration.channels])!
      var conditioning = Conditioning(
        global: input("global", [batch, 1, network.configuration.globalCondition]),
        frames: input("frames", [batch, time, network.configuration.frameCondition]),
        mask: input("mask", [batch, time, 1]))
      let masks = fixture.tensors.keys.filter { $0.hasPrefix("dropout.") }
      if !masks.isEmpty {
        // Streams count the blocks in the order in which they run.
        let order = layout.entries.map(\.name).filter { $0.hasSuffix(".film.weight") }
          .map { "dropout." + $0.dropLast(".film.weight".count) }
        #expect(Set(order) == Set(masks))
        conditioning.dropoutMultipliers = { shape, stream in
          graph.constant(fixture.tensors[order[Int(stream) - 1]]!.values, shape)
        }
      }
      self.parameters = parameters
      self.graph = graph
      self.x = x
      output = network(
        x, noise: input("noise", [batch, 1, 1])!, target: input("target", [batch, 1, 1]), conditioning)
      self.fills = fills
    }

    func fill(_ plan: Plan) {
      for (name, values) in fills where plan.reads(name) { _ = plan.input(name).update(from: values) }
    }
  }

  static let fixtures = ["plain", "global", "groups8", "masked", "full", "dropout", "top"]

  @Test(arguments: fixtures)
  func inferenceEqualsPyTorchWithin1e5(_ name: String) throws {
    let twin = try Twin(name)
    let plan = Plan(twin.graph, outputs: ["y": twin.output], weights: PackedWeights([.online: twin.parameters]))
    twin.fill(plan)
    plan.run()
    let difference = zip(plan.output("y"), twin.fixture.tensors["output"]!.values).map { abs($0 - $1) }.max()!
    #expect(difference <= 1e-5)
  }

  @Test(arguments: fixtures)
  func everyGradientEqualsPyTorchWithin1e4(_ name: String) throws {
    let twin = try Twin(name)
    let cotangent = twin.graph.constant(twin.fixture.tensors["cotangent"]!.values, twin.output.shape)
    let loss = (twin.output * cotangent).total()
    let gradients = twin.graph.gradient(of: loss)
    #expect(gradients.count == twin.layout.entries.count)
    let alongX = twin.graph.pullback([(loss, twin.graph.constant([1], [1, 1, 1]))], to: [twin.x])[0]!
    let plan = Plan(
      twin.graph, outputs: ["y": twin.output, "x": alongX], gradients: gradients, gradientCount: twin.layout.count,
      weights: PackedWeights([.online: twin.parameters]))
    twin.fill(plan)
    plan.run()
    expectClose(Array(plan.output("x")), twin.fixture.tensors["gradients.inputs.x"]!.values, "x")
    for entry in twin.layout.entries {
      var computed = [Float](repeating: 0, count: entry.parameter.count)
      computed.withUnsafeMutableBufferPointer { plan.gradients!.writeDiskOrder(of: entry.parameter, into: $0) }
      expectClose(computed, twin.fixture.tensors["gradients.\(entry.name)"]!.values, entry.name)
    }
  }

  /// ‖computed − exact‖ ≤ 1e-4 ‖exact‖ for each tensor. A bias before a normalisation of its own channel alone has
  /// gradient zero, so rounding noise of 1e-5 is allowed beside it.
  private func expectClose(_ computed: [Float], _ exact: [Float], _ name: String) {
    let error = zip(computed, exact).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
    let norm = exact.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(computed.count == exact.count && error <= 1e-4 * norm + 1e-5, "\(name): \(error) of \(norm)")
  }

  @Test func paddingChangesNothing() {
    var layout = ParameterLayout()
    let network = TemporalUNet(
      TemporalUNet.Configuration(channels: 3, widths: [8, 16], groups: 4, embedding: 16, frameCondition: 2),
      in: &layout)
    let weights = PackedWeights([.online: layout.initialize(seed: 2)])
    func run(length: Int, padded: Int) -> [Float] {
      let graph = Graph()
      let conditioning = Conditioning(
        frames: graph.input("frames", [1, padded, 2]), mask: graph.input("mask", [1, padded, 1]))
      let y = network(graph.input("x", [1, padded, 3]), noise: graph.input("u", [1, 1, 1]), conditioning)
      let plan = Plan(graph, outputs: ["y": y], weights: weights)
      plan.input("u")[0] = 3
      for t in 0..<padded {
        plan.input("mask")[t] = t < length ? 1 : 0
        // Beyond the length stands garbage, which must not matter.
        for c in 0..<3 { plan.input("x")[t * 3 + c] = t < length ? Float((t * 7 + c) % 5) - 2 : 100 }
        for c in 0..<2 { plan.input("frames")[t * 2 + c] = t < length ? Float((t + c) % 3) : -50 }
      }
      plan.run()
      return Array(plan.output("y"))
    }
    let (short, long) = (run(length: 12, padded: 12), run(length: 12, padded: 20))
    for i in 0..<36 { #expect(abs(short[i] - long[i]) < 1e-5) }
    #expect(long[36...].allSatisfy { $0 == 0 })
  }

  /// What else there is lies and starts as in a network without one.
  @Test func theSecondEmbeddingLiesBehindAllElse() {
    func made(_ target: Bool) -> (layout: ParameterLayout, network: TemporalUNet) {
      var layout = ParameterLayout()
      _ = layout.add("before", [1, 1, 3], kind: .vector, .ones)
      let network = TemporalUNet(
        TemporalUNet.Configuration(
          channels: 3, widths: [8, 16], groups: 4, embedding: 16, targetEmbedding: target, fullResolution: true),
        in: &layout)
      return (layout, network)
    }
    let (with, without) = (made(true), made(false))
    let (own, common) = (with.network.targetEmbeddingParameters, without.network.parameters)
    #expect(common == 3..<without.layout.count && without.network.targetEmbeddingParameters.isEmpty)
    #expect(with.network.parameters == 3..<with.layout.count && own == common.upperBound..<with.layout.count)
    #expect(
      with.layout.entries.filter { own.contains($0.parameter.offset) }.map(\.name)
        == [
          "linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias",
        ].map { "target_embedding." + $0 })
    let (values, others) = (with.layout.initialize(seed: 3), without.layout.initialize(seed: 3))
    #expect((0..<others.count).allSatisfy { values[$0] == others[$0] })
    // It adds nothing at first.
    #expect(own.suffix(16 * 64 + 16).allSatisfy { values[$0] == 0 })
  }

  @Test func theReferenceNetworkHasItsPublishedSize() {
    var layout = ParameterLayout()
    _ = TemporalUNet(TemporalUNet.Configuration(channels: 2, globalCondition: 20), in: &layout)
    #expect(abs(Double(layout.count) - 4.49e6) < 0.01e6)
  }
}
