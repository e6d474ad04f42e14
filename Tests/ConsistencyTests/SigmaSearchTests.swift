import Consistency
import Foundation
import Testing

@Suite struct SigmaSearchTests {
  /// A score with one maximum: the search ends within the grid's spacing, narrowed by two thirds a round.
  @Test(arguments: [0.05, 0.35, 2.0])
  func aSingleMaximumIsFound(optimum: Double) {
    let search = SigmaSearch(gridCount: 5, rounds: 6)
    var count = 0
    let best = search.run(steps: 2, in: 0.02...10) { middle in
      count += 1
      return -abs(log(middle[0] / optimum))
    }
    #expect(count == search.trialCount(steps: 2))
    #expect(abs(log(best.middle[0] / optimum)) < 2 * log(500) / 6 * pow(2.0 / 3, 6))
  }

  /// The second level is looked for below the first, which stays.
  @Test func laterLevelsAreSearchedBelowTheEarlier() {
    var firsts: Set<Double> = []
    let best = SigmaSearch(gridCount: 7, rounds: 5).run(steps: 3, in: 0.02...10) { middle in
      #expect(zip(middle, middle.dropFirst()).allSatisfy { $0 > $1 })
      #expect(middle.allSatisfy { (0.02...10).contains($0) })
      if middle.count == 2 { firsts.insert(middle[0]) }
      return -abs(log(middle[0] / 1.5)) - (middle.count > 1 ? abs(log(middle[1] / 0.2)) : 0)
    }
    #expect(firsts.count == 1)
    #expect(abs(log(best.middle[0] / 1.5)) < 0.2 && abs(log(best.middle[1] / 0.2)) < 0.2)
    #expect(abs(best.score + abs(log(best.middle[0] / 1.5)) + abs(log(best.middle[1] / 0.2))) < 1e-12)
  }
}
