import Synchronization
import Testing

import Training

@Suite("Workers")
struct WorkersTests {
  /// Counts how often each piece was done.
  private final class Tally: Sendable {
    let counts: Mutex<[Int]>
    init(_ pieces: Int) { counts = Mutex(Array(repeating: 0, count: pieces)) }
  }

  private struct Tallying: Piecework {
    let tally: Tally
    func callAsFunction(_ piece: Int) { tally.counts.withLock { $0[piece] += 1 } }
  }

  @Test(arguments: [1, 2, 5], [0, 1, 3, 64]) func everyPieceIsDoneOnceInEveryRun(threads: Int, pieces: Int) {
    let workers = Workers(threads)
    let tally = Tally(pieces)
    for run in 1...200 {
      workers.run(pieces, Tallying(tally: tally))
      let expected = [Int](repeating: 2 * run - 1, count: pieces)
      #expect(tally.counts.withLock { $0 } == expected)
      workers.run(pieces) { piece in tally.counts.withLock { $0[piece] += 1 } }
    }
  }
}
