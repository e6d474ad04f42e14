import Foundation
import Reporting
import Testing

/// Signals the whole process, because test threads have signals blocked, and waits for the effect (10 s at most).
private func send(_ number: Int32) {
  let wasRequested = Interrupt.isRequested
  kill(getpid(), number)
  for _ in 0..<10_000 where Interrupt.isRequested == wasRequested { usleep(1000) }
}

/// Each in a process of its own, because a signal concerns the whole process.
@Suite struct InterruptTests {
  @Test func theFirstSignalOnlyAsks() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupt.install()
      guard !Interrupt.isRequested, Interrupt.exitCode == 0 else { exit(1) }
      send(SIGINT)
      guard Interrupt.isRequested, Interrupt.exitCode == 130 else { exit(2) }
      exit(7)
    }
  }

  @Test func theSecondSignalEndsTheProgramAtOnce() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interrupt.install()
      send(SIGINT)
      send(SIGINT)
      exit(0)
    }
  }

  @Test func terminationIsTreatedLikeCtrlC() async {
    await #expect(processExitsWith: .exitCode(143)) {
      Interrupt.install()
      send(SIGTERM)
      exit(Interrupt.exitCode)
    }
  }
}
