import CSpectral

/// One of several threads that do a piece of work together and live no longer than it.
struct ThreadTeam {
  private let team: OpaquePointer
  /// Which of them this one is.
  let part: Int

  /// How many there are; fewer than asked for where the system gives no more.
  var parts: Int { Int(cs_team_parts(team)) }

  /// Waits until all threads have come here.
  func wait() { cs_team_barrier(team) }

  /// The part of `0..<count` that is this thread's.
  func share(of count: Int) -> Range<Int> { count * part / parts..<count * (part + 1) / parts }

  /// Calls `body` once on each of `threads` threads, one of which is the caller's.
  static func run(threads: Int, _ body: @Sendable (ThreadTeam) -> Void) {
    withoutActuallyEscaping(body) { body in
      var work = Work(body: body)
      withUnsafeMutablePointer(to: &work) { work in
        cs_team_run(Int32(threads), work) { context, team, part in
          let work = context!.assumingMemoryBound(to: Work.self)
          work.pointee.body(ThreadTeam(team: team!, part: Int(part)))
        }
      }
    }
  }

  private struct Work {
    let body: @Sendable (ThreadTeam) -> Void
  }
}
