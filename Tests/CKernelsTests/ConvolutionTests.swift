import CKernels
import Testing

@Suite struct ConvolutionTests {
  @Test(arguments: ISA.supported, ConvolutionCase.all)
  func convolutionEqualsTheSumInDouble(isa: ISA, c: ConvolutionCase) {
    for bias in [nil, c.bias] {
      let expected = c.expectedOutput(x: c.x, bias: bias)
      let marker = [Float](repeating: 77, count: c.outputCount)
      let y = c.run(on: isa, x: c.x, bias: bias, initial: marker)
      // Rows between those of out0 + i * out_step are not touched.
      let values = expected.values.map { $0.isNaN ? 77 : $0 }
      expectClose(y, values) { 1e-6 * expected.magnitudes[$0] }
    }
  }

  @Test(arguments: ISA.supported, ConvolutionCase.all)
  func accumulatingAddsToTheOutput(isa: ISA, c: ConvolutionCase) {
    let expected = c.expectedOutput(x: c.x, bias: c.bias)
    let initial = randomFloats(c.outputCount, seed: 4)
    let y = c.run(on: isa, x: c.x, bias: c.bias, initial: initial, accumulate: true)
    let values = zip(initial, expected.values).map { $1.isNaN ? Double($0) : Double($0) + $1 }
    expectClose(y, values) { 1e-6 * (1 + expected.magnitudes[$0]) }
  }

  @Test(arguments: ISA.supported, ConvolutionCase.all)
  func dividingThePanelsChangesNoBit(isa: ISA, c: ConvolutionCase) {
    let initial = [Float](repeating: 0, count: c.outputCount)
    let whole = c.run(on: isa, x: c.x, bias: c.bias, initial: initial)
    for cut in 0...c.panels {
      let parts = c.run(on: isa, x: c.x, bias: c.bias, initial: initial, panels: [cut..<c.panels, 0..<cut])
      #expect(identical(whole, parts))
    }
  }

  @Test(arguments: ISA.supported, ConvolutionCase.all.filter { $0.shape.batch > 1 })
  func aSampleDoesNotDependOnItsBatch(isa: ISA, c: ConvolutionCase) {
    let x = c.x
    let initial = [Float](repeating: 0, count: c.outputCount)
    let whole = c.run(on: isa, x: x, bias: c.bias, initial: initial)
    var single = c
    single.shape.batch = 1
    let inCount = c.shape.in_time * c.shape.in_channels
    let outCount = c.shape.out_time * c.shape.out_channels
    for b in 0..<c.shape.batch {
      let y = single.run(
        on: isa, x: Array(x[b * inCount..<(b + 1) * inCount]), bias: c.bias,
        initial: [Float](repeating: 0, count: outCount))
      #expect(identical(y, whole[b * outCount..<(b + 1) * outCount]))
    }
  }

  /// Weights that bfloat16 holds exactly give the same bits in it.
  @Test(arguments: ISA.supported, ConvolutionCase.all)
  func bfloat16WeightsAreMultipliedExactly(isa: ISA, c: ConvolutionCase) {
    let initial = randomFloats(c.outputCount, seed: 4)
    for accumulate in [false, true] {
      let single = c.run(on: isa, x: c.x, bias: c.bias, initial: initial, accumulate: accumulate, rounded: true)
      let half = c.run(on: isa, x: c.x, bias: c.bias, initial: initial, accumulate: accumulate, bfloat16: true)
      #expect(identical(single, half))
    }
  }

  @Test func roundingToBfloat16IsToTheNearestAndEven() {
    let bits: [(UInt32, UInt16)] = [
      (0, 0), (0x8000_0000, 0x8000), (0x3F80_0000, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F81_8000, 0x3F82),
      (0x3F80_8001, 0x3F81), (0x3F80_7FFF, 0x3F80), (0x7F80_0000, 0x7F80), (0xFF80_0000, 0xFF80),
      (0x7F7F_FFFF, 0x7F80), (0x7F80_0001, 0x7FC0), (0xFFFF_FFFF, 0xFFFF),
    ]
    let values = bits.map { Float(bitPattern: $0.0) }
    var rounded = [UInt16](repeating: 0, count: bits.count)
    ck_round_to_bfloat16(bits.count, values, &rounded)
    #expect(rounded == bits.map(\.1))
  }

  @Test(arguments: ISA.supported, ConvolutionCase.all)
  func weightGradientEqualsTheSumInDouble(isa: ISA, c: ConvolutionCase) {
    let d = randomFloats(c.outputCount, seed: 5)
    let expected = c.expectedGradient(x: c.x, d: d)
    let initial = randomFloats(expected.values.count, seed: 6)
    let overwritten = c.runGradient(on: isa, x: c.x, d: d, initial: initial, accumulate: false)
    expectClose(overwritten, expected.values) { 1e-6 * expected.magnitudes[$0] }
    let added = c.runGradient(on: isa, x: c.x, d: d, initial: initial, accumulate: true)
    expectClose(added, zip(initial, expected.values).map { Double($0) + $1 }) { 1e-6 * (1 + expected.magnitudes[$0]) }
  }

  @Test(arguments: ConvolutionCase.all)
  func instructionSetsAgree(c: ConvolutionCase) {
    let initial = [Float](repeating: 0, count: c.outputCount)
    let reference = c.run(on: .portable, x: c.x, bias: c.bias, initial: initial)
    let magnitudes = c.expectedOutput(x: c.x, bias: c.bias).magnitudes
    for isa in ISA.supported {
      let y = c.run(on: isa, x: c.x, bias: c.bias, initial: initial)
      // To 1e-5 of the sum, or of the size that such sums have: products of two numbers in ±1 have a deviation of 1/3. Instruction sets may add them
      // in different orders (channelwise_product.h), and then differ by two sums' roundings; how far each is from the true sum is
      // tested above.
      let size = max(1, Double(c.depth).squareRoot() / 3)
      expectClose(y, reference.map(Double.init)) {
        1e-5 * min(max(size, Double(abs(reference[$0]))), magnitudes[$0])
      }
    }
  }
}
