import Autograd
import Consistency
import Foundation
import Testing

@Suite struct ObjectiveDrawTests {
  @Test(arguments: ObjectiveConfiguration.Method.allCases, [0.417, 0.5, 1])
  func onlineSideIsTheNoisierOneAndWeightsArePositive(
    method: ObjectiveConfiguration.Method, sigmaData: Double
  ) throws {
    let objective = try ObjectiveConfiguration(method).objective(sigmaData: sigmaData)
    var random = seeded(3)
    for i in 0..<20_000 {
      let draw = objective.draw(progress: Double(i) / 19_999, using: &random)
      #expect(draw.sigmas.count == objective.levelNames.count && draw.scalars.count == objective.scalarNames.count)
      let t = draw.sigmas[0]
      #expect(t > objective.boundarySigma && t <= objective.sigmaMax)
      // MeanFlow learns the velocity at r = t.
      if draw.sigmas.count > 1 && !(method == .meanflow && draw.sigmas[1] == t) {
        #expect(draw.sigmas[1] < t && draw.sigmas[1] >= objective.boundarySigma)
      }
      for (name, value) in zip(objective.scalarNames, draw.scalars) where name == "weight" {
        #expect(value > 0 && value.isFinite)
      }
    }
  }

  @Test func everyDistillationStepGoesDown() throws {
    let objective = try ConsistencyDistillation(sigmaData: 0.5)
    for i in 0..<objective.mesh.intervalCount {
      let draw = objective.draw(interval: i)
      let (t, r) = (draw.sigmas[0], draw.sigmas[1])
      #expect(draw.scalars == DrawnNumbers([1, (r - t) / t, (r - t) / r]) && r < t)
    }
    #expect(objective.draw(interval: objective.mesh.intervalCount - 1).sigmas[1] == objective.boundarySigma)
  }

