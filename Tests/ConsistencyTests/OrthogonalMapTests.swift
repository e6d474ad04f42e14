import Consistency
import Foundation
import Testing

struct OrthogonalMapTests {
  /// Some numbers, `[2, 12, 3]`.
  private let shape = [2, 12, 3]
  private var values: [Float] { (0..<72).map { Float(sin(1.7 * Double($0)) + 0.1 * Double($0 % 7)) } }

  private func maps() throws -> [OrthogonalMap] {
    let (c, s) = (cos(0.4), sin(0.4))
    return [
      .identity, try .blockAverage(2), try .blockAverage(3), try .blockAverage(12),
      try .channelMix([[c, s, 0], [-s, c, 0], [0, 0, -1]]),
    ]
  }

  @Test func theInverseUndoesTheMapAndLengthsStay() throws {
    func squares(_ values: [Float]) -> Double { values.reduce(0) { $0 + Double($1) * Double($1) } }
    for (index, map) in try maps().enumerated() {
      let there = try map(values, shape: shape)
      let back = try map(there, shape: shape, inverse: true)
      #expect(zip(back, values).allSatisfy { abs($0 - $1) < 2e-6 }, "map \(index)")
      #expect(abs(squares(there) / squares(values) - 1) < 1e-6)
      #expect((there == values) == (index == 0))
    }
  }

  @Test func theFirstCoordinateOfABlockIsItsMean() throws {
    for size in [2, 3, 12] {
      let there = try OrthogonalMap.blockAverage(size)(values, shape: shape)
      for batch in 0..<2 {
        for block in 0..<12 / size {
          for channel in 0..<3 {
            let start = (batch * 12 + block * size) * 3 + channel
            let mean = (0..<size).reduce(0) { $0 + Double(values[start + $1 * 3]) } / Double(size)
            #expect(abs(Double(there[start]) - mean * Double(size).squareRoot()) < 1e-5)
          }
        }
      }
    }
  }

  @Test func aChannelMixIsTheMatrixTimesEachFrame() throws {
    let (c, s) = (cos(0.4), sin(0.4))
    let there = try OrthogonalMap.channelMix([[c, s, 0], [-s, c, 0], [0, 0, -1]])(values, shape: shape)
    for frame in 0..<24 {
      let (x, y, z) = (Double(values[3 * frame]), Double(values[3 * frame + 1]), values[3 * frame + 2])
      #expect(abs(Double(there[3 * frame]) - (c * x + s * y)) < 1e-6)
      #expect(abs(Double(there[3 * frame + 1]) - (c * y - s * x)) < 1e-6)
      #expect(there[3 * frame + 2] == -z)
    }
  }

  @Test func whatIsNotOrthogonalOrDoesNotFitIsRefused() throws {
    for rows in [[], [[1, 0]], [[1, 0], [0, 2]], [[1, 0], [1, 0]], [[.nan]], [[1, 0], [0.1, 1]]] as [[[Double]]] {
      #expect(throws: ConsistencyError.self) { try OrthogonalMap.channelMix(rows) }
    }
    for size in [-1, 0, 1] { #expect(throws: ConsistencyError.self) { try OrthogonalMap.blockAverage(size) } }
    #expect(throws: ConsistencyError.self) { try OrthogonalMap.blockAverage(5)(values, shape: shape) }
    #expect(throws: ConsistencyError.self) { try OrthogonalMap.channelMix([[1]])(values, shape: shape) }
    #expect(throws: ConsistencyError.self) { try OrthogonalMap.identity(values, shape: [72]) }
    #expect(throws: ConsistencyError.self) { try OrthogonalMap.identity(values, shape: [1, 71, 1]) }
  }

  @Test func interpolationGoesAlongTheSphere() {
    let (a, b): ([Float], [Float]) = ([3, 0, 0], [0, 3, 0])
    for share in stride(from: 0.0, through: 1, by: 0.125) {
      let between = sphericalInterpolation(a, b, share: share)
      let exact = [3 * cos(share * .pi / 2), 3 * sin(share * .pi / 2), 0]
      #expect(zip(between, exact).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }
    // Unit variance stays for independent noise; on a straight line half of it would be lost.
    let (x, y) = ([1, -1, 1, -1] as [Float], [1, 1, -1, -1] as [Float])
    let middle = sphericalInterpolation(x, y, share: 0.5)
    #expect(abs(middle.reduce(0) { $0 + $1 * $1 } / 4 - 1) < 1e-6)
    #expect(sphericalInterpolation(x, x, share: 0.3) == x)
  }
}
