/// The time-frequency plane of phase gradient heap integration: rows of bins with one place between rows and a row
/// before and behind, which count as reached, so that neighbours need no checks of the edges.
final class GradientPlane: @unchecked Sendable {
  /// What belongs to a place, side by side: integration jumps about in memory that no cache holds.
  struct Place {
    var turns: Float
    /// Turns per frame.
    let timeStep: Float
    /// Turns per bin.
    let frequencyStep: Float
    /// The queue's.
    var link: Int32 = 0
  }

  private let bins: Int
  private let stride: Int
  private let count: Int
  private let memory: AlignedBuffer
  private let places: UnsafeMutablePointer<Place>
  /// Of the places without a phase, 1...255; 0 for the others.
  private let priorities: UnsafeMutablePointer<UInt8>

  init(frames: Int, bins: Int) {
    self.bins = bins
    stride = bins + 1
    count = (frames + 2) * stride + 1
    memory = AlignedBuffer(uninitialized: count * MemoryLayout<Place>.stride / MemoryLayout<Float>.stride)
    places = UnsafeMutableRawPointer(memory.pointer).bindMemory(to: Place.self, capacity: count)
    priorities = .allocate(capacity: count)
    priorities.initialize(repeating: 0, count: count)
  }

  deinit { priorities.deallocate() }

  /// A frame's places and priorities, to be set before the integration, [bin].
  func row(_ frame: Int) -> (places: UnsafeMutablePointer<Place>, priorities: UnsafeMutablePointer<UInt8>) {
    let start = (frame + 1) * stride + 1
    return (places + start, priorities + start)
  }

  /// A frame's phases, [bin].
  func copyTurns(_ frame: Int, into turns: UnsafeMutablePointer<Float>) {
    let places = row(frame).places
    for bin in 0..<bins { turns[bin] = places[bin].turns }
  }

  /// Sets the phases of all places without one. Each connected region starts with 0 at its strongest place, those that
  /// touch the known frames with their phases.
  ///
  /// - Parameter known: the first frames' phases in turns, [frame, bin].
  func integrate(after known: Frames) {
    let link = MemoryLayout<Place>.offset(of: \.link)!
    var queue = BucketQueue(
      links: UnsafeMutableRawPointer(places).advanced(by: link).assumingMemoryBound(to: Int32.self),
      stride: MemoryLayout<Place>.stride / MemoryLayout<Int32>.stride)
    for frame in 0..<known.count { setKnown(frame, known, isLast: frame == known.count - 1, &queue) }
    integrate(&queue)
    // Most places lie in one region: it leaves little to sort.
    if let first = strongest() { integrate(from: first, &queue) }
    for start in placesByPriority() where priorities[Int(start)] > 0 { integrate(from: Int(start), &queue) }
  }

  private func setKnown(_ frame: Int, _ known: Frames, isLast: Bool, _ queue: inout BucketQueue) {
    let row = row(frame)
    for bin in 0..<bins {
      row.places[bin].turns = known.values[frame * bins + bin]
      // Only the last frame's neighbours have none.
      if isLast, row.priorities[bin] > 0 {
        queue.insert(row.places + bin - places, priority: row.priorities[bin])
      }
      row.priorities[bin] = 0
    }
  }

  /// Sets the phases of a region.
  private func integrate(from start: Int, _ queue: inout BucketQueue) {
    places[start].turns = 0
    queue.insert(start, priority: priorities[start])
    priorities[start] = 0
    integrate(&queue)
  }

  /// Sets the phases of all that is connected with what is in the queue.
  private func integrate(_ queue: inout BucketQueue) {
    let (places, priorities, stride) = (places, priorities, stride)
    while let place = queue.removeFirst() {
      let here = places[place]
      @inline(__always) func reach(_ neighbour: Int, _ steps: Float, _ half: Float) {
        places[neighbour].turns = wrapped(here.turns + half * steps)
        queue.insert(neighbour, priority: priorities[neighbour])
        priorities[neighbour] = 0
      }
      let (up, down, later, earlier) = (place + 1, place - 1, place + stride, place - stride)
      if priorities[up] > 0 { reach(up, here.frequencyStep + places[up].frequencyStep, 0.5) }
      if priorities[down] > 0 { reach(down, here.frequencyStep + places[down].frequencyStep, -0.5) }
      if priorities[later] > 0 { reach(later, here.timeStep + places[later].timeStep, 0.5) }
      if priorities[earlier] > 0 { reach(earlier, here.timeStep + places[earlier].timeStep, -0.5) }
    }
  }

  /// The first of the places of the highest priority.
  private func strongest() -> Int? {
    var highest: UInt8 = 0
    for place in 0..<count { highest = max(highest, priorities[place]) }
    return highest == 0 ? nil : (0..<count).first { priorities[$0] == highest }
  }

  /// The places without a phase, the strongest first (counting sort).
  private func placesByPriority() -> [Int32] {
    var ends = [Int](repeating: 0, count: 256)
    for place in 0..<count { ends[255 - Int(priorities[place])] += 1 }
    let waiting = count - ends[255]
    var start = 0
    for bucket in 0..<255 { (ends[bucket], start) = (start, start + ends[bucket]) }
    return [Int32](unsafeUninitializedCapacity: waiting) { result, filled in
      for place in 0..<count where priorities[place] > 0 {
        let bucket = 255 - Int(priorities[place])
        result[ends[bucket]] = Int32(place)
        ends[bucket] += 1
      }
      filled = waiting
    }
  }
}
