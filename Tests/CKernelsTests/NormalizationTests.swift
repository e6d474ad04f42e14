import CKernels
import Testing

@Suite struct NormalizationTests {
  @Test(arguments: ISA.supported, NormalizationCase.all)
  func normalizationEqualsItsDefinition(isa: ISA, c: NormalizationCase) {
    let expected = c.expected(x: c.x, v: c.v)
    var y = [Float](repeating: .nan, count: c.shape.count)
    isa.run { ck_normalize(c.shape.sizes, c.groups, NormalizationCase.epsilon, c.x, c.mask, &y) }
    expectClose(y, expected.normalized) { 1e-5 * (1 + expected.tangentScale[$0]) }
  }

  @Test(arguments: ISA.supported, NormalizationCase.all)
  func tangentEqualsItsDefinition(isa: ISA, c: NormalizationCase) {
    let expected = c.expected(x: c.x, v: c.v)
    var out = c.v
    isa.run {
      out.withUnsafeMutableBufferPointer {
        ck_normalize_tangent(
          c.shape.sizes, c.groups, NormalizationCase.epsilon, c.x, c.mask, $0.baseAddress, $0.baseAddress)
      }
    }
    expectClose(out, expected.tangent) { 1e-5 * (1 + expected.tangentScale[$0]) }
  }

  @Test(arguments: ISA.supported, NormalizationCase.all)
  func groupMeanEqualsItsDefinition(isa: ISA, c: NormalizationCase) {
    var y = [Float](repeating: .nan, count: c.shape.count)
    isa.run { ck_group_mean(c.shape.sizes, c.groups, c.x, c.mask, &y) }
    expectClose(y, c.expected(x: c.x, v: c.v).mean) { _ in 4e-6 }
  }

  @Test(arguments: ISA.supported, NormalizationCase.all)
  func fusedPassEqualsItsParts(isa: ISA, c: NormalizationCase) {
    let scales = c.expected(x: c.x, v: c.v).tangentScale
    for (film, residual) in [(false, false), (true, false), (false, true), (true, true)] {
      let y = c.runMish(on: isa, x: c.x, film: film, residual: residual)
      expectClose(y, c.expectedMish(x: c.x, film: film, residual: residual)) { 1e-5 * (1 + scales[$0]) }
    }
  }

  @Test(arguments: ISA.supported, NormalizationCase.all.filter(\.masked))
  func maskedFramesAreNotRead(isa: ISA, c: NormalizationCase) {
    var x = c.x
    for (frame, m) in c.mask!.enumerated() where m == 0 {
      for i in frame * c.shape.channels..<(frame + 1) * c.shape.channels { x[i] = .nan }
    }
    #expect(
      identical(
        c.runMish(on: isa, x: c.x, film: true, residual: true), c.runMish(on: isa, x: x, film: true, residual: true)))
  }

  @Test(arguments: ISA.supported, NormalizationCase.all)
  func dividingTheGroupsChangesNoBit(isa: ISA, c: NormalizationCase) {
    let whole = c.runMish(on: isa, x: c.x, film: true, residual: true)
    for cut in Set([0, 1, c.groups / 2, c.groups]) {
      let parts = c.runMish(on: isa, x: c.x, film: true, residual: true, groups: [cut..<c.groups, 0..<cut])
      #expect(identical(whole, parts))
    }
  }

  @Test(arguments: ISA.supported, NormalizationCase.all.filter { !$0.masked && $0.shape.batch > 1 })
  func aSampleDoesNotDependOnItsBatch(isa: ISA, c: NormalizationCase) {
    var whole = [Float](repeating: .nan, count: c.shape.count)
    isa.run { ck_normalize(c.shape.sizes, c.groups, NormalizationCase.epsilon, c.x, nil, &whole) }
    let count = c.shape.time * c.shape.channels
    for b in 0..<c.shape.batch {
      var y = [Float](repeating: .nan, count: count)
      isa.run {
        ck_normalize(
          [1, c.shape.time, c.shape.channels], c.groups, NormalizationCase.epsilon,
          Array(c.x[b * count..<(b + 1) * count]), nil, &y)
      }
      #expect(identical(y, whole[b * count..<(b + 1) * count]))
    }
  }
}
