import Foundation
import Synchronization

/// Threads that do nothing but use a core each: load for a benchmark. They are scheduled as their starter was.
final class Spinners: Sendable {
  private let isStopped = Atomic(false)

  init(_ count: Int) {
    for _ in 0..<count {
      Thread { [self] in while !isStopped.load(ordering: .relaxed) {} }.start()
    }
  }

  func stop() { isStopped.store(true, ordering: .relaxed) }
}
