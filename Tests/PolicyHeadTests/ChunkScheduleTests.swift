import PolicyHead
import Testing

/// When a policy is asked, and for what.
struct ChunkScheduleTests {
  /// A policy of twelve rows after one past observation: the action for period p of the chunk born in period b is
  /// 100 b + p.
  private func prediction(_ birth: Int) -> [[Double]] { (-1..<11).map { [Double(100 * birth + birth + $0)] } }

  /// Runs periods in which every answer takes `delay` of them.
  ///
  /// - Returns: the periods of the requests, and the executed actions.
  private func run(
    _ schedule: inout ChunkSchedule, periods: Int, delay: Int
  ) -> (requests: [ChunkRequest], actions: [Double?]) {
    var requests: [ChunkRequest] = []
    var actions: [Double?] = []
    var pending: ChunkRequest?
    func deliver() {
      guard let request = pending, request.period + delay <= schedule.period else { return }
      schedule.receive(prediction(request.period))
      pending = nil
    }
    for period in 0..<periods {
      schedule.observe([Double(period)])
      deliver()
      if let request = schedule.nextRequest() {
        requests.append(request)
        pending = request
        deliver()
      }
      actions.append(schedule.act()?[0])
    }
    return (requests, actions)
  }

  private func schedule(_ configuration: ChunkSchedule.Configuration) -> ChunkSchedule {
    ChunkSchedule(observationSteps: 2, actionSteps: 4, configuration, seed: 5)
  }

  @Test func withoutDelayAChunkFollowsAChunk() {
    var schedule = schedule(.init())
    let (requests, actions) = run(&schedule, periods: 10, delay: 0)
    #expect(requests.map(\.period) == [0, 4, 8])
    #expect(requests.map(\.call) == [0, 1, 2] && requests.allSatisfy { $0.seed == 5 && $0.committed.isEmpty })
    #expect(requests.map(\.history) == [[[0], [0]], [[3], [4]], [[7], [8]]])
    #expect(actions == [0, 1, 2, 3, 404, 405, 406, 407, 808, 809])
  }

  @Test func withALeadAChunkArrivesWhenItIsNeeded() {
    var schedule = schedule(.init(lead: 2))
    let (requests, actions) = run(&schedule, periods: 12, delay: 2)
    #expect(requests.map(\.period) == [0, 4, 8])
    #expect(actions == [nil, nil, 2, 3, 4, 5, 406, 407, 408, 409, 810, 811])
    // What is executed until then is said.
    #expect(requests.map(\.committed) == [[], [[4], [5]], [[408], [409]]])
    // And what was executed in the period before, and what comes behind: a chunk reaches ten periods beyond its own.
    #expect(requests.map(\.executed) == [[], [[3]], [[407]]])
    #expect(requests[1].planned == (6...10).map { [Double($0)] })
    #expect(requests[2].planned == (410...414).map { [Double($0)] })
  }

  /// The further actions of the old chunk are used while the new one is late.
  @Test func withoutALeadTheOldChunkGoesOn() {
    var schedule = schedule(.init())
    let (requests, actions) = run(&schedule, periods: 12, delay: 3)
    #expect(requests.map(\.period) == [0, 7])
    #expect(actions == [nil, nil, nil, 3, 4, 5, 6, 7, 8, 9, 710, 711])
  }

  @Test func aLongLeadAsksAllTheTime() {
    var schedule = schedule(.init(lead: 4))
    let (requests, _) = run(&schedule, periods: 9, delay: 1)
    #expect(requests.map(\.period) == Array(0..<9))
  }

  /// Eleven actions have been overtaken before the answer is there: it is dropped, and the policy is asked again.
  @Test func aPolicyThatIsAlwaysTooLateIsAskedAgain() {
    var schedule = schedule(.init(lead: 4))
    let (requests, actions) = run(&schedule, periods: 25, delay: 11)
    #expect(requests.map(\.period) == [0, 11, 22])
    #expect(actions.allSatisfy { $0 == nil })
  }

  @Test func withoutCompensationALateChunkBeginsAtItsBeginning() {
    var schedule = schedule(.init(lead: 2, compensatesDelay: false))
    let (requests, actions) = run(&schedule, periods: 8, delay: 2)
    #expect(requests.map(\.period) == [0, 4])
    #expect(actions == [nil, nil, 0, 1, 2, 3, 404, 405])
  }

  /// What was held because nothing was planned is not said: nobody here knows what a robot did meanwhile.
  @Test func executedActionsAreThoseSinceTheLastGap() {
    var schedule = ChunkSchedule(observationSteps: 4, actionSteps: 2, .init(), seed: 0)
    var executed: [[[Double]]] = []
    for period in 0..<8 {
      schedule.observe([0])
      // Two actions per chunk; in period 4 the answer comes a period late.
      if period == 5 { schedule.receive([[0], [0], [0], [50], [51], [52]]) }
      if let request = schedule.nextRequest() {
        executed.append(request.executed)
        if period != 4 { schedule.receive([[0], [0], [0], [Double(10 * period)], [Double(10 * period + 1)]]) }
      }
      _ = schedule.act()
    }
    #expect(executed == [[], [[0], [1]], [[1], [20], [21]], [[51], [52]]])
  }

  /// The last actions of a chunk are not waited for: it is asked in time even if less is left than planned.
  @Test func aShortRestIsDueEarlier() {
    var schedule = schedule(.init(lead: 1))
    schedule.observe([0])
    let first = schedule.nextRequest()
    #expect(first?.period == 0 && schedule.isDue)
    for period in 1..<9 {
      schedule.observe([Double(period)])
      let request = schedule.nextRequest()
      #expect(request == nil && !schedule.hasAction)
    }
    schedule.observe([9])
    schedule.receive(prediction(0))
    // The actions of periods 9 and 10 are left.
    let early = schedule.nextRequest()
    let action = schedule.act()
    #expect(early == nil && action == [9])
    schedule.observe([10])
    let next = schedule.nextRequest()
    #expect(next?.committed == [[10]])
  }
}
