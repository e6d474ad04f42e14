/// A priority queue of places whose priorities are 0...255: adding and taking are a few instructions, where a heap's
/// cost grows with its size. Among equal priorities the latest comes first.
struct BucketQueue: ~Copyable {
  private let heads: UnsafeMutablePointer<Int32>
  private let links: UnsafeMutablePointer<Int32>
  private let stride: Int
  private var highest = -1

  /// - Parameters:
  ///   - links: the queue's memory, a number for each place, `stride` numbers apart; its values do not matter.
  ///     Each place is in the queue at most once.
  init(links: UnsafeMutablePointer<Int32>, stride: Int) {
    heads = .allocate(capacity: 256)
    heads.initialize(repeating: -1, count: 256)
    self.links = links
    self.stride = stride
  }

  deinit { heads.deallocate() }

  @inline(__always)
  mutating func insert(_ place: Int, priority: UInt8) {
    let bucket = Int(priority)
    links[place * stride] = heads[bucket]
    heads[bucket] = Int32(truncatingIfNeeded: place)
    if bucket > highest { highest = bucket }
  }

  /// Takes a place of the highest priority.
  @inline(__always)
  mutating func removeFirst() -> Int? {
    while highest >= 0 {
      let place = heads[highest]
      if place >= 0 {
        heads[highest] = links[Int(place) * stride]
        return Int(place)
      }
      highest -= 1
    }
    return nil
  }
}

/// Magnitudes as priorities: the logarithm between a tolerance and the greatest magnitude, in 255 steps.
struct MagnitudePriority {
  private let lowest: Float
  private let scale: Float

  /// - Parameters:
  ///   - greatest: ln of the greatest magnitude.
  ///   - tolerance: relative to it.
  init(greatest: Float, logTolerance: Float) {
    lowest = greatest + logTolerance
    scale = -254 / logTolerance
  }

  /// 1...255, or 0 below the tolerance.
  @inline(__always)
  subscript(logarithm: Float) -> UInt8 {
    let steps = (logarithm - lowest) * scale
    return steps >= 0 ? UInt8(min(steps, 254)) + 1 : 0
  }
}
