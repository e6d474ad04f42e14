import Foundation

/// How a chunk is made to go on from what is being executed: its beginning is inpainted (Song et al. 2023, algorithm 4; for
/// flow policies Black et al. 2025, "Real-Time Execution of Action Chunking Flow Policies").
///
/// The plan of the chunk before, moved on by the time since, is the sketch from which the chunk is drawn: noise is added to
/// it, which leaves it its way of doing the task, but lets the new observation change it. After every network call what
/// has been executed and what is committed is put back.
public struct ChunkStitching: Sendable, Hashable, Codable {
  /// Falling noise levels, one per network call, in units of the normalised actions. The first decides how much of the old
  /// plan is kept; the last, how far the first new action may be off the last committed one.
  public var sigmas: [Double]
  /// How strongly what the old plan says behind the committed actions draws after every call, 0 to 1: Black et al.'s soft
  /// mask times this. 0: as far as the first noise leaves it.
  public var softness: Double
  /// Strength of the noise that is added, in terms of what was trained, 0 to 2; see `SamplingSchedule.temperature`. Less
  /// joins better, but makes a policy's samples too much alike: on Push-T it costs score.
  public var temperature: Double

  public init(sigmas: [Double], temperature: Double = 1, softness: Double = 0) {
    self.sigmas = sigmas
    self.temperature = temperature
    self.softness = softness
  }

  /// What joined best on Push-T in a short search, for actions of standard deviation 0.5, brought to this policy's.
  public init(for description: PolicyDescription) {
    let scale = description.parameterisation.preconditioning.sigmaData / 0.5
    self.init(sigmas: [1, 0.3, 0.1, 0.03].map { $0 * scale }, softness: 0.5)
  }

  /// What makes no sense, or nil.
  var problem: String? {
    (0...1).contains(softness) ? nil : "a softness of \(softness): 0 to 1 are possible"
  }

  /// Of a row of the plan behind the committed actions, 0 for the first of `count`.
  func weight(_ row: Int, of count: Int) -> Double {
    // Falls from the last committed action, 1, to the first without a plan, 0.
    let share = Double(count - row) / Double(count + 1)
    return softness * share * (exp(share) - 1) / (exp(1) - 1)
  }
}
