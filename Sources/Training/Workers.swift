import CKernels
import Synchronization

/// Work in pieces that do not depend on each other.
public protocol Piecework: Sendable {
  /// Does one of the pieces.
  func callAsFunction(_ piece: Int)
}

/// Runs independent pieces of work on a fixed number of threads, which wait for the next ones: spinning for some tens of
/// microseconds, then asleep.
///
/// One run at a time; pieces do not start runs of their own.
public final class Workers: @unchecked Sendable {
  /// Threads, at least 1, the caller's among them.
  public let count: Int
  private var team: OpaquePointer?
  private let next = Atomic(0)
  // Of the run under way.
  private var pieces = 0
  private var job: (any Piecework)?

  /// - Precondition: `count` > 0.
  public init(_ count: Int) {
    precondition(count > 0, "\(count) threads")
    self.count = count
    guard count > 1 else { return }
    team = ck_team_create(
      Int32(count), { context, _ in Unmanaged<Workers>.fromOpaque(context!).takeUnretainedValue().work() },
      Unmanaged.passUnretained(self).toOpaque())
    precondition(team != nil, "no memory for \(count) threads")
  }

  deinit {
    if let team { ck_team_free(team) }
  }

  /// Does the pieces 0..<pieces, each once, in any order, and returns when all are done. Allocates nothing.
  public func run<Work: Piecework>(_ pieces: Int, _ work: Work) {
    guard let team, pieces > 1 else {
      for piece in 0..<pieces { work(piece) }
      return
    }
    precondition(job == nil, "a run within a run")
    withUnsafePointer(to: work) { work in
      job = Job(work: work)
      self.pieces = pieces
      next.store(0, ordering: .relaxed)
      ck_team_run(team)
      job = nil
    }
  }

  /// The same with a closure. On several threads, what it captures is allocated.
  public func run(_ pieces: Int, _ body: @Sendable (Int) -> Void) {
    withoutActuallyEscaping(body) { run(pieces, ClosureWork(body: $0)) }
  }

  private func work() {
    guard let job else { preconditionFailure("a team works without work") }
    while true {
      let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard piece < pieces else { return }
      job(piece)
    }
  }
}

/// A run's work where it lies on the caller's stack: small enough to be kept without an allocation.
private struct Job<Work: Piecework>: Piecework, @unchecked Sendable {
  let work: UnsafePointer<Work>
  func callAsFunction(_ piece: Int) { work.pointee(piece) }
}

private struct ClosureWork: Piecework {
  let body: @Sendable (Int) -> Void
  func callAsFunction(_ piece: Int) { body(piece) }
}
