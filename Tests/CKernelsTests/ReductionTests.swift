import CKernels
import Testing

@Suite struct ReductionTests {
  static let shapes = [
    Shape(1, 1, 1), Shape(3, 1, 2), Shape(2, 5, 33), Shape(4, 16, 64), Shape(7, 3, 20), Shape(1, 300, 10),
    Shape(64, 2, 100), Shape(3, 200, 1), Shape(1, 1, 5000),
  ]

  @Test(arguments: ISA.supported, shapes)
  func sumsRunOverTheChosenDimensions(isa: ISA, shape: Shape) {
    let a = randomFloats(shape.count, seed: 1)
    let b = randomFloats(shape.count, seed: 2)
    for bits in 0..<8 {  // every choice of dimensions to sum over
      let out = shape.sizes.enumerated().map { bits >> $0.offset & 1 == 1 ? 1 : $0.element }
      for factor in [nil, b] {
        var expected = [Double](repeating: 0, count: out[0] * out[1] * out[2])
        for i in a.indices {
          let (sample, t, c) = (i / (shape.time * shape.channels), i / shape.channels % shape.time, i % shape.channels)
          let target = (sample % out[0] * out[1] + t % out[1]) * out[2] + c % out[2]
          expected[target] += Double(a[i]) * Double(factor?[i] ?? 1)
        }
        var y = [Float](repeating: .nan, count: expected.count)
        isa.run { ck_sum(shape.sizes, out, a, factor, &y) }
        let tolerance = 1e-6 * Double(shape.count / expected.count).squareRoot() + 1e-5
        expectClose(y, expected, "\(shape) -> \(out)") { _ in tolerance }
      }
    }
  }

  @Test(arguments: ISA.supported)
  func errorsOfLongSumsDoNotGrow(isa: ISA) {
    let n = 1 << 20
    let a = [Float](repeating: 0.1, count: n)
    for (shape, out) in [([1, 1, n], [1, 1, 1]), ([4, n / 4, 1], [1, 1, 1]), ([1, n / 16, 16], [1, 1, 16])] {
      let terms = n / out[2]
      var y = [Float](repeating: 0, count: out[2])
      isa.run { ck_sum(shape, out, a, nil, &y) }
      let expected = Double(Float(0.1)) * Double(terms)
      expectClose(y, [Double](repeating: expected, count: out[2])) { _ in 2e-5 * expected }
    }
  }
}
