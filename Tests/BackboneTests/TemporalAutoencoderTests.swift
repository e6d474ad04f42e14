import Autograd
import Backbone
import Foundation
import Testing

struct TemporalAutoencoderTests {
  private func mish(_ x: Double) -> Double { x * tanh(log1p(exp(x))) }

  /// One channel everywhere: numbers in a row, computed here with loops, by PyTorch's definitions of both convolutions.
  @Test func aSmallOneIsWhatItsWeightsSay() throws {
    var layout = ParameterLayout()
    let network = TemporalAutoencoder(
      .init(channels: 1, widths: [1, 1], latentChannels: 1, kernel: 3), in: &layout)
    let buffer = layout.initialize(seed: 5)
    func values(_ name: String) -> [Double] {
      let parameter = layout.entries.first { $0.name == name }!.parameter
      return parameter.range.map { Double(buffer[$0]) }
    }
    /// A convolution that keeps the length, or halves it.
    func convolution(_ x: [Double], _ name: String, stride: Int = 1) -> [Double] {
      let (w, b) = (values(name + ".weight"), values(name + ".bias")[0])
      return Swift.stride(from: 0, to: x.count, by: stride).map { start in
        w.enumerated().reduce(b) { sum, tap in
          let place = start + tap.offset - w.count / 2
          return sum + (x.indices.contains(place) ? tap.element * x[place] : 0)
        }
      }
    }
    func block(_ h: [Double], _ name: String) -> [Double] {
      let inner = convolution(h.map(mish), name + ".conv1").map(mish)
      return zip(h, convolution(inner, name + ".conv2")).map(+)
    }
    func up(_ h: [Double], _ name: String) -> [Double] {
      let (w, b) = (values(name + ".weight"), values(name + ".bias")[0])
      var y = [Double](repeating: b, count: 2 * h.count)
      for (j, value) in h.enumerated() {
        for (k, tap) in w.enumerated() where y.indices.contains(2 * j + k - 1) { y[2 * j + k - 1] += tap * value }
      }
      return y
    }
    let x = [0.3, -1.2, 0.8, 0.1, -0.4, 2]
    var h = block(convolution(x, "encoder.input"), "encoder.0")
    h = block(convolution(h.map(mish), "encoder.0.down", stride: 2), "encoder.1")
    let latents = convolution(h.map(mish), "encoder.latent")
    h = block(convolution(latents, "decoder.input"), "decoder.1")
    h = block(up(h.map(mish), "decoder.0.up"), "decoder.0")
    let decoded = convolution(h.map(mish), "decoder.output")

    let graph = Graph()
    let encoded = network.encode(graph.input("x", [1, 6, 1]))
    #expect(encoded.shape == [1, 3, 1])
    let parameters = withExtendedLifetime(buffer) { buffer.values.map(Double.init) }
    let found = ReferenceInterpreter(graph, parameters: [.online: parameters], inputs: ["x": x])
      .evaluate([encoded, network.decode(encoded)])
    for (found, expected) in zip(found, [latents, decoded]) {
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-9, "\(found), \(expected)") }
    }
  }

  @Test(arguments: [1, 2, 4])
  func everyLevelButTheLastHalvesTheTime(levels: Int) {
    let configuration = TemporalAutoencoder.Configuration(
      channels: 3, widths: [Int](repeating: 5, count: levels), latentChannels: 2, kernel: 3)
    #expect(configuration.problem == nil && configuration.timeMultiple == 1 << (levels - 1))
    var layout = ParameterLayout()
    let network = TemporalAutoencoder(configuration, in: &layout)
    let encoded = network.encode(Graph().input("x", [2, 16, 3]))
    #expect(encoded.shape == [2, 16 >> (levels - 1), 2])
    #expect(network.decode(encoded).shape == [2, 16, 3])
  }

  @Test func impossibleSizesAreNamed() {
    for (change, name) in [
      ({ $0.widths = [] }, "widths"), ({ $0.widths = [4, 0] }, "widths"), ({ $0.latentChannels = 0 }, "latentChannels"),
      ({ $0.kernel = 2 }, "kernel"), ({ $0.channels = 0 }, "channels"),
    ] as [((inout TemporalAutoencoder.Configuration) -> Void, String)] {
      var configuration = TemporalAutoencoder.Configuration(channels: 2)
      change(&configuration)
      #expect(configuration.problem?.hasPrefix(name) == true)
    }
  }
}
