import Autograd

/// A stretch of the flat gradient buffer that ranks add up at once, as soon as a backward pass has passed it.
package struct GradientBucket: Equatable, Sendable {
  package var range: Range<Int>
  /// Instructions of a shard's plan after which all gradients in it are complete.
  package var instructions: Int

  /// Floats of a bucket: 1 MiB, which travels for a millisecond at 10 Gbit/s, far longer than the network's latency, while
  /// the small network's gradient still makes a dozen of them; and with many ranks 64 KiB for each, since every message
  /// costs some microseconds.
  package static func leastCount(ranks: Int) -> Int { max(1 << 18, ranks << 14) }

  package init(range: Range<Int>, instructions: Int) {
    self.range = range
    self.instructions = instructions
  }

  /// Cuts `trained` between parameters into stretches of at least `leastCount` floats, but for the last ones.
  ///
  /// - Parameter ends: of the gradients; parameters without one are zeros that are there from the beginning.
  /// - Returns: those that are complete first in front; all of `trained`, without overlap.
  package static func buckets(
    of ends: [Plan.GradientEnd], in trained: Range<Int>, leastCount: Int
  ) -> [GradientBucket] {
    var buckets: [GradientBucket] = []
    var current = GradientBucket(range: trained.lowerBound..<trained.lowerBound, instructions: 0)
    for end in ends.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
    where end.range.overlaps(trained) {
      current.range = current.range.lowerBound..<min(end.range.upperBound, trained.upperBound)
      current.instructions = max(current.instructions, end.instructions)
      if current.range.count >= leastCount {
        buckets.append(current)
        current = GradientBucket(range: current.range.upperBound..<current.range.upperBound, instructions: 0)
      }
    }
    if current.range.lowerBound < trained.upperBound {
      current.range = current.range.lowerBound..<trained.upperBound
      buckets.append(current)
    }
    return buckets.sorted { ($0.instructions, $0.range.lowerBound) < ($1.instructions, $1.range.lowerBound) }
  }
}
