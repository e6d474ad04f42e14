import Communication
import TestSupport
import Testing

/// What ranks tell each other arrives, and everything is somebody's.
struct SharingTests {
  @Test(arguments: [1, 2, 3, 5]) func sharesCoverEverythingOnceAndEvenly(size: Int) throws {
    for count in [0, 1, 4, 17] {
      let shares = try ThreadRanks.run(size) { $0.share(of: count) }.map { try $0.get() }
      #expect(shares.flatMap(Array.init) == Array(0..<count))
      #expect(shares.map(\.count).max()! - shares.map(\.count).min()! <= 1)
    }
  }

  private struct Report: Codable, Equatable, Sendable {
    var name: String
    var values: [Double]
  }

  @Test func valuesOfAllRanksAreGatheredInOrderAndBitForBit() throws {
    let reports = (0..<3).map { rank in
      Report(name: String(repeating: "x", count: 3 * rank), values: [0.1 + Double(rank), .infinity, 1 / 3])
    }
    for result in ThreadRanks.run(3, { try $0.gather(reports[$0.rank]) }) { #expect(try result.get() == reports) }
    #expect(try SingleProcess().gather(reports[2]) == [reports[2]])
  }

  @Test func rankZeroIsBelieved() throws {
    for result in ThreadRanks.run(3, { try $0.broadcast("from \($0.rank)") }) {
      #expect(try result.get() == "from 0")
    }
  }

  @Test func aConditionOfOneRankHoldsForAll() throws {
    for holder in 0..<3 {
      for result in ThreadRanks.run(3, { try $0.any($0.rank == holder, false) }) {
        #expect(try result.get() == (true, false))
      }
      for result in ThreadRanks.run(3, { try $0.any(false, $0.rank == holder) }) {
        #expect(try result.get() == (false, true))
      }
    }
    #expect(try SingleProcess().any(true, false) == (true, false))
  }

  @Test(arguments: [1, 2, 3, 7]) func partsCoverEverythingAndBeginWithCacheLines(size: Int) throws {
    for count in [0, 5, 16, 1000, 12_345] {
      let parts = try ThreadRanks.run(size) { ranks in (0..<size).map { ranks.part(of: count, rank: $0) } }
        .map { try $0.get() }
      for part in parts { #expect(part == parts[0]) }
      #expect(parts[0].flatMap(Array.init) == Array(0..<count))
      #expect(parts[0].allSatisfy { $0.lowerBound % 16 == 0 || $0.isEmpty })
      #expect(parts[0].map(\.count).max()! - parts[0].map(\.count).min()! <= 32)
    }
  }

  /// Two exchanges of each kind under way at once: every rank ends with its part of the sums, and all with all parts.
  @Test(arguments: [2, 3]) func sumsOfPartsAreGathered(size: Int) throws {
    let counts = [1000, 37]
    let results = try ThreadRanks.run(size) { ranks in
      let values = counts.map { count in
        let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
        _ = buffer.initialize(from: (0..<count).map { Float($0 * (ranks.rank + 1)) })
        return buffer
      }
      defer { for buffer in values { buffer.deallocate() } }
      for buffer in values { try ranks.beginSum(buffer) }
      try ranks.progress()
      try ranks.finishExchanges()
      let own = values.map { buffer in Array(buffer[ranks.part(of: buffer.count, rank: ranks.rank)]) }
      for buffer in values { try ranks.beginGather(buffer) }
      try ranks.finishExchanges()
      return (own, values.map { Array($0) })
    }.map { try $0.get() }
    let factor = size * (size + 1) / 2
    for (index, count) in counts.enumerated() {
      let truth = (0..<count).map { Float($0 * factor) }
      #expect(results.flatMap { $0.0[index] } == truth)
      for result in results { #expect(result.1[index] == truth) }
    }
  }

  @Test func aDeadRankFailsTheOthers() {
    let results = ThreadRanks.run(3, dying: (rank: 1, exchange: 2)) { communicator in
      try communicator.barrier()
      try communicator.barrier()
    }
    for result in results { #expect(throws: CommunicationError.self) { try result.get() } }
  }
}
