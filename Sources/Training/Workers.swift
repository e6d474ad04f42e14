import CKernels
import Synchronization

/// Runs independent pieces of work on a fixed number of threads, which wait for the next ones: spinning for some tens of
/// microseconds, then asleep. A run on several threads allocates what the body captures, once.
///
/// One run at a time; pieces do not start runs of their own.
public final class Workers: @unchecked Sendable {
  /// Threads, at least 1, the caller's among them.
  public let count: Int
  private var team: OpaquePointer?
  private let next = Atomic(0)
  // Of the run under way.
  private var pieces = 0
  private var body: (@Sendable (Int) -> Void)?

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

  /// Calls `body` with 0..<pieces, each once, in any order, and returns when all are done.
  public func run(_ pieces: Int, _ body: @Sendable (Int) -> Void) {
    guard let team, pieces > 1 else {
      for piece in 0..<pieces { body(piece) }
      return
    }
    precondition(self.body == nil, "a run within a run")
    withoutActuallyEscaping(body) { body in
      self.body = body
      self.pieces = pieces
      next.store(0, ordering: .relaxed)
      ck_team_run(team)
      self.body = nil
    }
  }

  private func work() {
    guard let body else { preconditionFailure("a team works without work") }
    while true {
      let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard piece < pieces else { return }
      body(piece)
    }
  }
}
