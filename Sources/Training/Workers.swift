import Dispatch
import Synchronization

/// Runs independent pieces of work on a fixed number of threads.
public struct Workers: Sendable {
  /// Threads, at least 1.
  public let count: Int

  /// - Precondition: `count` > 0.
  public init(_ count: Int) {
    precondition(count > 0, "\(count) threads")
    self.count = count
  }

  /// Calls `body` with 0..<pieces, each once, in any order, and returns when all are done.
  func run(_ pieces: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1 && pieces > 1 else {
      for piece in 0..<pieces { body(piece) }
      return
    }
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(count, pieces)) { _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieces else { return }
        body(piece)
      }
    }
  }
}
