import ArgumentParser
import Environments
import Foundation
import PolicyHead
import PolicyTraining
import PushTEnv
import Reporting

/// Where an observation comes from: JSON, a start of Push-T, or a step of recorded data.
struct ObservationArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The observation as \"saltus act\" reads it: a file, the JSON itself, or - for standard input, which is where it is "
        + "looked for if nothing is said.", valueName: "FILE|JSON"))
  var observation: String?

  @Option(help: ArgumentHelp("Observe the start of Push-T that this seed draws.", valueName: "SEED"))
  var start: UInt64?

  @Option(help: "How --start becomes a start: legacy or gymnasium.")
  var reset = ResetGenerator.legacy

  @Option(
    help: ArgumentHelp(
      "Observe a step of recorded data: a data set, the number of an episode and of a step, both from 0.",
      valueName: "DATA:EPISODE:STEP"))
  var episodeOf: RecordedStep?

  func validate() throws {
    let given = [observation != nil, start != nil, episodeOf != nil].count { $0 }
    if given > 1 { throw ValidationError("--observation, --start, --episode-of: give one of them.") }
  }

  /// What is observed.
  struct Observed {
    /// `[observationSteps][observation]`, oldest first.
    var history: [[Double]]
    /// That came with it.
    var seed: UInt64?
    /// `[horizon][action]`: what was done, where it was recorded.
    var recorded: [[Double]]?
  }

  /// - Parameter index: that many seeds behind `--start`.
  /// - Throws: `CommandFailure`, `PolicyError` or `DatasetError`, with the option that is meant.
  func read(for policy: PolicyDescription, index: Int = 0) throws -> Observed {
    if let start {
      let row = try PushT().reset(seed: start &+ UInt64(index), generator: reset)
      do {
        return Observed(history: try PolicyRequest(observation: [row]).history(for: policy))
      } catch {
        throw CommandFailure("--start: Push-T's keypoints are not what this policy observes: \(error)")
      }
    }
    if let episodeOf {
      let chunks = try RecordedChunks(URL(filePath: episodeOf.path), of: policy)
      let chunk = try chunks.chunk(at: .init(episode: episodeOf.episode, step: episodeOf.step))
      return Observed(history: chunk.history, recorded: chunk.actions)
    }
    let (text, place) = try optionText(observation ?? "-", option: "--observation")
    do {
      let request = try PolicyRequest(parsing: text, for: policy)
      return Observed(history: try request.history(for: policy), seed: request.seed)
    } catch {
      throw CommandFailure("\(place): \(error)")
    }
  }
}

/// `DATA:EPISODE:STEP`.
struct RecordedStep: ExpressibleByArgument, Sendable {
  let path: String
  let episode: Int
  let step: Int

  init?(argument: String) {
    // A path may have colons of its own.
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3, let episode = Int(parts[parts.count - 2]), let step = Int(parts[parts.count - 1]),
      episode >= 0, step >= 0
    else { return nil }
    path = parts.dropLast(2).joined(separator: ":")
    (self.episode, self.step) = (episode, step)
  }
}

/// The JSON that an option means: its value itself, a file's contents, or with - standard input's.
///
/// - Returns: the text, and where it is from, for messages.
/// - Throws: `CommandFailure` for a file that cannot be read.
func optionText(_ value: String, option: String) throws(CommandFailure) -> (text: String, place: String) {
  if let first = value.first(where: { !$0.isWhitespace }), "[{".contains(first) { return (value, option) }
  if value == "-" {
    return (String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self), "standard input")
  }
  guard let bytes = FileManager.default.contents(atPath: value) else {
    throw CommandFailure("\(option) \(value): there is no such file, and it is no JSON")
  }
  return (String(decoding: bytes, as: UTF8.self), "\(option) \(value)")
}
