import Charts
import Foundation
import Testing

@Suite struct AxisTests {
  private func labels(_ range: ClosedRange<Double>, _ scale: Axis.Scale = .linear, count: Int = 5) -> [String] {
    Ticks(range, scale, count: count).ticks.map(\.label).filter { !$0.isEmpty }
  }

  @Test func linearTicksAreRoundNumbers() {
    #expect(labels(0...1) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(-3...7) == ["−2", "0", "2", "4", "6"])
    #expect(labels(0...512) == ["0", "200", "400"])
    #expect(labels(0...14_000, count: 7) == ["0", "2k", "4k", "6k", "8k", "10k", "12k", "14k"])
    #expect(labels(0...2.5e6) == ["0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M"])
    #expect(labels(0.0012...0.0017) == ["0.0012", "0.0013", "0.0014", "0.0015", "0.0016", "0.0017"])
  }

  @Test func logarithmicTicksHaveTextsWhereThereIsRoom() {
    #expect(labels(0.03...0.7, .logarithmic) == ["0.05", "0.1", "0.2", "0.5"])
    #expect(labels(0.001...1000, .logarithmic, count: 7) == ["0.001", "0.01", "0.1", "1", "10", "100", "1000"])
    #expect(labels(1e-12...1, .logarithmic, count: 3) == ["10⁻¹²", "10⁻⁸", "0.0001", "1"])
    #expect(labels(0.2...0.5, .logarithmic) == ["0.2", "0.3", "0.4", "0.5"])
  }

  @Test(arguments: [0.0...1e-9, -1e12...1e12, 999...1000, -0.05...0.31]) func ticksAreInsideTheRange(
    range: ClosedRange<Double>
  ) {
    let ticks = Ticks(range, .linear, count: 6).ticks
    #expect((2...13).contains(ticks.count))
    let slack = 1e-9 * (range.upperBound - range.lowerBound)
    #expect(ticks.allSatisfy { range.lowerBound - slack <= $0.value && $0.value <= range.upperBound + slack })
    #expect(Set(ticks.map(\.label)).count == ticks.count)
  }

  @Test func histogramBarsHaveTheAreaOfTheValuesInRange() {
    let values = (0..<1000).map { sin(Double($0)) }
    let whole = Series.histogram(of: values, bins: 20)
    let first = whole.points[0].x
    let width = whole.points[1].x - first
    #expect(abs(whole.points.reduce(0) { $0 + $1.y * width } - 1) < 1e-12)
    let half = Series.histogram(of: values, bins: 10, range: 0...1)
    let inRange = Double(values.count { (0...1).contains($0) }) / 1000
    #expect(abs(half.points.reduce(0) { $0 + $1.y * 0.1 } - inRange) < 1e-12)
  }
}
