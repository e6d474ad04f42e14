import Autograd
import Checkpoints
import Communication
import Foundation

/// What the ranks of a run settle before its first step.
struct RankAgreement {
  let communicator: any Communicator

  /// Refuses ranks that would train something else than rank 0, or more of them than there is work for.
  ///
  /// - Throws: `TrainingError.configuration`, on all of them.
  func check(
    _ configuration: TrainingConfiguration, metadata: [String: String], examples: Int, teacher: ParameterBuffer?
  ) throws(TrainingError) {
    guard communicator.size > 1 else { return }
    guard communicator.size <= configuration.shards else {
      throw .configuration(
        "\(communicator.size) ranks cannot share \(configuration.shards) shards: start fewer ranks, or a new run with "
          + "--set shards=\(communicator.size) or more")
    }
    var checksum = DataChecksum()
    for byte in Data("\(configuration) \(examples)".utf8) { checksum.add(UInt32(byte)) }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      for byte in Data("\(key) \(value)".utf8) { checksum.add(UInt32(byte)) }
    }
    if let teacher { withExtendedLifetime(teacher) { checksum.add(teacher.values) } }
    let texts = try Self.exchange { () throws(CommunicationError) in try communicator.gather(checksum.text) }
    if let other = texts.firstIndex(where: { $0 != texts[0] }) {
      throw .configuration(
        "rank \(other) has other settings, data or teacher than rank 0: give every machine the same command and the same "
          + "files")
    }
  }

  /// Gives all ranks the state that rank 0 has read or made.
  ///
  /// - Returns: the steps done, and the sums of those that no report has told about.
  func share(
    step: Int, sums: ReportSums, _ optimizer: Optimizer
  ) throws(TrainingError) -> (step: Int, sums: ReportSums) {
    struct Progress: Codable {
      var step: Int
      var sums: ReportSums
    }
    guard communicator.size > 1 else { return (step, sums) }
    return try Self.exchange { () throws(CommunicationError) in
      let progress = try communicator.broadcast(Progress(step: step, sums: sums))
      for (_, buffer) in optimizer.buffers {
        try communicator.broadcast(UnsafeMutableRawBufferPointer(buffer.values), from: 0)
      }
      return (progress.step, progress.sums)
    }
  }

  /// Turns a failing exchange into an error of the training.
  static func exchange<Result>(
    _ body: () throws(CommunicationError) -> Result
  ) throws(TrainingError) -> Result {
    do throws(CommunicationError) {
      return try body()
    } catch {
      throw .ranks(error.description)
    }
  }
}
