import Foundation
import Reporting
import TestSupport
import Testing

/// Numbers by numpy and scipy; `statistics.py` beside the file wrote them.
private struct Reference: Decodable {
  struct Wilson: Decodable { var successes: Int, trials: Int, low: Double, high: Double }
  struct Percentile: Decodable { var fraction: Double, value: Double }

  var scores: [Double]
  var mean: Double
  var wilson: [Wilson]
  var percentiles: [Percentile]
  var bootstrap: [Double]

  static func read() throws -> Reference {
    try fixture("statistics.json", as: Reference.self)
  }
}

@Suite struct StatisticsTests {
  @Test func meanIsNumpys() throws {
    let reference = try Reference.read()
    #expect(abs(Statistics.mean(reference.scores) - reference.mean) < 1e-14)
  }

  @Test func percentilesAreNumpys() throws {
    let reference = try Reference.read()
    for expected in reference.percentiles {
      #expect(abs(Statistics.percentile(reference.scores, expected.fraction) - expected.value) < 1e-14)
    }
    #expect(Statistics.percentile([4], 0.99) == 4)
  }

  @Test func wilsonIntervalsAreScipys() throws {
    for expected in try Reference.read().wilson {
      let interval = Statistics.wilsonInterval(successes: expected.successes, trials: expected.trials)
      #expect(abs(interval.lowerBound - expected.low) < 1e-12)
      #expect(abs(interval.upperBound - expected.high) < 1e-12)
    }
  }

  @Test func bootstrapIntervalAgreesWithScipyWithinItsMonteCarloError() throws {
    let reference = try Reference.read()
    let length = reference.bootstrap[1] - reference.bootstrap[0]
    for seed: UInt64 in 0..<3 {
      let interval = Statistics.bootstrapInterval(ofMean: reference.scores, seed: seed)
      #expect(abs(interval.lowerBound - reference.bootstrap[0]) < 0.03 * length)
      #expect(abs(interval.upperBound - reference.bootstrap[1]) < 0.03 * length)
    }
  }

  @Test func bootstrapIsDeterminedByItsSeed() {
    let values = (0..<40).map { sin(Double($0)) }
    let first = Statistics.bootstrapInterval(ofMean: values, resamples: 500, seed: 3)
    #expect(first == Statistics.bootstrapInterval(ofMean: values, resamples: 500, seed: 3))
    #expect(first != Statistics.bootstrapInterval(ofMean: values, resamples: 500, seed: 4))
  }

  @Test func equalValuesHaveAnIntervalWithoutLength() {
    #expect(Statistics.bootstrapInterval(ofMean: [0.5, 0.5, 0.5]) == 0.5...0.5)
  }

  @Test func movingAverageIsTheMeanOfTheNeighbours() {
    #expect(Statistics.movingAverage([1, 2, 3, 4, 8], radius: 1) == [1.5, 2, 3, 5, 6])
    #expect(Statistics.movingAverage([1, 2, 6], radius: 0) == [1, 2, 6])
    #expect(Statistics.movingAverage([1, 2, 6], radius: 9) == [3, 3, 3])
    #expect(Statistics.movingAverage([], radius: 2) == [])
  }
}