  /// N(k) = min(s0 2^⌊k/K′⌋, s1) + 1 with K′ = K/(log2 ⌊s1/s0⌋ + 1): the last mesh has s1 intervals, whatever s1/s0 is.
  @Test(arguments: [
    (10, 1280, [10, 20, 40, 80, 160, 320, 640, 1280]), (10, 30, [10, 20, 30]), (7, 7, [7]), (10, 19, [10]),
  ])
  func meshesDoubleUpToTheLast(first: Int, last: Int, expected: [Int]) throws {
    var configuration = ImprovedConsistencyTraining.Configuration()
    (configuration.initialIntervals, configuration.finalIntervals) = (first, last)
    let objective = try ImprovedConsistencyTraining(configuration, sigmaData: 0.5)
    #expect(objective.meshes.map(\.intervalCount) == expected)
    let steps = 1000
    for k in 0..<steps {
      let doubling = Double(steps) / (log2(Double(last / first)) + 1)
      let intervals = min(first << Int(Double(k) / doubling), last)
      // ⌊s1/s0⌋ of 19/10 is 1: the published formula never doubles then.
      let stage = objective.stage(progress: Double(k) / Double(steps))
      if k > 0 { #expect(objective.meshes[stage].intervalCount == intervals, "step \(k)") }
    }
  }

  @Test func denoisingLevelsAreClampedToTheRange() throws {
    var configuration = EDMObjective.Configuration()
    configuration.sigmaMin = 0.2
    configuration.sigmaMax = 0.4
    let objective = try EDMObjective(configuration, sigmaData: 0.5)
    var random = seeded(4)
    let sigmas = (0..<1000).map { _ in objective.draw(progress: 0, using: &random).sigmas[0] }
    #expect(sigmas.min() == 0.2 && sigmas.max() == 0.4)
  }

  @Test func atStageZeroTargetsOfSmallNoiseAreTheExampleItself() throws {
    // n(t) = 2 at sigmoid(−t) = 1/8, so at t = ln 7 = 1.946.
    let objective = try EasyConsistencyTuning(sigmaData: 0.5)
    #expect(objective.targetSigma(1.945, stage: 0) == 0)
    #expect(objective.targetSigma(1.947, stage: 0) > 0)
    #expect(abs(objective.targetSigma(80, stage: 0) - 40) < 1e-9)
  }

  @Test func lastStagesStepIsSmall() throws {
    let objective = try EasyConsistencyTuning(sigmaData: 0.5)
    #expect(abs(1 - objective.targetSigma(80, stage: 7) / 80 - 1.0 / 256) < 1e-9)
  }

  @Test func stagesRiseAtEqualSharesOfTheTraining() throws {
    var configuration = EasyConsistencyTuning.Configuration()
    configuration.stages = 6
    let objective = try EasyConsistencyTuning(configuration, sigmaData: 0.417)
    let stages = (0...60).map { objective.stage(progress: Double($0) / 60) }
    for i in 0..<60 { #expect(stages[i] == i / 10) }
    #expect(stages[60] == 5)
  }

  @Test(arguments: ObjectiveConfiguration.Method.allCases)
  func publishedSettingsFollowTheDatasScale(method: ObjectiveConfiguration.Method) throws {
    // The same random numbers give sigmas in proportion to sigma_data.
    let (unit, half) = try (
      ObjectiveConfiguration(method).objective(sigmaData: 1), ObjectiveConfiguration(method).objective(sigmaData: 0.5)
    )
    var (first, second) = (seeded(5), seeded(5))
    for i in 0..<200 {
      let a = unit.draw(progress: Double(i) / 200, using: &first).sigmas
      let b = half.draw(progress: Double(i) / 200, using: &second).sigmas
      for (x, y) in zip(a, b) { #expect(abs(x - 2 * y) <= 1e-12 * x) }
    }
  }

  @Test func settingsInTheDatasUnitsAreUsedAsTheyAre() throws {
    var configuration = EasyConsistencyTuning.Configuration()
    configuration.units = .data
    configuration.logMean = -0.8
    configuration.logDeviation = 1.6
    let objective = try EasyConsistencyTuning(configuration, sigmaData: 0.417)
    #expect(objective.sigmaMax == 80)
    #expect(objective.targetSigma(1.945, stage: 0) == 0 && objective.targetSigma(1.947, stage: 0) > 0)
    var random = seeded(6)
    let logs = (0..<10_000).map { _ in log(objective.draw(progress: 0, using: &random).sigmas[0]) }
    let mean = logs.reduce(0, +) / 10_000
    // Four standard errors.
    #expect(abs(mean - -0.8) < 0.064)
  }

  /// Song et al. 2023, section 5: s0 = 2, s1 = 150, µ0 = 0.9.
  @Test func consistencyTrainingsMeshAndDecayFollowTheirSchedules() throws {
    let objective = try ConsistencyTraining(sigmaData: 0.5)
    #expect(objective.meshCount(progress: 0) == 2 && objective.meshCount(progress: 1) == 151)
    // ⌈√(0.5 (151² − 4) + 4) − 1⌉ + 1 = ⌈106.78 − 1⌉ + 1.
    #expect(objective.meshCount(progress: 0.5) == 107)
    let counts = (0...1000).map { objective.meshCount(progress: Double($0) / 1000) }
    #expect(counts == counts.sorted())
    #expect(objective.usesTarget && abs(objective.targetDecay(progress: 0) - 0.9) < 1e-12)
    #expect(abs(objective.targetDecay(progress: 1) - pow(0.9, 2.0 / 151)) < 1e-12)
  }

  /// Song & Dhariwal 2023, section 3.4: the intervals double from 10 to 1280 over eight equal parts.
  @Test func improvedTrainingsMeshDoubles() throws {
    let objective = try ImprovedConsistencyTraining(sigmaData: 0.5)
    #expect(objective.meshes.map(\.intervalCount) == [10, 20, 40, 80, 160, 320, 640, 1280])
    #expect((0..<8).allSatisfy { objective.stage(progress: (Double($0) + 0.5) / 8) == $0 })
    #expect(objective.stage(progress: 1) == 7)
  }

  @Test func theShareOfBoundaryDrawsIsTheConfigurations() throws {
    let objective = try TruncatedConsistencyModel(sigmaData: 0.5)
    var random = seeded(8)
    let draws = (0..<10_000).map { _ in objective.draw(progress: 0.5, using: &random) }
    let boundary = draws.count { $0.sigmas[0] == objective.sigmaMin }
    // Four standard errors.
    #expect(abs(Double(boundary) / 10_000 - 0.25) < 0.018)
    // Halfway between 1/4 and 1/64 the gap is 1/16: from t′ and from close above it r lies below, and is not raised to it.
    for draw in draws {
      let (t, r) = (draw.sigmas[0], draw.sigmas[1])
      #expect(t >= objective.sigmaMin && abs(r - t * 15 / 16) < 1e-9 * t)
      #expect(draw.scalars[1] == (r < objective.sigmaMin ? 1 : 0))
    }
    #expect(draws.contains { $0.sigmas[0] > objective.sigmaMin && $0.scalars[1] == 1 })
  }

  /// Four standard errors of a share of `count` draws.
  private func tolerance(_ share: Double, _ count: Int) -> Double {
    4 * (share * (1 - share) / Double(count)).squareRoot()
  }

  /// t evenly over the mesh, s evenly below it, r evenly on the way there and at most `largestStep` down.
  @Test func trajectoriesLevelsAreDrawnEvenly() throws {
    var configuration = ConsistencyTrajectoryModel.Configuration()
    (configuration.meshCount, configuration.largestStep) = (6, 3)
    let objective = try ConsistencyTrajectoryModel(configuration, sigmaData: 0.5)
    var random = seeded(9)
    var counts: [[Int]: Int] = [:]
    let count = 50_000
    for _ in 0..<count {
      let draw = objective.draw(progress: 0, using: &random)
      counts[[0, 1, 2].map { objective.mesh.sigmas.firstIndex(of: draw.sigmas[$0])! }, default: 0] += 1
    }
    for t in 0..<5 {
      for s in t + 1...5 {
        let steps = min(3, s - t)
        for r in t + 1...t + steps {
          let share = 1.0 / 5 / Double(5 - t) / Double(steps)
          let found = Double(counts.removeValue(forKey: [t, r, s]) ?? 0) / Double(count)
          #expect(abs(found - share) < tolerance(share, count), "\(t), \(r), \(s): \(found)")
        }
      }
    }
    #expect(counts.isEmpty)
  }

  /// Half of CTM's denoising levels are spread over the mesh's first part, evenly in σ^(1/7), half are lognormal.
  @Test func trajectoriesDenoisingLevelsAreHalfOfEachKind() throws {
    let objective = try ConsistencyTrajectoryModel(sigmaData: 0.5)
    var random = seeded(10)
    let count = 20_000
    let sigmas = (0..<count).map { _ in objective.draw(progress: 0, using: &random).sigmas[4] }
    let (high, low) = (pow(80, 1 / 7.0), pow(0.02, 1 / 7.0))
    for level in [20, 2, 0.6, 0.3, 0.1] {
      let onMesh = min(1, (high - pow(level, 1 / 7.0)) / (0.7 * (high - low)))
      let lognormal = 0.5 * erfc((log(level) + 1.2) / (1.2 * 2.0.squareRoot()))
      let share = 0.5 * onMesh + 0.5 * lognormal
      let found = Double(sigmas.count { $0 > level }) / Double(count)
      #expect(abs(found - share) < tolerance(share, count), "\(level): \(found), \(share)")
    }
  }

  /// Two sigmoids of normal numbers, the later one first; three quarters of the samples stay at it.
  @Test func meanFlowsTimesAreLogitNormal() throws {
    let objective = try MeanFlow(sigmaData: 0.5)
    var random = seeded(11)
    let count = 20_000
    let draws = (0..<count).map { _ in objective.draw(progress: 0, using: &random) }
    let jumps = draws.filter { $0.scalars[1] > 0 }
    #expect(abs(Double(jumps.count) / Double(count) - 0.25) < tolerance(0.25, count))
    #expect(draws.allSatisfy { $0.sigmas[1] <= $0.sigmas[0] && ($0.scalars[1] > 0 || $0.sigmas[1] == $0.sigmas[0]) })
    for level in [0.2, 0.5, 0.8] {
      let below = 0.5 * erfc(-(log(level / (1 - level)) + 0.4) / 2.0.squareRoot())
      let later = Double(draws.count { 1 - $0.scalars[0] < level }) / Double(count)
      #expect(abs(later - below * below) < tolerance(below * below, count), "\(level): \(later)")
      let earlier = Double(jumps.count { 1 - $0.scalars[0] - $0.scalars[1] < level }) / Double(jumps.count)
      let either = 1 - (1 - below) * (1 - below)
      #expect(abs(earlier - either) < tolerance(either, jumps.count), "\(level): \(earlier)")
    }
  }

  /// ln(sd tan t) is normal and clamped, and r of the warm-up rises to 1 in its share of the training.
  @Test func continuousTimesAreLogNormalAndWarmUp() throws {
    let objective = try ContinuousTimeConsistency(sigmaData: 0.5)
    var random = seeded(12)
    let count = 20_000
    let draws = (0..<count).map { _ in objective.draw(progress: 0.04, using: &random) }
    for level in [0.01, 0.1, 0.4, 1, 10] {
      let below = 0.5 * erfc(-(log(level) + 1) / (1.4 * 2.0.squareRoot()))
      let found = Double(draws.count { 0.5 * $0.scalars[1] / $0.scalars[0] < level }) / Double(count)
      #expect(abs(found - below) < tolerance(below, count), "\(level): \(found)")
    }
    #expect(draws.allSatisfy { abs($0.scalars[2] - 0.4) < 1e-12 && (0.002...80).contains($0.sigmas[0]) })
    #expect(objective.draw(progress: 0.1, using: &random).scalars[2] == 1)
    #expect(objective.draw(progress: 1, using: &random).scalars[2] == 1)
  }
}
