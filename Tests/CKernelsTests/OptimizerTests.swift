import CKernels
import Foundation
import Testing

@Suite struct OptimizerTests {
  private func reduce(_ isa: ISA, _ gradients: [[Float]]) -> (sum: [Float], squares: Double) {
    let n = gradients[0].count
    let flat = gradients.flatMap { $0 }
    var reduced = [Float](repeating: .nan, count: n)
    let squares = isa.run {
      flat.withUnsafeBufferPointer { base in
        let pointers = gradients.indices.map { shard in base.baseAddress.map { $0 + shard * n } }
        return ck_reduce_gradients(n, Int32(gradients.count), pointers, &reduced)
      }
    }
    return (reduced, squares)
  }

  @Test(arguments: [1, 15, 16, 17, 1024, 5003], [1, 2, 4])
  func gradientsAreReducedAlikeByEveryInstructionSet(n: Int, shards: Int) {
    let gradients = (0..<shards).map { randomFloats(n, seed: UInt64($0)) }
    let sum = (0..<n).map { i in gradients.dropFirst().reduce(gradients[0][i]) { $0 + $1[i] } }
    let squares = sum.reduce(0) { $0 + Double($1) * Double($1) }
    let results = ISA.supported.map { reduce($0, gradients) }
    for result in results {
      #expect(identical(result.sum, sum))
      #expect(abs(result.squares - squares) <= 1e-12 * squares)
      #expect(result.squares == results[0].squares)
    }
  }

  /// torch.optim.AdamW, single tensor, in double.
  private struct Reference {
    var p, m, v, ema: [Double]

    mutating func step(_ k: Int, _ a: ck_adamw_args, _ g: [Float]) {
      let (beta1, beta2) = (Double(a.beta1), Double(a.beta2))
      let (bias1, bias2) = (1 - pow(beta1, Double(k)), 1 - pow(beta2, Double(k)))
      for i in p.indices {
        let gradient = Double(g[i]) * Double(a.clip)
        p[i] *= 1 - Double(a.learning_rate) * Double(a.weight_decay)
        m[i] = beta1 * m[i] + (1 - beta1) * gradient
        v[i] = beta2 * v[i] + (1 - beta2) * gradient * gradient
        let denominator = v[i].squareRoot() / bias2.squareRoot() + Double(a.epsilon)
        p[i] -= Double(a.learning_rate) / bias1 * m[i] / denominator
        ema[i] = Double(a.ema_decay) * ema[i] + (1 - Double(a.ema_decay)) * p[i]
      }
    }
  }

  @Test(arguments: ISA.supported, [1, 16, 37])
  func adamWFollowsItsReference(isa: ISA, n: Int) {
    var p = randomFloats(n, seed: 1)
    var m = [Float](repeating: 0, count: n)
    var v = m
    var ema = p
    var withoutAverage = (p: p, m: m, v: v)
    var reference = Reference(
      p: p.map(Double.init), m: m.map(Double.init), v: m.map(Double.init), ema: p.map(Double.init))
    for k in 1...20 {
      var a = ck_adamw_args(
        learning_rate: 1e-2, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weight_decay: 0.1, bias1: 0, bias2: 0, clip: 0.5,
        ema_decay: 0.9)
      a.bias1 = Float(1 - pow(Double(a.beta1), Double(k)))
      a.bias2 = Float(1 - pow(Double(a.beta2), Double(k)))
      let g = randomFloats(n, seed: UInt64(100 + k))
      isa.run {
        ck_adamw(n, &a, g, &p, &m, &v, &ema)
        ck_adamw(n, &a, g, &withoutAverage.p, &withoutAverage.m, &withoutAverage.v, nil)
      }
      reference.step(k, a, g)
    }
    expectClose(p, reference.p) { _ in 1e-6 }
    expectClose(m, reference.m) { _ in 1e-6 }
    expectClose(v, reference.v) { _ in 1e-6 }
    expectClose(ema, reference.ema) { _ in 1e-6 }
    #expect(identical(p, withoutAverage.p))
  }
}
