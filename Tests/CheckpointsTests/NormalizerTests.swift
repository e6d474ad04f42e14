import Checkpoints
import Foundation
import Testing

/// Normalised data have the promised range or moments, and come back.
struct NormalizerTests {
  /// Three dimensions: a range far from zero, a constant, one around zero.
  static let rows: [Float] = (0..<50).flatMap { row -> [Float] in
    [500 + Float(row * 37 % 50) / 7, 0.3, sin(Float(row))]
  }

  private func column(_ rows: [Float], _ index: Int) -> [Double] {
    stride(from: index, to: rows.count, by: 3).map { Double(rows[$0]) }
  }

  @Test func limitsMapTheRangeToPlusMinusOne() {
    let normalizer = Normalizer(fitting: Self.rows, dimensions: 3)
    let normalized = normalizer.normalized(Self.rows)
    for index in [0, 2] {
      #expect(abs(column(normalized, index).min()! + 1) < 1e-6)
      #expect(abs(column(normalized, index).max()! - 1) < 1e-6)
    }
  }

  @Test func gaussianHasMeanZeroAndVarianceOne() {
    let normalizer = Normalizer(fitting: Self.rows, dimensions: 3, mode: .gaussian)
    let normalized = normalizer.normalized(Self.rows)
    for index in [0, 2] {
      let values = column(normalized, index)
      let mean = values.reduce(0, +) / 50
      #expect(abs(mean) < 1e-5)
      #expect(abs(values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50 - 1) < 1e-5)
    }
  }

  @Test(arguments: [Normalizer.Mode.limits, .gaussian]) func constantDimensionsMapToZeroAndBack(mode: Normalizer.Mode) {
    let normalizer = Normalizer(fitting: Self.rows, dimensions: 3, mode: mode)
    #expect(normalizer.scale[1] == 1)
    #expect(column(normalizer.normalized(Self.rows), 1).allSatisfy { $0 == 0 })
    #expect(normalizer.denormalized([0, 0, 0])[1] == 0.3)
    // Whatever the network says there, the constant comes out.
    #expect(normalizer.denormalized([0, 0.7, 0])[1] == 0.3)
    // Rounding noise on a large constant is still a constant.
    let noisy = Normalizer(fitting: [1000, 1000.0001], dimensions: 1, mode: mode)
    #expect(noisy.scale == [1])
  }

  @Test(arguments: [Normalizer.Mode.limits, .gaussian]) func denormalisingUndoesNormalising(mode: Normalizer.Mode) {
    let normalizer = Normalizer(fitting: Self.rows, dimensions: 3, mode: mode)
    let back = normalizer.denormalized(normalizer.normalized(Self.rows), clip: false)
    #expect(zip(back, Self.rows).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
  }

  @Test func resultsAreClippedToTheDataRange() {
    let normalizer = Normalizer(fitting: [0, 10, 4, 20], dimensions: 2)
    #expect(normalizer.denormalized([-3, 3, 0, 0.5]) == [0, 20, 2, 17.5])
    #expect(normalizer.denormalized([-3, 3], clip: false) == [-4, 30])
  }

  @Test func aRangeWiderThanFloatIsNormalisedWithoutOverflow() {
    let normalizer = Normalizer(fitting: [-.greatestFiniteMagnitude, .greatestFiniteMagnitude], dimensions: 1)
    #expect(normalizer.normalized([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude]) == [-1, 0, 1])
  }

  @Test(arguments: [Normalizer.Mode.limits, .gaussian]) func jsonKeepsEveryBit(mode: Normalizer.Mode) throws {
    let normalizer = Normalizer(fitting: Self.rows, dimensions: 3, mode: mode)
    let json = try JSONEncoder().encode(normalizer)
    #expect(try JSONDecoder().decode(Normalizer.self, from: json) == normalizer)
  }

  @Test(arguments: [
    (#""scale":[1,1]"#, #""scale":[1]"#, "1 numbers where center has 2"),
    (#""scale":[1,1]"#, #""scale":[1,0]"#, "a scale that is not positive"),
    (#""maximum":[1,1]"#, #""maximum":[1,-9]"#, "a maximum below its minimum"),
    (#""center":[0,0]"#, #""center":[]"#, "no dimensions"),
  ]) func damagedJSONIsRefused(original: String, damaged: String, problem: String) {
    let good = #"{"mode":"limits","minimum":[-1,-1],"maximum":[1,1],"center":[0,0],"scale":[1,1]}"#
    let json = Data(good.replacingOccurrences(of: original, with: damaged).utf8)
    let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(Normalizer.self, from: json) }
    guard case .dataCorrupted(let context)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(context.debugDescription == problem)
  }
}
