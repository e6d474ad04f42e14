import Consistency
import Foundation
import Testing

/// Models that were trained for a deterministic chain are sampled through exactly that.
@Suite struct PhaseSamplingTests {
  let truth = GaussianTruth()

  private func schedule(phaseCount: Int) throws -> (SamplingSchedule, [Double]) {
    var configuration = PhasedConsistencyModel.Configuration()
    configuration.phaseCount = phaseCount
    let objective = try PhasedConsistencyModel(configuration, sigmaData: truth.deviation)
    return (SamplingSchedule(of: objective), objective.phases)
  }

  /// With denoisers whose jumps are the exact flow from edge to edge, the chain ends on the flow from the top to the end.
  @Test(arguments: [1, 2, 4])
  func exactJumpsGiveTheExactFlow(phaseCount: Int) throws {
    let (schedule, edges) = try schedule(phaseCount: phaseCount)
    var sampler = try Sampler(.consistency(steps: phaseCount), schedule, boundary: 0, elementCount: 3)
    #expect(sampler.evaluationCount == phaseCount)
    let x = UnsafeMutableBufferPointer<Float>.allocate(capacity: 3)
    defer { x.deallocate() }
    let noise: [Float] = [-1.5, 0.2, 0.9]
    var levels: [Double] = []
    sampler.sample(x, noise: { for i in 0..<3 { $0[i] = noise[i] } }) { values, t, end in
      levels.append(t)
      #expect(end == nil)
      let s = edges[edges.firstIndex(of: t)! + 1]
      let gain = (truth.flowGain(from: t, to: s) - s / t) / (1 - s / t)
      for i in 0..<3 { values[i] = Float(truth.mean + gain * (Double(values[i]) - truth.mean)) }
    }
    #expect(levels == Array(edges.dropLast()))
    let flow = truth.flowGain(from: edges[0], to: edges.last!)
    for i in 0..<3 {
      let expected = truth.mean + flow * (edges[0] * Double(noise[i]) - truth.mean)
      #expect(abs(Double(x[i]) - expected) < 2e-5)
    }
  }

  @Test func anotherNumberOfStepsIsRefused() throws {
    let (schedule, _) = try schedule(phaseCount: 4)
    let error = #expect(throws: ConsistencyError.self) {
      try Sampler(.consistency(steps: 1), schedule, boundary: 0, elementCount: 1)
    }
    #expect(error?.description.contains("4") == true)
  }
}
