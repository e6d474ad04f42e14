import CKernels
import Testing

@Suite struct PackingTests {
  /// Element (k, n) of a packed matrix of `depth` rows.
  private func index(_ k: Int, _ n: Int, depth: Int) -> Int {
    let panel = Int(CK_PANEL)
    return (n / panel * depth + k) * panel + n % panel
  }

  private func expectPacked(_ packed: [Float], k: Int, n: Int, element: (Int, Int) -> Float) {
    var expected = [Float](repeating: 0, count: packed.count)
    for i in 0..<k {
      for j in 0..<n { expected[index(i, j, depth: k)] = element(i, j) }
    }
    #expect(packed == expected)
  }

  @Test(arguments: [(1, 1), (5, 32), (17, 33), (40, 64), (3, 2), (64, 100)])
  func packedMatricesHoldPanelsPaddedWithZeros(k: Int, n: Int) {
    #expect(ck_packed_count(k, n) == (n + 31) / 32 * 32 * k)
    let w = randomFloats(k * (n + 3), seed: 1)
    var packed = [Float](repeating: .nan, count: ck_packed_count(k, n))
    ck_pack(k, n, w, n + 3, &packed)
    expectPacked(packed, k: k, n: n) { w[$0 * (n + 3) + $1] }

    let transposed = randomFloats(n * (k + 2), seed: 2)
    packed = [Float](repeating: .nan, count: packed.count)
    ck_pack_transposed(k, n, transposed, k + 2, &packed)
    expectPacked(packed, k: k, n: n) { transposed[$1 * (k + 2) + $0] }
  }

  @Test(arguments: [(1, 0, 1), (2, 1, 2), (4, 3, -1)], [false, true])
  func tapsAreStackedOrInterleavedInTheGivenOrder(_ taps: (count: Int, first: Int, step: Int), interleaved: Bool) {
    let (all, inputs, outputs) = (4, 20, 37)
    let w = randomFloats(all * inputs * outputs, seed: 3)
    // Which tap of w and which channel a packed row is.
    func place(_ k: Int, _ channels: Int) -> (tap: Int, channel: Int) {
      let (tap, channel) = interleaved ? (k % taps.count, k / taps.count) : (k / channels, k % channels)
      return (taps.first + tap * taps.step, channel)
    }
    func packed(_ channels: Int, _ columns: Int, transposed: Int32) -> [Float] {
      var packed = [Float](repeating: .nan, count: ck_packed_count(taps.count * channels, columns))
      ck_pack_taps(taps.count, taps.first, taps.step, inputs, outputs, w, transposed, interleaved ? 1 : 0, &packed)
      return packed
    }
    expectPacked(packed(inputs, outputs, transposed: 0), k: taps.count * inputs, n: outputs) { k, n in
      let (tap, channel) = place(k, inputs)
      return w[(tap * inputs + channel) * outputs + n]
    }
    expectPacked(packed(outputs, inputs, transposed: 1), k: taps.count * outputs, n: inputs) { k, n in
      let (tap, channel) = place(k, outputs)
      return w[(tap * inputs + n) * outputs + channel]
    }
  }
}
