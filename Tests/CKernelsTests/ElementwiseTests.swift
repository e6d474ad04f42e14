import CKernels
import Foundation
import Testing

/// A function of one variable: the kernel's name for it, its exact value, and the range on which to test it.
struct UnaryCase: Sendable, CustomStringConvertible {
  var kind: ck_unary_kind
  var description: String
  var range: ClosedRange<Double> = -100...100
  var exact: @Sendable (Double) -> Double

  private static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
  private static func mishDerivative(_ x: Double) -> Double {
    let t = tanh(softplus(x))
    return t + x * (1 - t * t) * sigmoid(x)
  }

  static let all: [UnaryCase] = [
    UnaryCase(kind: CK_MISH, description: "mish") { $0 * tanh(softplus($0)) },
    UnaryCase(kind: CK_MISH_DERIVATIVE, description: "mish derivative", exact: mishDerivative),
    UnaryCase(kind: CK_SILU, description: "silu") { $0 * sigmoid($0) },
    UnaryCase(kind: CK_TANH, description: "tanh", exact: tanh),
    UnaryCase(kind: CK_SIGMOID, description: "sigmoid", exact: sigmoid),
    UnaryCase(kind: CK_SOFTPLUS, description: "softplus", exact: softplus),
    UnaryCase(kind: CK_EXP, description: "exp", range: -104...88.72, exact: exp),
    UnaryCase(kind: CK_LOG, description: "log", range: 1e-30...1e30, exact: log),
    UnaryCase(kind: CK_SIN, description: "sin", exact: sin),
    UnaryCase(kind: CK_COS, description: "cos", exact: cos),
    UnaryCase(kind: CK_SQRT, description: "sqrt", range: 0...1e30, exact: sqrt),
    UnaryCase(kind: CK_RECIPROCAL, description: "reciprocal", range: 1e-30...1e30) { 1 / $0 },
    UnaryCase(kind: CK_SQUARE, description: "square") { $0 * $0 },
  ]

  /// Inputs over the range: evenly spaced, and of every magnitude.
  var inputs: [Float] {
    let even = (0...4000).map { range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 4000 }
    let small = (0...1000).map { pow(10, -12 + 14 * Double($0) / 1000) }
    return (even + small + small.map { -$0 }).filter(range.contains).map { Float($0) }
      .filter { range.contains(Double($0)) }
  }
}

@Suite struct ElementwiseTests {
  @Test(arguments: ISA.supported, UnaryCase.all)
  func unaryFunctionsAreAccurate(isa: ISA, c: UnaryCase) {
    let x = c.inputs
    let expected = x.map { c.exact(Double($0)) }
    var y = [Float](repeating: .nan, count: x.count)
    isa.run { ck_unary(c.kind, x.count, x, &y) }
    expectClose(y, expected, c.description) { 2e-6 * max(1, abs(expected[$0])) }
  }

  @Test(arguments: ISA.supported, UnaryCase.all)
  func everyLengthIsComputedToItsEnd(isa: ISA, c: UnaryCase) {
    for n in 0..<40 {
      let x = randomFloats(n, seed: UInt64(n), in: 0.1..<2)
      let d = randomFloats(n, seed: 100 + UInt64(n))
      var y = [Float](repeating: 7, count: n + 1)
      isa.run { ck_unary(c.kind, n, x, &y) }
      expectClose(y, x.map { c.exact(Double($0)) } + [7]) { _ in 1e-5 }
      var product = d
      isa.run {
        product.withUnsafeMutableBufferPointer { ck_unary_multiply(c.kind, n, x, $0.baseAddress, $0.baseAddress) }
      }
      expectClose(product, (0..<n).map { c.exact(Double(x[$0])) * Double(d[$0]) }) { _ in 1e-5 }
    }
  }

