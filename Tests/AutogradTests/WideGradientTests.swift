import Autograd
import Testing

/// Weights so large that OpenBLAS makes their gradient: some of its numbers against sums in double.
@Suite("A wide layer's gradient")
struct WideGradientTests {
  @Test(arguments: [
    (batch: 16, time: 4, window: Window(padding: 2)), (batch: 36, time: 6, window: Window(stride: 2, padding: 1)),
  ])
  func isTheSumInDouble(batch: Int, time: Int, window: Window) {
    let (taps, width, columns) = (5, 1024, 832)
    let rows = (time + 2 * window.padding - taps) / window.stride + 1
    var layout = ParameterLayout()
    let weight = layout.add("weight", [taps, width, columns], kind: .convolution, .normal(standardDeviation: 0.01))
    let graph = Graph()
    let x = graph.input("x", [batch, time, width])
    let factors = graph.input("factors", [batch, rows, columns])
    let loss = (x.convolution(graph.parameter(weight), window) * factors).sum(to: [1, 1, 1])
    let plan = Plan(
      graph, outputs: ["loss": loss], gradients: graph.gradient(of: loss), gradientCount: layout.count,
      weights: PackedWeights([.online: layout.initialize(seed: 1)]))
    #expect("\(plan)".contains("wide kernel gradient"), "\(plan)")
    let xs = randomValues(batch * time * width, seed: 1), ds = randomValues(batch * rows * columns, seed: 2)
    for (index, value) in xs.enumerated() { plan.input("x")[index] = Float(value) }
    for (index, value) in ds.enumerated() { plan.input("factors")[index] = Float(value) }
    plan.run()
    for probe in 0..<500 {
      let (tap, c, n) = (probe % taps, probe * 389 % width, probe * 613 % columns)
      var exact = 0.0
      for sample in 0..<batch {
        for row in 0..<rows {
          let frame = row * window.stride - window.padding + tap
          guard frame >= 0 && frame < time else { continue }
          exact += xs[(sample * time + frame) * width + c] * ds[(sample * rows + row) * columns + n]
        }
      }
      let computed = Double(plan.gradients![weight.offset + (tap * width + c) * columns + n])
      #expect(abs(computed - exact) < 2e-5, "tap \(tap), channel \(c), output \(n): \(computed), \(exact)")
    }
  }
}
