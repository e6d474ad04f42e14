import Foundation
import PolicyHead
import Testing

/// Which action is executed in which period, by hand.
struct ActionTimelineTests {
  /// `[count][1]`: base, base + 1, …
  private func chunk(_ base: Double, count: Int = 4) -> [[Double]] { (0..<count).map { [base + Double($0)] } }

  private func actions(_ timeline: inout ActionTimeline, _ periods: Range<Int>) -> [Double?] {
    periods.map { timeline.take($0)?[0] }
  }

  @Test func aLateChunkIsJoinedInWhereItBelongs() {
    var timeline = ActionTimeline(.replace)
    #expect(timeline.insert(chunk(10), birth: 0, at: 0) == 4)
    #expect(actions(&timeline, 0..<2) == [10, 11])
    // Made for period 1, there in period 3: its actions 20 and 21 have been overtaken.
    #expect(timeline.planned(4) == nil)
    #expect(timeline.insert(chunk(20), birth: 1, at: 2) == 3)
    #expect(actions(&timeline, 2..<6) == [21, 22, 23, nil])
  }

  @Test func whatIsWhollyOvertakenChangesNothing() {
    var timeline = ActionTimeline(.replace)
    timeline.insert(chunk(10, count: 9), birth: 0, at: 0)
    #expect(actions(&timeline, 0..<5) == [10, 11, 12, 13, 14])
    #expect(timeline.insert(chunk(20), birth: 1, at: 5) == 0)
    #expect(actions(&timeline, 5..<7) == [15, 16])
  }

  /// Periods that only an old, longer chunk predicts keep its action.
  @Test func aShortChunkLeavesTheRest() {
    var timeline = ActionTimeline(.replace)
    timeline.insert(chunk(10, count: 6), birth: 0, at: 0)
    timeline.insert(chunk(20, count: 2), birth: 1, at: 1)
    #expect(actions(&timeline, 1..<7) == [20, 21, 13, 14, 15, nil])
  }

  @Test func ensemblingWeighsTheOldestMost() throws {
    let decay = 0.5
    var timeline = ActionTimeline(.ensemble(decay: decay))
    timeline.insert([[1], [2], [3]], birth: 0, at: 0)
    #expect(timeline.take(0) == [1])
    timeline.insert([[20], [30], [40]], birth: 1, at: 1)
    let second = timeline.take(1)
    #expect(abs(try #require(second)[0] - (2 + exp(-0.5) * 20) / (1 + exp(-0.5))) < 1e-12)
    timeline.insert([[300], [400], [500]], birth: 2, at: 2)
    // Three chunks predict period 2, two period 3, where the second is the oldest, and one period 4.
    let third = timeline.take(2)
    #expect(abs(try #require(third)[0] - (3 + exp(-0.5) * 30 + exp(-1) * 300) / (1 + exp(-0.5) + exp(-1))) < 1e-12)
    let fourth = timeline.take(3)
    #expect(abs(try #require(fourth)[0] - (40 + exp(-0.5) * 400) / (1 + exp(-0.5))) < 1e-12)
    #expect(timeline.take(4) == [500])
    #expect(timeline.take(5) == nil)
  }

  @Test func ensemblingWithoutDecayIsTheMean() {
    var timeline = ActionTimeline(.ensemble(decay: 0))
    for (birth, value) in [3.0, 6, 0].enumerated() {
      timeline.insert([[value], [value], [value]], birth: birth, at: birth)
    }
    #expect(actions(&timeline, 2..<6) == [3, 3, 0, nil])
  }

  @Test func aBlendCrossesOverFromTheJoint() {
    var timeline = ActionTimeline(.blend(periods: 3))
    timeline.insert([[0, 8], [0, 8], [0, 8], [0, 8], [0, 8], [0, 8]], birth: 0, at: 0)
    _ = timeline.take(0)
    // Its action 0 has been overtaken; the joint is period 2.
    _ = timeline.take(1)
    timeline.insert([[4, 0], [4, 0], [4, 0], [4, 0], [4, 0], [4, 0]], birth: 1, at: 2)
    let taken = (2..<8).map { timeline.take($0) }
    #expect(taken == [[1, 6], [2, 4], [3, 2], [4, 0], [4, 0], nil])
    // Four steps lead from the old chunk to the new one, of √5 each.
    let step = timeline.jumps.border
    #expect(step.count == 4 && abs(step.mean - 5.0.squareRoot()) < 1e-12)
    #expect(timeline.jumps.inside.count == 2 && timeline.jumps.inside.max == 0)
  }