  @Test(arguments: ISA.supported)
  func extremeInputsGiveLimits(isa: ISA) {
    let x: [Float] = [-1000, -104, 89, 1000, .infinity, -.infinity, .nan]
    func values(_ kind: ck_unary_kind) -> [Float] {
      var y = x
      isa.run { ck_unary(kind, x.count, x, &y) }
      return y
    }
    let exponentials = values(CK_EXP)
    #expect(exponentials[0] == 0 && exponentials[5] == 0)
    #expect(exponentials[2...4].allSatisfy { $0 == .infinity })
    for kind in [CK_EXP, CK_MISH, CK_MISH_DERIVATIVE, CK_SILU, CK_TANH, CK_SIGMOID, CK_SOFTPLUS] {
      #expect(values(kind)[6].isNaN)
    }
    #expect(values(CK_SIGMOID)[0...5] == [0, values(CK_SIGMOID)[1], 1, 1, 1, 0])
    #expect(values(CK_TANH)[0...5] == [-1, -1, 1, 1, 1, -1])
    #expect(values(CK_MISH)[2...3] == [89, 1000])
    #expect(values(CK_MISH_DERIVATIVE)[2...4] == [1, 1, 1])
    #expect(values(CK_SOFTPLUS)[0] < 1e-37 && values(CK_SOFTPLUS)[3] == 1000)
  }

  static let broadcasts: [(Shape, [Int], [Int])] = [
    (Shape(2, 3, 20), [60, 20, 1], [60, 20, 1]), (Shape(2, 3, 20), [60, 20, 1], [0, 0, 1]),
    (Shape(2, 3, 20), [60, 20, 1], [20, 0, 1]), (Shape(2, 3, 20), [3, 1, 0], [60, 20, 1]),
    (Shape(4, 5, 33), [0, 0, 0], [5, 1, 0]), (Shape(4, 5, 33), [1, 0, 0], [0, 33, 1]),
    (Shape(3, 17, 1), [17, 1, 0], [17, 1, 1]), (Shape(3, 17, 1), [51, 3, 1], [1, 0, 0]),
    (Shape(1, 1, 100), [0, 0, 1], [0, 0, 0]), (Shape(2, 4, 8), [64, 16, 1], [32, 8, 1]),
    (Shape(0, 4, 8), [32, 8, 1], [0, 0, 1]), (Shape(2, 3, 0), [0, 0, 1], [0, 0, 0]),
  ]

  @Test(arguments: ISA.supported, broadcasts)
  func stridedOperandsBroadcast(isa: ISA, c: (shape: Shape, sa: [Int], sb: [Int])) {
    let (shape, sa, sb) = c
    let a = randomFloats(512, seed: 1)
    let b = randomFloats(512, seed: 2)
    var indices: [(Int, Int)] = []
    for i in 0..<shape.batch {
      for t in 0..<shape.time {
        for c in 0..<shape.channels {
          indices.append((i * sa[0] + t * sa[1] + c * sa[2], i * sb[0] + t * sb[1] + c * sb[2]))
        }
      }
    }
    var sums = [Float](repeating: 0, count: shape.count)
    var products = sums
    var copies = sums
    isa.run {
      ck_add(shape.sizes, a, sa, b, sb, &sums)
      ck_multiply(shape.sizes, a, sa, b, sb, &products)
      ck_broadcast(shape.sizes, b, sb, &copies)
    }
    #expect(sums == indices.map { a[$0] + b[$1] })
    #expect(products == indices.map { a[$0] * b[$1] })
    #expect(copies == indices.map { b[$1] })
  }

  @Test(arguments: ISA.supported, [0, 1, 7, 16, 33, 100])
  func scaleAndOffsetAreApplied(isa: ISA, n: Int) {
    let x = randomFloats(n, seed: 3)
    var y = x
    isa.run { y.withUnsafeMutableBufferPointer { ck_scale_offset(n, 1.5, -0.25, $0.baseAddress, $0.baseAddress) } }
    expectClose(y, x.map { 1.5 * Double($0) - 0.25 }) { _ in 2e-7 }
  }

  @Test func rowsAreCopiedBetweenLeadingDimensions() {
    let x = randomFloats(12, seed: 4)
    var y = [Float](repeating: 9, count: 15)
    ck_copy_rows(3, 2, x, 4, &y, 5)
    #expect(y == [x[0], x[1], 9, 9, 9, x[4], x[5], 9, 9, 9, x[8], x[9], 9, 9, 9])
    ck_zero(14, &y)
    #expect(y == [Float](repeating: 0, count: 14) + [9])
  }
}
