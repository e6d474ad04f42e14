import Foundation
import PolicyHead
import Testing

/// What is asked of the operating system. Each runs on a thread of its own, because what is applied stays.
struct ThreadPolicyTests {
  private func applied(_ policy: ThreadPolicy) -> Result<[ThreadPolicy.Refusal], any Error> {
    nonisolated(unsafe) var result: Result<[ThreadPolicy.Refusal], any Error> = .success([])
    let done = DispatchSemaphore(value: 0)
    Thread {
      result = Result { try policy.apply() }
      done.signal()
    }.start()
    done.wait()
    return result
  }

  @Test func nothingIsAskedForByDefault() throws { #expect(try applied(ThreadPolicy()).get() == []) }

  @Test func coresThatDoNotExistAreNamed() {
    for core in [-1, 100_000] {
      let error = #expect(throws: PolicyError.self) { try applied(ThreadPolicy(cores: [core])).get() }
      #expect("\(error!)".contains("no core \(core)"))
    }
  }

  @Test func impossiblePrioritiesAreRefused() {
    for priority in [0, 99] {
      let error = #expect(throws: PolicyError.self) { try applied(ThreadPolicy(realTimePriority: priority)).get() }
      #expect("\(error!)".contains("\(priority)"))
    }
  }

  @Test func refusalsSayWhatIsNeeded() {
    #expect("\(ThreadPolicy.Refusal.realTimePriority("no"))".contains("CAP_SYS_NICE"))
    #expect("\(ThreadPolicy.Refusal.lockedMemory("no"))".contains("CAP_IPC_LOCK"))
  }
}
