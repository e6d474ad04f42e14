import Foundation
import PolicyHead
import Reporting

/// What a policy is asked: the JSON form of `act` and `edit actions`.
struct PolicyRequest: Decodable {
  /// In the data set's units, oldest row first; one row alone is repeated.
  var observation: [[Double]]
  var seed: UInt64?

  init(observation: [[Double]], seed: UInt64? = nil) {
    self.observation = observation
    self.seed = seed
  }

  /// - Throws: `CommandFailure` for what is no such JSON.
  init(parsing text: String, for description: PolicyDescription) throws(CommandFailure) {
    do {
      self = try JSONDecoder().decode(PolicyRequest.self, from: Data(text.utf8))
    } catch {
      throw CommandFailure(
        "give {\"observation\": [[\(description.observationSize) numbers], …], \"seed\": 7}, with finite numbers and a seed from 0 on"
      )
    }
  }

  /// `[observationSteps][observation]`, oldest first.
  ///
  /// - Throws: `PolicyError` for observations that the policy cannot have made.
  func history(for description: PolicyDescription) throws(PolicyError) -> [[Double]] {
    for row in observation { try description.check(row) }
    if observation.count == 1 { return Array(repeating: observation[0], count: description.observationSteps) }
    guard observation.count == description.observationSteps else {
      throw PolicyError.historyLength(found: observation.count, expected: description.observationSteps)
    }
    return observation
  }
}
