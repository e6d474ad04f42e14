import Foundation
import Spectral
import Synchronization
import Testing

struct ThreadTeamTests {
  /// Numbers that only come out if every place sees its neighbours as the round before left them, and nobody else
  /// overwrites them before they are read: two rows by turns, as iterations use them.
  @Test(arguments: [1, 2, 3, 8, 100], [1, 2, 3, 4, 33]) func placesSeeTheRoundBefore(threads: Int, places: Int) {
    let rounds = 99, row = places + 2
    let numbers = UnsafeMutablePointer<UInt64>.allocate(capacity: 2 * row)
    defer { numbers.deallocate() }
    numbers.initialize(repeating: 0, count: 2 * row)
    @Sendable func next(_ round: Int, _ place: Int, _ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
      (a &* 3 &+ b &* 5 &+ c &* 7 &+ UInt64(round * places + place)) &* 0x9e37_79b9_7f4a_7c15
    }
    var expected = [UInt64](repeating: 0, count: row)
    for round in 0..<rounds {
      let before = expected
      for place in 0..<places {
        expected[place + 1] = next(round, place, before[place], before[place + 1], before[place + 2])
      }
    }
    let shared = Shared(numbers)
    for together in [1, 2, 3, 8] {
      numbers.update(repeating: 0, count: 2 * row)
      ThreadTeam.run(threads: threads, rounds: rounds, places: places, together: together) { _, round, place in
        let before = shared.pointer + (round & 1) * row + place
        let after = shared.pointer + (1 - (round & 1)) * row + place + 1
        // Now and then somebody is late, so late that others fall asleep.
        if (round * 31 + place) % 151 == 0 { usleep(2000) }
        after.pointee = next(round, place, before[0], before[1], before[2])
      }
      let result = numbers + (rounds & 1) * row
      #expect((1...places).allSatisfy { result[$0] == expected[$0] }, "\(together) rounds together")
    }
  }

  @Test(arguments: 1...8) func eachPlaceIsWorkedOnOnceARound(together: Int) {
    let calls = Mutex([Int](repeating: 0, count: 12)), parts = Mutex(Set<Int>())
    ThreadTeam.run(threads: 3, rounds: 4, places: 3, together: together) { part, round, place in
      calls.withLock { $0[round * 3 + place] += 1 }
      _ = parts.withLock { $0.insert(part) }
    }
    #expect(calls.withLock { $0 } == [Int](repeating: 1, count: 12))
    #expect(parts.withLock { $0.isSubset(of: [0, 1, 2]) })
    for (rounds, places) in [(0, 3), (3, 0)] {
      ThreadTeam.run(threads: 2, rounds: rounds, places: places, together: together) { _, _, _ in Issue.record("a call")
      }
    }
  }

  private struct Shared: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<UInt64>
    init(_ pointer: UnsafeMutablePointer<UInt64>) { self.pointer = pointer }
  }
}
