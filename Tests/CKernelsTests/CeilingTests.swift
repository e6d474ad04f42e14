import CKernels
import Testing

@Suite struct CeilingTests {
  @Test(arguments: ISA.supported, [0, 1, 5, 16, 63, 64, 1000])
  func readingMeetsEveryWord(isa: ISA, count: Int) {
    let x = (0..<count).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 &* 2_654_435_761 &+ 7)) }
    let sum = isa.run { ck_read_words(count, x) }
    #expect(sum == x.reduce(0) { $0 &+ $1.bitPattern })
  }

  /// Every accumulator follows s ← 0.999 s + 0.001 and ends at its limit, 1.
  @Test(arguments: ISA.supported)
  func multiplyAddsAreMade(isa: ISA) {
    var (few, many): (Float, Float) = (0, 0)
    let operations = isa.run { (ck_multiply_adds(1, &few), ck_multiply_adds(100_000, &many)) }
    #expect(operations.1 == 100_000 * operations.0)
    #expect(abs(many - Float(operations.0) / 2) < 0.1 * many && abs(few - many) > 0.1 * many)
  }
}
