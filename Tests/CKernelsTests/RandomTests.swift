import CKernels
import Testing

@Suite struct RandomTests {
  /// The known answers published with Random123.
  @Test func philoxGivesTheKnownAnswers() {
    func philox(_ c: [UInt32], _ k: [UInt32]) -> [UInt32] {
      var out: [UInt32] = [0, 0, 0, 0]
      ck_philox4x32(c[0], c[1], c[2], c[3], k[0], k[1], &out)
      return out
    }
    #expect(philox([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    let ones = UInt32.max
    #expect(philox([ones, ones, ones, ones], [ones, ones]) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  static let keys: [Float] = [1, 2, 3, 4, 65535, 40000, 0, 12345, 9, 9, 9, 9]

  private func mask(_ isa: ISA, _ shape: Shape, stream: UInt32, rate: Float, keys: [Float] = keys) -> [Float] {
    var y = [Float](repeating: .nan, count: shape.count)
    isa.run { ck_dropout_mask(shape.sizes, keys, stream, rate, &y) }
    return y
  }

  @Test(arguments: ISA.supported, [Shape(3, 1, 1), Shape(3, 5, 7), Shape(2, 16, 64), Shape(1, 3, 33)])
  func dropoutComparesPhiloxWordsWithTheRate(isa: ISA, shape: Shape) {
    let rate: Float = 0.3
    var expected: [Float] = []
    for b in 0..<shape.batch {
      let key = Self.keys[b * 4..<b * 4 + 4].map { UInt32($0) }
      for e in 0..<shape.time * shape.channels {
        var words: [UInt32] = [0, 0, 0, 0]
        ck_philox4x32(UInt32(e / 4), 5, 0, 0, key[0] | key[1] << 16, key[2] | key[3] << 16, &words)
        expected.append(Double(words[e % 4]) < Double(rate) * 4_294_967_296 ? 0 : 1 / (1 - rate))
      }
    }
    #expect(mask(isa, shape, stream: 5, rate: rate) == expected)
  }

  @Test(arguments: ISA.supported, [0.1, 0.5, 0.9] as [Float])
  func dropoutKeepsTheMeanAndDropsAtTheRate(isa: ISA, rate: Float) {
    let shape = Shape(3, 400, 100)
    let y = mask(isa, shape, stream: 1, rate: rate)
    let dropped = Double(y.count { $0 == 0 }) / Double(y.count)
    // Five standard deviations of a binomial.
    let deviation = (Double(rate) * Double(1 - rate) / Double(y.count)).squareRoot()
    #expect(abs(dropped - Double(rate)) < 5 * deviation)
    #expect(y.allSatisfy { $0 == 0 || $0 == 1 / (1 - rate) })
  }

  @Test(arguments: ISA.supported)
  func dropoutRatesZeroAndOneKeepAndDropAll(isa: ISA) {
    let shape = Shape(2, 16, 64)
    #expect(mask(isa, shape, stream: 1, rate: 0).allSatisfy { $0 == 1 })
    #expect(mask(isa, shape, stream: 1, rate: 1).allSatisfy { $0 == 0 })
  }

  @Test(arguments: ISA.supported)
  func streamsAndKeysGiveOtherMasks(isa: ISA) {
    let shape = Shape(3, 16, 64)
    let y = mask(isa, shape, stream: 1, rate: 0.5)
    #expect(y != mask(isa, shape, stream: 2, rate: 0.5))
    let perSample = 16 * 64
    #expect(y[0..<perSample] != y[perSample..<2 * perSample])
    // A sample's mask is that of its key, wherever it stands in the batch.
    let last = mask(isa, Shape(1, 16, 64), stream: 1, rate: 0.5, keys: Array(Self.keys[8...]))
    #expect(Array(y[(2 * perSample)...]) == last)
  }
}
