import ArgumentParser
import Foundation
import PolicyHead
import Reporting

/// `saltus act`: a policy as a filter from observations to actions, one JSON object per line.
struct Act: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answer observations on standard input with action chunks on standard output.",
    discussion: """
      A line in:  {"observation": [[20 numbers], [20 numbers]], "seed": 7}   oldest row first; one row alone is repeated
      A line out: {"actions": [[x, y], …], "milliseconds": 0.3}              row 0 belongs to the newest observation
      Units and order are the data set's. A bad line gets {"error": "…"}, and the loop goes on.

      EXAMPLE:
        echo '{"observation": [[…]], "seed": 7}' | saltus act bundled:pusht --steps 1
      """)

  @OptionGroup var arguments: PolicyArguments

  @Flag(help: "Add the whole predicted horizon as \"plan\"; its row 0 belongs to the oldest observation.")
  var fullHorizon = false

  @OptionGroup var threadOptions: ThreadOptions

  private struct Answer: Encodable {
    var actions: [[Double]]
    var milliseconds: Double
    var plan: [[Double]]?
  }

  private struct Refusal: Encodable {
    var error: String
  }

  func run() throws {
    let policy = try arguments.policy()
    let predictor = try ActionPredictor(policy, sampler: arguments.sampler(), threads: threadOptions.threads)
    var number = 0
    while let line = readLine() {
      number += 1
      do {
        try reply(answer(line, predictor))
      } catch {
        try reply(Refusal(error: "line \(number): \(error)"))
      }
    }
  }

  /// Written at once, also through a pipe.
  private func reply(_ value: some Encodable) throws {
    try FileHandle.standardOutput.write(contentsOf: Data((try JSONFile.line(value) + "\n").utf8))
  }

  private func answer(_ line: String, _ predictor: ActionPredictor) throws -> Answer {
    let description = predictor.description
    let request = try PolicyRequest(parsing: line, for: description)
    let history = try request.history(for: description)
    let start = ContinuousClock.now
    let plan = predictor.predict([history], seeds: [request.seed ?? 0])[0]
    let time = (ContinuousClock.now - start).components
    let first = description.observationSteps - 1
    return Answer(
      actions: Array(plan[first..<first + description.actionSteps]),
      milliseconds: Double(time.seconds) * 1e3 + Double(time.attoseconds) * 1e-15, plan: fullHorizon ? plan : nil)
  }
}
