import Foundation
import Reporting
import Testing

/// Gaussians of frames against closed forms.
struct FrameStatisticsTests {
  private func statistics(_ rows: [[Float]]) -> FrameStatistics {
    var statistics = FrameStatistics(width: rows[0].count)
    // In two parts: sums add up.
    statistics.add(rows.prefix(2).flatMap { $0 })
    statistics.add(rows.dropFirst(2).flatMap { $0 })
    return statistics
  }

  private let plane: [[Float]] = [[1, 2], [3, -1], [0, 0.5], [-2, 4], [1.5, 1]]

  @Test func meanAndCovarianceAreThoseOfTheRows() {
    let found = statistics(plane)
    #expect(found.count == 5 && zip(found.mean, [0.7, 1.3]).allSatisfy { abs($0 - $1) < 1e-12 })
    // By hand: Σ (x − 0.7)² / 5, Σ (x − 0.7)(y − 1.3) / 5, Σ (y − 1.3)² / 5.
    for (value, expected) in zip(found.covariance, [2.76, -2.41, -2.41, 2.76]) {
      #expect(abs(value - expected) < 1e-12)
    }
  }

  @Test func aShiftAloneIsItsSquare() {
    let moved = statistics(plane.map { [$0[0] + 3, $0[1] - 4] })
    #expect(abs(statistics(plane).frechetDistance(to: moved) - 25) < 1e-9)
    #expect(statistics(plane).frechetDistance(to: statistics(plane)) < 1e-9)
    #expect(abs(statistics(plane).varianceRatio(to: moved) - 1) < 1e-12)
  }

  /// tr (A B)^½ of two rows is √(tr A B + 2 √(det A B)), whatever the two matrices have in common.
  @Test func twoDimensionsHaveAClosedForm() {
    let other: [[Float]] = [[0, 1], [2, 2], [5, 0], [-1, -1], [0.5, 3]]
    let (a, b) = (statistics(plane), statistics(other))
    let (p, q) = (a.covariance, b.covariance)
    let traceOfProduct = p[0] * q[0] + 2 * p[1] * q[1] + p[3] * q[3]
    let determinant = (p[0] * p[3] - p[1] * p[1]) * (q[0] * q[3] - q[1] * q[1])
    let root = (traceOfProduct + 2 * determinant.squareRoot()).squareRoot()
    let shift = zip(a.mean, b.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let expected = shift + p[0] + p[3] + q[0] + q[3] - 2 * root
    #expect(abs(a.frechetDistance(to: b) - expected) < 1e-9)
    #expect(abs(b.frechetDistance(to: a) - expected) < 1e-9)
    #expect(abs(a.varianceRatio(to: b) - (p[0] / q[0] + p[3] / q[3]) / 2) < 1e-12)
  }

  /// Scaling by k is A = k² B, which commutes with it: (k − 1)² tr B remain. Frames of many bands are of lower rank here.
  @Test func scaledFramesCommute() {
    let rows = (0..<40).map { row in (0..<64).map { Float(sin(Double(row * 7 + $0 * $0))) } }
    let mean = statistics(rows).mean
    let scaled = rows.map { row in zip(row, mean).map { Float($1) + 1.5 * ($0 - Float($1)) } }
    let (a, b) = (statistics(rows), statistics(scaled))
    let trace = (0..<64).reduce(0) { $0 + a.covariance[$1 * 64 + $1] }
    #expect(abs(a.frechetDistance(to: b) - 0.25 * trace) < 1e-4 * trace)
    #expect(abs(b.varianceRatio(to: a) - 2.25) < 1e-4)
  }
}
