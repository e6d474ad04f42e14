import CKernels
import Testing

/// The instruction sets that the kernels are built for.
enum ISA: String, CaseIterable, Sendable {
  case avx512, avx2, portable

  /// Those that this processor can run.
  static let supported: [ISA] = allCases.filter { isa in
    defer { _ = ck_select_isa_on_this_thread(nil) }
    return ck_select_isa_on_this_thread(isa.rawValue) != 0
  }

  /// Runs `body` with the kernels of this instruction set.
  func run<Result>(_ body: () -> Result) -> Result {
    precondition(ck_select_isa_on_this_thread(rawValue) != 0, "this processor has no \(rawValue)")
    defer { _ = ck_select_isa_on_this_thread(nil) }
    return body()
  }
}

/// SplitMix64: a small generator that gives the tests the same numbers everywhere.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// `count` floats, uniform in `range`.
func randomFloats(_ count: Int, seed: UInt64, in range: Range<Float> = -1..<1) -> [Float] {
  var generator = SplitMix64(state: seed)
  return (0..<count).map { _ in Float.random(in: range, using: &generator) }
}

/// A dense [batch, time, channels] shape.
struct Shape: Sendable, CustomStringConvertible {
  var batch, time, channels: Int

  init(_ batch: Int, _ time: Int, _ channels: Int) {
    self.batch = batch
    self.time = time
    self.channels = channels
  }

  var sizes: [Int] { [batch, time, channels] }
  var count: Int { batch * time * channels }
  var description: String { "[\(batch), \(time), \(channels)]" }
}

/// Requires each element to be within `tolerance(index)` of its expected value.
func expectClose(
  _ values: [Float], _ expected: [Double], _ comment: @autoclosure () -> String = "",
  sourceLocation: SourceLocation = #_sourceLocation, tolerance: (Int) -> Double
) {
  #expect(values.count == expected.count, sourceLocation: sourceLocation)
  for i in values.indices where !(abs(Double(values[i]) - expected[i]) <= tolerance(i)) {
    Issue.record(
      "\(comment()) element \(i): \(values[i]), expected \(expected[i]), tolerance \(tolerance(i))",
      sourceLocation: sourceLocation)
    return
  }
}

/// Whether two arrays are equal bit for bit.
func identical(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Bool {
  a.lazy.map(\.bitPattern).elementsEqual(b.lazy.map(\.bitPattern))
}
