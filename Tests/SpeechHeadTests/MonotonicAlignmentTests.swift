import SpeechHead
import Testing

struct MonotonicAlignmentTests {
  /// All ways to cut `frames` into `states` stretches, none empty.
  private func cuts(_ frames: Int, _ states: Int) -> [[Int32]] {
    if states == 1 { return frames > 0 ? [[Int32(frames)]] : [] }
    return (1..<max(frames, 1)).flatMap { first in cuts(frames - first, states - 1).map { [Int32(first)] + $0 } }
  }

  private func meanSquare(_ means: [Float], _ frames: [Float], bands: Int, _ durations: [Int32]) -> Double {
    var frame = 0
    var sum = 0.0
    for (state, duration) in durations.enumerated() {
      for _ in 0..<duration {
        for band in 0..<bands {
          let difference = Double(frames[frame * bands + band]) - Double(means[state * bands + band])
          sum += difference * difference
        }
        frame += 1
      }
    }
    return sum / Double(frames.count)
  }

  private func align(_ means: [Float], _ frames: [Float], bands: Int) -> (durations: [Int32], distance: Double) {
    var search = MonotonicAlignment()
    var durations = [Int32](repeating: 0, count: means.count / bands)
    let distance = means.withUnsafeBufferPointer { means in
      frames.withUnsafeBufferPointer { frames in
        durations.withUnsafeMutableBufferPointer { search(means: means, frames: frames, bands: bands, durations: $0) }
      }
    }
    return (durations, distance)
  }

  @Test(arguments: [(1, 1, 3), (1, 5, 3), (4, 4, 2), (4, 9, 1), (5, 11, 19), (3, 12, 16), (6, 10, 33)])
  func findsTheBestOfAllAlignments(states: Int, frames: Int, bands: Int) {
    for seed in 0..<20 as Range<UInt64> {
      let means = normalNumbers(states * bands, seed: seed)
      let mel = normalNumbers(frames * bands, seed: 1000 + seed)
      let found = align(means, mel, bands: bands)
      let distances = cuts(frames, states).map { meanSquare(means, mel, bands: bands, $0) }
      let ownDistance = meanSquare(means, mel, bands: bands, found.durations)
      #expect(found.durations.reduce(0, +) == frames && found.durations.allSatisfy { $0 > 0 })
      #expect(abs(ownDistance - distances.min()!) < 1e-5)
      #expect(abs(found.distance - ownDistance) < 1e-5)
    }
  }

  @Test func aPlantedAlignmentIsFound() {
    let planted: [Int32] = [3, 1, 40, 2, 7, 12, 1, 5]
    let bands = 24
    let means = normalNumbers(planted.count * bands, seed: 1)
    var mel: [Float] = []
    for (state, duration) in planted.enumerated() {
      for _ in 0..<duration { mel += means[state * bands..<(state + 1) * bands] }
    }
    let noise = normalNumbers(mel.count, seed: 2)
    for i in mel.indices { mel[i] += 0.2 * noise[i] }
    #expect(align(means, mel, bands: bands).durations == planted)
  }

  @Test func aSearchLeavesNothingBehindForTheNext() {
    var search = MonotonicAlignment()
    for (states, frames) in [(9, 80), (3, 7), (9, 9), (4, 50)] {
      let means = normalNumbers(states * 4, seed: UInt64(states))
      let mel = normalNumbers(frames * 4, seed: UInt64(frames))
      var durations = [Int32](repeating: -1, count: states)
      means.withUnsafeBufferPointer { means in
        mel.withUnsafeBufferPointer { mel in
          durations.withUnsafeMutableBufferPointer {
            _ = search(means: means, frames: mel, bands: 4, durations: $0)
          }
        }
      }
      #expect(durations == align(means, mel, bands: 4).durations)
    }
  }
}
