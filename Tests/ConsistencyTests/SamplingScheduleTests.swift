import Consistency
import Foundation
import Testing

@Suite struct SamplingScheduleTests {
  @Test func tunedChainsAreUsedAndOthersFollowTheMesh() throws {
    var schedule = SamplingSchedule()
    schedule.middle = [[0.5], [1.0, 0.3]]
    #expect(try schedule.sigmas(steps: 1) == [80])
    #expect(try schedule.sigmas(steps: 2) == [80, 0.5])
    #expect(try schedule.sigmas(steps: 3) == [80, 1.0, 0.3])
    let mesh = KarrasMesh(count: 5, sigmaMin: 0.002, sigmaMax: 80)
    #expect(try schedule.sigmas(steps: 4) == Array(mesh.sigmas.dropLast()))
    #expect(try schedule.solverSigmas(intervals: 5) == mesh.sigmas)
  }

  @Test(arguments: [[[90.0]], [[]], [[-1]], [[1, 0.5]]])
  func middleSigmasThatMakeNoChainAreRefused(middle: [[Double]]) {
    var schedule = SamplingSchedule()
    schedule.middle = middle
    #expect(throws: ConsistencyError.self) { try schedule.sigmas(steps: 2) }
  }

  @Test(arguments: [0, -1, Int.max])
  func impossibleStepCountsAreRefused(steps: Int) {
    #expect(throws: ConsistencyError.self) { try SamplingSchedule().sigmas(steps: steps) }
    #expect(throws: ConsistencyError.self) { try SamplingSchedule().solverSigmas(intervals: steps) }
  }

  @Test func missingKeysTakeTheirDefaults() throws {
    let schedule = try JSONDecoder().decode(SamplingSchedule.self, from: Data(#"{"middle": [[0.5]]}"#.utf8))
    #expect(schedule.sigmaMax == 80 && schedule.middle == [[0.5]])
    let again = try JSONDecoder().decode(SamplingSchedule.self, from: JSONEncoder().encode(schedule))
    #expect(again == schedule)
  }
}
