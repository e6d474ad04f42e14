import Foundation

/// Phases from magnitudes by integrating the phase's gradients, the strongest places first (Průša, Balazs and
/// Søndergaard 2017, "A noniterative method for reconstruction of phase from STFT magnitude", algorithm 1).
///
/// For a Gaussian window the gradients of the phase are those of the logarithm of the magnitude; a Hann window is near
/// one with gamma = 0.25645 · length² (table 1). Steps are the mean of both places' gradients. The order is kept by a
/// bucket queue of 255 steps between the tolerance and the greatest magnitude.
struct PhaseGradientHeap: Sendable {
  let stft: STFT
  /// Relative to the greatest magnitude; weaker places have random phases.
  let tolerance: Float
  let random: RandomPhase

  /// The phases in turns, [frame, bin].
  func phases(of magnitudes: Frames) -> [Float] {
    let bins = magnitudes.width, frames = magnitudes.count
    let greatest = magnitudes.values.max() ?? 0
    guard greatest > 0 else { return magnitudes.values.indices.map { random[$0] } }
    let plane = GradientPlane(magnitudes, PhaseGradients(stft: stft), greatest: greatest, tolerance: tolerance)
    plane.integrate()
    return [Float](unsafeUninitializedCapacity: frames * bins) { result, count in
      for frame in 0..<frames {
        let row = plane.place(frame: frame, bin: 0)
        for bin in 0..<bins {
          let index = frame * bins + bin
          result[index] = plane.priorities[row + bin] > 0 ? plane.turns[row + bin] : random[index]
        }
      }
      count = frames * bins
    }
  }
}

/// The time-frequency plane during integration: rows of bins with one place between rows and a row before and behind,
/// which count as reached, so that neighbours need no checks of the edges.
private final class GradientPlane {
  private let frames: Int
  private let bins: Int
  private let stride: Int
  private let count: Int
  /// 0 for places that are too weak.
  let priorities: UnsafeMutablePointer<UInt8>
  let turns: UnsafeMutablePointer<Float>
  private let isReached: UnsafeMutablePointer<Bool>
  private let timeSteps: UnsafeMutablePointer<Float>
  private let frequencySteps: UnsafeMutablePointer<Float>

  func place(frame: Int, bin: Int) -> Int { (frame + 1) * stride + bin + 1 }

  init(_ magnitudes: Frames, _ gradients: PhaseGradients, greatest: Float, tolerance: Float) {
    frames = magnitudes.count
    bins = magnitudes.width
    stride = bins + 1
    count = (frames + 2) * stride + 1
    priorities = .allocate(capacity: count)
    priorities.initialize(repeating: 0, count: count)
    isReached = .allocate(capacity: count)
    isReached.initialize(repeating: true, count: count)
    turns = .allocate(capacity: count)
    timeSteps = .allocate(capacity: count)
    frequencySteps = .allocate(capacity: count)
    for array in [turns, timeSteps, frequencySteps] { array.initialize(repeating: 0, count: count) }

    // The logarithms lie in `turns` until the phases do.
    let priority = MagnitudePriority(greatest: log(greatest), logTolerance: log(tolerance))
    for frame in 0..<frames {
      let row = place(frame: frame, bin: 0)
      magnitudes.values.withUnsafeBufferPointer {
        PhaseGradients.logarithms($0.baseAddress! + frame * bins, bins, into: turns + row)
      }
      gradients.timeSteps(turns + row, into: timeSteps + row)
      for place in row..<row + bins {
        priorities[place] = priority[turns[place]]
        isReached[place] = priorities[place] == 0
      }
    }
    for frame in 0..<frames {
      let earlier = max(0, frame - 1), later = min(frames - 1, frame + 1)
      gradients.frequencySteps(
        from: turns + place(frame: earlier, bin: 0), to: turns + place(frame: later, bin: 0), frames: later - earlier,
        into: frequencySteps + place(frame: frame, bin: 0))
    }
  }

  deinit {
    priorities.deallocate()
    isReached.deallocate()
    turns.deallocate()
    timeSteps.deallocate()
    frequencySteps.deallocate()
  }

  /// Sets the phases of all places that are not too weak. Each connected region starts with 0 at its strongest place.
  func integrate() {
    let (turns, isReached, priorities) = (turns, isReached, priorities)
    let (timeSteps, frequencySteps, stride) = (timeSteps, frequencySteps, stride)
    var queue = BucketQueue(capacity: count)
    for start in placesByPriority() where !isReached[Int(start)] {
      turns[Int(start)] = 0
      isReached[Int(start)] = true
      queue.insert(Int(start), priority: priorities[Int(start)])
      while let place = queue.removeFirst() {
        let phase = turns[place], inTime = timeSteps[place], inFrequency = frequencySteps[place]
        @inline(__always) func reach(
          _ neighbour: Int, _ steps: UnsafeMutablePointer<Float>, _ here: Float, _ half: Float
        ) {
          if isReached[neighbour] { return }
          isReached[neighbour] = true
          turns[neighbour] = wrapped(phase + half * (here + steps[neighbour]))
          queue.insert(neighbour, priority: priorities[neighbour])
        }
        reach(place + 1, frequencySteps, inFrequency, 0.5)
        reach(place - 1, frequencySteps, inFrequency, -0.5)
        reach(place + stride, timeSteps, inTime, 0.5)
        reach(place - stride, timeSteps, inTime, -0.5)
      }
    }
  }

  /// The places that are not too weak, the strongest first (counting sort).
  private func placesByPriority() -> [Int32] {
    var ends = [Int](repeating: 0, count: 257)
    for place in 0..<count { ends[255 - Int(priorities[place])] += 1 }
    let strong = count - ends[255]
    var start = 0
    for bucket in 0..<255 { (ends[bucket], start) = (start, start + ends[bucket]) }
    return [Int32](unsafeUninitializedCapacity: strong) { result, filled in
      for place in 0..<count where priorities[place] > 0 {
        let bucket = 255 - Int(priorities[place])
        result[ends[bucket]] = Int32(place)
        ends[bucket] += 1
      }
      filled = strong
    }
  }
}
