/// A chunk schedule whose policy takes a given number of control periods to answer: latency simulated, without clocks.
///
/// An episode begins when its first chunk is there; until then a robot stands still. Where nothing is planned, the last
/// action is held.
struct DelayedHorizon {
  private let delay: Int
  private var schedule: ChunkSchedule
  private var pending: (arrival: Int, prediction: [[Double]])?
  private var last: [Double]?

  /// - Parameter delay: periods from an observation to the first action that can depend on it; 0 for none.
  init(_ schedule: ChunkSchedule, delay: Int) {
    precondition(delay >= 0, "a delay of \(delay) periods")
    self.schedule = schedule
    self.delay = delay
  }

  var jumps: ActionJumps { schedule.jumps }

  /// Begins the next period.
  ///
  /// - Returns: a request that must be given to `answer` before `act`.
  mutating func observe(_ observation: [Double]) -> ChunkRequest? {
    schedule.observe(observation)
    deliver()
    return schedule.nextRequest()
  }

  mutating func answer(_ request: ChunkRequest, with prediction: [[Double]]) {
    pending = (request.period + (request.call == 0 ? 0 : delay), prediction)
    deliver()
  }

  private mutating func deliver() {
    guard let pending, pending.arrival <= schedule.period else { return }
    schedule.receive(pending.prediction)
    self.pending = nil
  }

  /// The action of the current period.
  mutating func act() -> [Double] {
    guard let action = schedule.act() ?? last else { preconditionFailure("the first request was not answered") }
    last = action
    return action
  }
}
