import Communication
import Foundation
import Synchronization

/// Ranks that are threads of one process: the same collectives as MPI's, over shared memory, and ranks that die.
public final class ThreadRanks: @unchecked Sendable {
  fileprivate let size: Int
  private let condition = NSCondition()
  private var given: [[UInt8]]
  private var results: [[UInt8]] = []
  private var arrived = 0
  private var generation = 0
  private var isDead = false

  private init(_ size: Int) {
    self.size = size
    given = [[UInt8]](repeating: [], count: size)
  }

  /// Runs `body` once per rank, each on a thread of its own. When one throws, the others' exchanges fail.
  ///
  /// - Parameter dying: a rank whose exchange of that number, and every later one, fails.
  /// - Returns: what they returned, in the order of the ranks.
  public static func run<Value: Sendable>(
    _ size: Int, dying: (rank: Int, exchange: Int)? = nil,
    _ body: @escaping @Sendable (any Communicator) throws -> Value
  ) -> [Result<Value, any Error>] {
    let ranks = ThreadRanks(size)
    let results = Mutex<[Int: Result<Value, any Error>]>([:])
    let group = DispatchGroup()
    // A dispatch queue may have fewer threads than there are ranks, which wait for each other.
    withExtendedLifetime(ranks) {
      for rank in 0..<size {
        group.enter()
        let communicator = ThreadRank(ranks, rank, dies: dying?.rank == rank ? dying!.exchange : .max)
        Thread {
          let result = Result { try body(communicator) }
          if case .failure = result { ranks.die() }
          results.withLock { $0[rank] = result }
          group.leave()
        }.start()
      }
      group.wait()
    }
    return results.withLock { results in (0..<size).map { results[$0]! } }
  }

  fileprivate func die() {
    condition.lock()
    isDead = true
    condition.broadcast()
    condition.unlock()
  }

  /// What all ranks give, in their order.
  fileprivate func exchange(_ bytes: [UInt8], _ rank: Int) throws(CommunicationError) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    let mine = generation
    given[rank] = bytes
    arrived += 1
    if arrived == size {
      (results, arrived) = (given, 0)
      generation += 1
      condition.broadcast()
    }
    let deadline = Date().addingTimeInterval(120)
    while generation == mine {
      if isDead { throw CommunicationError("a thread has died") }
      if !condition.wait(until: deadline) { throw CommunicationError("a thread does not come") }
    }
    return results
  }
}

private final class ThreadRank: Communicator, @unchecked Sendable {
  let rank: Int
  private let ranks: ThreadRanks
  private let dies: Int
  private var exchanges = 0
  /// Under way: the values as they were when it was begun.
  private var begun: [(UnsafeMutableBufferPointer<Float>, [UInt8], isSum: Bool)] = []

  var size: Int { ranks.size }

  init(_ ranks: ThreadRanks, _ rank: Int, dies: Int) {
    (self.ranks, self.rank, self.dies) = (ranks, rank, dies)
  }

  func beginSum(_ values: UnsafeMutableBufferPointer<Float>) {
    begun.append((values, Array(UnsafeRawBufferPointer(values)), isSum: true))
    // Nobody may read the parts of others before `finishExchanges`, or after it.
    for i in values.indices { values[i] = .nan }
  }

  func beginGather(_ values: UnsafeMutableBufferPointer<Float>) {
    begun.append((values, Array(UnsafeRawBufferPointer(values)), isSum: false))
  }

  func progress() {}

  func finishExchanges() throws(CommunicationError) {
    for (values, bytes, isSum) in begun {
      let all = try exchange(bytes)
      if isSum { for i in part(of: values.count, rank: rank) { values[i] = 0 } }
      for (other, bytes) in all.enumerated() {
        bytes.withUnsafeBytes { raw in
          let numbers = raw.assumingMemoryBound(to: Float.self)
          if isSum {
            for i in part(of: values.count, rank: rank) { values[i] += numbers[i] }
          } else {
            for i in part(of: values.count, rank: other) { values[i] = numbers[i] }
          }
        }
      }
    }
    begun = []
  }

  func sum(_ values: inout [Double]) throws(CommunicationError) {
    let all = try exchange(values.withUnsafeBytes(Array.init))
    values = values.map { _ in 0 }
    for bytes in all {
      let numbers = bytes.withUnsafeBytes { Array($0.assumingMemoryBound(to: Double.self)) }
      for i in values.indices { values[i] += numbers[i] }
    }
  }

  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(CommunicationError) {
    bytes.copyBytes(from: try exchange(rank == root ? Array(bytes) : [])[root])
  }

  private func exchange(_ bytes: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    exchanges += 1
    if exchanges >= dies { throw CommunicationError("this thread dies") }
    return try ranks.exchange(bytes, rank)
  }
}
