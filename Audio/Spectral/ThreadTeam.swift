import CSpectral

/// Threads that do a piece of work together and live no longer than it.
package enum ThreadTeam {
  /// Calls `body` once on each of `threads` threads, one of which is the caller's.
  ///
  /// - Parameter body: takes which of the threads it is on. The system may give fewer of them.
  static func run(threads: Int, _ body: @Sendable (_ part: Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var work = body
      withUnsafeMutablePointer(to: &work) { work in
        cs_team_run(Int32(threads), work) { context, part in
          context!.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(part))
        }
      }
    }
  }

  /// Calls `body` for rounds over all places in a row: for one place when it and its neighbours have been through the
  /// round before. Threads take what comes next, whichever is free.
  ///
  /// - Parameters:
  ///   - together: rounds that a thread goes through at a time, 1 to 8.
  ///   - body: takes which of the threads it is on, the round and the place.
  package static func run(
    threads: Int, rounds: Int, places: Int, together: Int = 1,
    _ body: @Sendable (_ part: Int, _ round: Int, _ place: Int) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: places) { finished in
      withoutActuallyEscaping(body) { body in
        var work = body
        withUnsafeMutablePointer(to: &work) { work in
          cs_rounds_run(Int32(threads), rounds, places, Int32(together), finished.baseAddress, work) {
            context, part, round, place in
            context!.assumingMemoryBound(to: (@Sendable (Int, Int, Int) -> Void).self).pointee(Int(part), round, place)
          }
        }
      }
    }
  }
}
