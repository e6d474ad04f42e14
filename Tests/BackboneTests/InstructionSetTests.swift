import Autograd
import Backbone
import CKernels
import Testing

/// The whole network on every instruction set that this processor has.
@Suite("Instruction sets")
struct InstructionSetTests {
  /// The bundled policy's sizes, at the batch of a control loop and at an odd one, which leaves half a tile: kernels are chosen
  /// by size, so that small networks would not meet all of them.
  @Test(arguments: [1, 3])
  func agreeOnAWholeNetworkToOneInAHundredThousand(batch: Int) {
    var layout = ParameterLayout()
    let network = TemporalUNet(
      TemporalUNet.Configuration(channels: 2, widths: [64, 128, 256], globalCondition: 20), in: &layout)
    let graph = Graph()
    let y = network(
      graph.input("x", [batch, 16, 2]), noise: graph.input("u", [batch, 1, 1]),
      Conditioning(global: graph.input("condition", [batch, 1, 20])))
    let loss = (y * y).mean()
    let gradients = graph.gradient(of: loss.mean())
    let parameters = layout.initialize(seed: 1)
    func results(on isa: String) -> (output: [Float], gradient: [Float]) {
      #expect(ck_select_isa_on_this_thread(isa) == 1)
      defer { _ = ck_select_isa_on_this_thread(nil) }
      let plan = Plan(
        graph, outputs: ["y": y], gradients: gradients, gradientCount: layout.count,
        weights: PackedWeights([.online: parameters]))
      var random = Philox(seed: 2, step: 0, sample: 0, stream: .noise)
      for name in ["x", "condition"] {
        let values = plan.input(name)
        for index in values.indices { values[index] = Float(random.normal()) }
      }
      plan.input("u").update(repeating: -100)
      plan.run()
      let gradient = plan.gradients!
      return (Array(plan.output("y")), (0..<layout.count).map { gradient.pointer[$0] })
    }
    let portable = results(on: "portable")
    for isa in ["avx2", "avx512"] where ck_select_isa_on_this_thread(isa) == 1 {
      let (output, gradient) = results(on: isa)
      expectClose(output, portable.output, "\(isa)'s output")
      expectClose(gradient, portable.gradient, "\(isa)'s gradient")
    }
    _ = ck_select_isa_on_this_thread(nil)
  }

  private func expectClose(_ values: [Float], _ expected: [Float], _ what: String) {
    let difference = zip(values, expected).map { abs($0 - $1) }.max()!
    let largest = expected.map(abs).max()!
    #expect(largest > 0 && difference <= 1e-5 * largest, "\(what) differs by \(difference) of \(largest)")
  }
}
