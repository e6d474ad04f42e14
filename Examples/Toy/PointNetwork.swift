import Autograd
import Backbone
import Consistency

/// F(x, u): a small residual network on single points. Both heads of Saltus use `TemporalUNet` in its place.
struct PointNetwork: Network {
  private let embedding: NoiseEmbedding
  private let input: Linear
  private let blocks: [(film: Linear, linear: Linear)]
  private let output: Linear

  init(width: Int = 128, depth: Int = 3, in layout: inout ParameterLayout) {
    embedding = layout.scope("embedding") { NoiseEmbedding(width: 32, in: &$0) }
    input = layout.scope("input") { Linear(2, width, in: &$0) }
    blocks = (0..<depth).map { index in
      layout.scope("block\(index)") { layout in
        (
          layout.scope("film") { Linear(32, width, in: &$0) },
          layout.scope("linear") { Linear(width, width, in: &$0) }
        )
      }
    }
    output = layout.scope("output") { Linear(width, 2, in: &$0) }
  }

  /// - Parameter x: `[B, 1, 2]`
  func callAsFunction(_ x: Tensor, noise: Tensor, target: Tensor?, _ conditioning: Conditioning) -> Tensor {
    let noise = embedding(noise).mish()
    var h = input(x)
    for block in blocks { h = h + block.linear((h + block.film(noise)).mish()) }
    return output(h)
  }
}
