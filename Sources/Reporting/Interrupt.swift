import Foundation
import Synchronization

/// The first signal that asked the program to end, 0 before any.
private let received = Atomic<Int32>(0)

/// Ctrl-C and `kill`, turned into a question that loops ask between steps.
///
///     Interrupt.install()
///     while step < steps, !Interrupt.isRequested { … }
///     save()
///     if Interrupt.isRequested { throw ExitCode(Interrupt.exitCode) }
public enum Interrupt {
  /// From now on the first SIGINT or SIGTERM only sets `isRequested`; the second ends the program at once.
  public static func install() {
    // Also makes sure that the flag exists before a signal handler touches it.
    received.store(0, ordering: .relaxed)
    // A parent may have left them blocked: a program started from a dispatch queue's thread inherits that.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if !received.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged {
          _exit(128 + number)
        }
        let message: StaticString = "\nstopping after this step; once more stops at once, without saving\n"
        _ = write(STDERR_FILENO, message.utf8Start, message.utf8CodeUnitCount)
      }
    }
  }

  /// Somebody asked the program to end.
  public static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The shell's code for a program that a signal ended: 130 after Ctrl-C, 143 after `kill`; 0 if none came.
  public static var exitCode: Int32 {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? 0 : 128 + number
  }
}
