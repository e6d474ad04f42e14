import Environments
import TestSupport
import Testing

/// Numbers that numpy drew (Tests/Fixtures/numpy_random.py), in the order it drew them.
private struct Reference: Decodable {
  struct Legacy: Decodable {
    let seed: UInt32
    let words: [UInt32]
    let uniforms: [Double]
    let integers: [Int]
    let normals: [Double]
    let laterInteger: Int
    let laterNormal: Double
  }

  struct PCG: Decodable {
    let seed: UInt64
    let words: [UInt64]
    let integers: [Int]
    let uniforms: [Double]
    let smallRange: [Int]
    let wideRange: [Int]
    let fullWords: [Int]
    let fullRange: [Int]
    let laterUniform: Double
  }

  let legacy: [Legacy]
  let pcg: [PCG]
}

struct RandomGeneratorTests {
  private let reference: Reference = try! fixture("numpy_random.json", as: Reference.self)

  @Test func mersenneTwisterDrawsWhatRandomStateDraws() {
    for expected in reference.legacy {
      var random = MersenneTwister(seed: expected.seed)
      // 700 words: past the first refill of the state.
      let words = (0..<700).map { _ in random.next32() }
      #expect(Array(words.suffix(4)) == expected.words)
      #expect((0..<4).map { _ in random.uniform() } == expected.uniforms)
      let integers =
        (0..<8).map { _ in random.integer(in: 50..<450) } + (0..<8).map { _ in random.integer(in: -3..<5) }
      #expect(integers == expected.integers)
      #expect((0..<5).map { _ in random.normal() } == expected.normals)
      #expect(random.integer(in: 100..<400) == expected.laterInteger)
      #expect(random.normal() == expected.laterNormal)
    }
  }

  @Test func pcg64DrawsWhatDefaultRngDraws() {
    for expected in reference.pcg {
      var random = PCG64(seed: expected.seed)
      #expect((0..<3).map { _ in random.next() } == expected.words)
      #expect((0..<5).map { _ in random.integer(in: 50..<450) } == expected.integers)
      #expect((0..<3).map { _ in random.uniform(in: -Double.pi..<Double.pi) } == expected.uniforms)
      #expect((0..<6).map { _ in random.integer(in: -3..<5) } == expected.smallRange)
      #expect((0..<4).map { _ in random.integer(in: -(1 << 40)..<(1 << 41)) } == expected.wideRange)
      #expect((0..<3).map { _ in random.integer(in: 0..<(1 << 32)) } == expected.fullWords)
      // Int.max itself cannot be in a half-open range of Int; the next two words are drawn whole instead.
      #expect((0..<2).map { _ in Int(bitPattern: UInt(random.next() ^ 1 << 63)) } == expected.fullRange)
      #expect(random.uniform() == expected.laterUniform)
    }
  }

  @Test func oneValueRangeDrawsNothing() {
    var first = PCG64(seed: 3)
    var second = first
    #expect(first.integer(in: 7..<8) == 7)
    #expect(first.next() == second.next())
    var third = MersenneTwister(seed: 3)
    var fourth = third
    #expect(third.integer(in: 7..<8) == 7)
    #expect(third.next() == fourth.next())
  }
}