  /// Where nothing old is left there is nothing to blend with.
  @Test func aBlendEndsWithTheOldChunk() {
    var timeline = ActionTimeline(.blend(periods: 3))
    timeline.insert([[0], [0]], birth: 0, at: 0)
    _ = timeline.take(0)
    timeline.insert([[4], [4], [4]], birth: 1, at: 1)
    #expect(actions(&timeline, 1..<5) == [1, 4, 4, nil])
  }

  @Test func jumpsAreToldApartByTheirPlace() {
    var timeline = ActionTimeline(.replace)
    timeline.insert([[0, 0], [3, 4], [3, 5]], birth: 0, at: 0)
    _ = timeline.take(0)
    _ = timeline.take(1)
    // From (3, 4) to (9, 12): 10. Then 2, a gap, and 7 from the last action before it.
    timeline.insert([[9, 12], [9, 14]], birth: 2, at: 2)
    for period in 2..<5 { _ = timeline.take(period) }
    timeline.insert([[9, 21]], birth: 5, at: 5)
    _ = timeline.take(5)
    let jumps = timeline.jumps
    #expect(jumps.inside.count == 2 && jumps.inside.mean == 3.5 && jumps.inside.max == 5)
    #expect(jumps.border.count == 2 && jumps.border.mean == 8.5 && jumps.border.max == 10)
  }

  /// A bend is |a − 2 b + c|: at a border if c is a newer chunk's first action, inside if all three are of one chunk.
  @Test func bendsAreToldApartByTheirPlace() throws {
    var timeline = ActionTimeline(.replace)
    timeline.insert([[0, 0], [1, 1], [2, 2], [3, 4]], birth: 0, at: 0)
    for period in 0..<4 { _ = timeline.take(period) }
    // Straight on would be (4, 6); then (10, 14) bends once more, but belongs to two chunks.
    timeline.insert([[7, 10], [10, 14], [13, 18], [16, 25]], birth: 4, at: 4)
    for period in 4..<8 { _ = timeline.take(period) }
    let jumps = timeline.jumps
    // Inside: 0 and 1 in the first chunk, 0 and 3 in the second.
    #expect(jumps.insideBendMedian == 0.5)
    #expect(jumps.borderBend.count == 1 && jumps.borderBend.mean == 5)
    #expect(jumps.borderExcess == 4.5)
    var all = ActionJumps()
    #expect(all.borderExcess == nil && all.insideBendMedian == nil)
    all.add(jumps)
    all.add(jumps)
    #expect(all.insideBendMedian == 0.5 && all.borderBend.count == 2 && all.borderExcess == 4.5)
  }

  /// In a crossfade only its first action is a border's; no bend in it is one chunk's.
  @Test func aBlendHasOneBorder() {
    var timeline = ActionTimeline(.blend(periods: 2))
    timeline.insert([[0], [0], [0], [0], [0], [0], [0]], birth: 0, at: 0)
    for period in 0..<3 { _ = timeline.take(period) }
    timeline.insert([[3], [3], [3], [3], [3]], birth: 3, at: 3)
    for period in 3..<8 { _ = timeline.take(period) }
    // 0 0 0 | 1 2 | 3 3 3
    #expect(timeline.jumps.borderBend.count == 1 && timeline.jumps.borderBend.mean == 1)
    #expect(timeline.jumps.insideBendMedian == 0)
  }

  @Test func jumpsAddUp() {
    var all = ActionJumps()
    for _ in 0..<3 {
      var timeline = ActionTimeline(.replace)
      timeline.insert([[0], [1], [4]], birth: 0, at: 0)
      for period in 0..<3 { _ = timeline.take(period) }
      all.add(timeline.jumps)
    }
    #expect(all.inside.count == 6 && abs(all.inside.mean - 2) < 1e-12 && all.inside.max == 3)
    #expect(all.border == ActionJumps.Summary())
  }

  @Test func rulesThatMakeNoSenseSayWhy() {
    #expect(MergeRule.replace.problem == nil && MergeRule.ensemble(decay: 0).problem == nil)
    #expect(MergeRule.blend(periods: 1).problem == nil)
    for rule in [MergeRule.ensemble(decay: -1), .ensemble(decay: .nan), .blend(periods: 0)] {
      #expect(rule.problem != nil)
    }
  }
}
