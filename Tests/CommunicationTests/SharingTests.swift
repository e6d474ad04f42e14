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
      for result in ThreadRanks.run(3, { try $0.any($0.rank == holder) }) { #expect(try result.get()) }
    }
    for result in ThreadRanks.run(3, { try $0.any(false) }) { #expect(try !result.get()) }
  }

  @Test func aDeadRankFailsTheOthers() {
    let results = ThreadRanks.run(3, dying: (rank: 1, exchange: 2)) { communicator in
      try communicator.barrier()
      try communicator.barrier()
    }
    for result in results { #expect(throws: CommunicationError.self) { try result.get() } }
  }
}
