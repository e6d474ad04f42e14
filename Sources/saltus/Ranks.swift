import ArgumentParser
import Communication
import Foundation
import Reporting

#if MPI
  import MPICommunication
#endif

/// A command that several ranks can do together.
protocol SharedByRanks: ParsableCommand {}

/// The processes that `mpirun` started for this command, or this one alone.
enum Ranks {
  /// All ranks, once MPI has started: at the first use.
  static let communicator: any Communicator = connect()

  /// Whether this rank writes files and talks to the user.
  static var isFirst: Bool { communicator.rank == 0 }

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

  /// Processes of this job, as mpirun says; nil without it.
  private static var launchedCount: Int? { number("OMPI_COMM_WORLD_SIZE") }

  /// Processes of this job on this machine.
  static var localCount: Int { max(1, number("OMPI_COMM_WORLD_LOCAL_SIZE") ?? 1) }

  private static func connect() -> any Communicator {
    guard let count = launchedCount, count > 1 else { return SingleProcess() }
    #if MPI
      do throws(CommunicationError) {
        return try MPICommunicator(isEnding: { Interrupt.isRequested })
      } catch {
        fatal("MPI does not start: \(error)")
      }
    #else
      fatal(
        "\(count) processes were started, but this saltus is built for one: build it with swift build -c release "
          + "--traits MPI")
    #endif
  }

  private static func fatal(_ text: String) -> Never {
    FileHandle.standardError.write(Data("Error: \(text)\n".utf8))
    exit(1)
  }

  /// Refuses a command that several ranks would do several times over.
  static func check(_ command: any ParsableCommand) throws {
    if communicator.size > 1 && !(command is any SharedByRanks) {
      throw ValidationError(
        "\(communicator.size) processes were started, but \(type(of: command)._commandName) is done by one; mpirun is for "
          + "train, evaluate, speak --jsonl and bench train.")
    }
  }

  /// The exit code of a command that all ranks have stopped because one was asked to.
  static func interruption() throws -> ExitCode {
    ExitCode(Int32(try communicator.gather(Double(Interrupt.exitCode)).max()!))
  }

  /// After a command that went well.
  static func finish() {
    #if MPI
      (communicator as? MPICommunicator)?.finish()
    #endif
  }

  /// After a command that did not: ends the process, and the job if other ranks may be waiting for this one.
  static func end(_ error: any Error) -> Never {
    let code = Saltus.exitCode(for: error)
    if communicator.size == 1 { Saltus.exit(withError: error) }
    // What all ranks end with: help, and a stop that they agreed on.
    if code.isSuccess || error is ExitCode {
      finish()
      if isFirst { Saltus.exit(withError: error) }
      exit(code.rawValue)
    }
    // What is wrong on all ranks is told by the first, which ends the job before the others speak.
    if !isFirst { usleep(500_000) }
    FileHandle.standardError.write(Data("rank \(communicator.rank): \(Saltus.fullMessage(for: error))\n".utf8))
    #if MPI
      (communicator as? MPICommunicator)?.abort(code.rawValue)
    #endif
    exit(code.rawValue)
  }

  /// Progress on standard error, on the first rank.
  static func progress(_ label: String, total: Int) -> ProgressReporter {
    isFirst
      ? ProgressReporter(label: label, total: total) : ProgressReporter(label: label, total: total, write: { _ in })
  }
}
