import Foundation
import TestSupport
import Training

/// `saltus train policy` on `Demonstrations`, as a process of its own.
struct TrainingProcess {
  private let process = Process()
  private let errors: URL

  /// Starts training.
  ///
  /// - Parameter settings: what `--set` gets.
  init(data: URL, run: URL, settings: [String], resume: Bool) throws {
    errors = run.deletingLastPathComponent().appending(path: "errors-\(UUID().uuidString)")
    try Data().write(to: errors)
    process.executableURL = try SaltusCommand.executable()
    process.arguments =
      ["train", "policy", "--data", data.path, "--out", run.path, "--threads", "1"]
      + settings.flatMap { ["--set", $0] } + (resume ? ["--resume"] : [])
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
  }

  var identifier: pid_t { process.processIdentifier }

  /// What it has written to standard error.
  func messages() throws -> String { try String(contentsOf: errors, encoding: .utf8) }

  /// Waits for a condition, looking at it again and again; an error if the process ends before or takes a minute.
  func wait(for what: String, until condition: () -> Bool) throws {
    let deadline = Date().addingTimeInterval(60)
    while !condition() {
      guard process.isRunning, Date() < deadline else {
        throw TrainingError.file("the process ended, or a minute passed, before \(what): \(try messages())")
      }
      usleep(100)
    }
  }

  func send(_ signal: Int32) { kill(identifier, signal) }

  /// Kills it, if it still runs, without any warning.
  ///
  /// - Returns: whether that is how it ended.
  @discardableResult
  func killNow() -> Bool {
    send(SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
  }

  /// Waits for its end.
  ///
  /// - Returns: its exit code.
  func exitCode() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}
