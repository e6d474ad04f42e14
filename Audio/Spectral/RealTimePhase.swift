import Foundation

/// Phase gradient heap integration frame by frame (Průša and Søndergaard 2016, "Real-time spectrogram inversion using
/// phase gradient heap integration", algorithm 1): a frame's phases come from the frame before and from its own bins.
///
/// If the next frame is given, the gradient over frequency is a central difference in time (the paper's RTPGHI(1)),
/// else a backward one.
final class RealTimePhase {
  private let bins: Int
  private let gradients: PhaseGradients
  private let logTolerance: Float
  private let random: RandomPhase
  private var frame = 0
  /// ln of the magnitudes of the frame before, this one and the next, [3, bin].
  private let logarithms: AlignedBuffer
  /// Phases in turns of the frame before and of this one, [2, bin].
  private let turns: AlignedBuffer
  /// In time of the frame before and of this one, then in frequency, [3, bin].
  private let steps: AlignedBuffer
  /// Of the frame before and of this one, [2, bin]; 0 for bins that are too weak.
  private let priorities: UnsafeMutablePointer<UInt8>
  /// Whether this frame's bins have phases, [bin].
  private let isReached: UnsafeMutablePointer<Bool>
  private let links: UnsafeMutablePointer<Int32>
  private var queue: BucketQueue

  init(stft: STFT, tolerance: Float, random: RandomPhase) {
    bins = stft.bins
    gradients = PhaseGradients(stft: stft)
    logTolerance = log(tolerance)
    self.random = random
    logarithms = AlignedBuffer(3 * bins)
    turns = AlignedBuffer(2 * bins)
    steps = AlignedBuffer(3 * bins)
    priorities = .allocate(capacity: 2 * bins)
    priorities.initialize(repeating: 0, count: 2 * bins)
    isReached = .allocate(capacity: bins)
    isReached.initialize(repeating: false, count: bins)
    links = .allocate(capacity: 2 * bins)
    queue = BucketQueue(links: links, stride: 1)
  }

  deinit {
    priorities.deallocate()
    isReached.deallocate()
    links.deallocate()
  }

  /// The next magnitudes are those of a new signal.
  func restart() { frame = 0 }

  /// The phases of the next frame, in turns, valid until the next call.
  ///
  /// - Parameters:
  ///   - magnitudes: of that frame, [bin].
  ///   - next: of the frame after it, or nil if that is not known or there is none.
  func phases(of magnitudes: UnsafePointer<Float>, next: UnsafePointer<Float>?) -> UnsafePointer<Float> {
    let before = logarithms.pointer, now = before + bins, after = now + bins
    before.update(from: now, count: bins)
    turns.pointer.update(from: turns.pointer + bins, count: bins)
    steps.pointer.update(from: steps.pointer + bins, count: bins)
    PhaseGradients.logarithms(magnitudes, bins, into: now)
    if let next { PhaseGradients.logarithms(next, bins, into: after) }
    let start = frame == 0 ? now : before, end = next == nil ? now : after
    gradients.timeSteps(now, into: steps.pointer + bins)
    gradients.frequencySteps(
      from: start, to: end, frames: (frame == 0 ? 0 : 1) + (next == nil ? 0 : 1), into: steps.pointer + 2 * bins)
    prepare()
    let plane = Plane(self)
    if frame == 0 { plane.integrateFirst(now, &queue) } else { plane.integrate(&queue) }
    frame += 1
    return UnsafePointer(turns.pointer + bins)
  }

  /// Random phases for weak bins, priorities for the others.
  private func prepare() {
    let bins = bins, before = logarithms.pointer, now = before + bins, turns = turns.pointer + bins
    let (priorities, isReached) = (priorities, isReached)
    var greatest = -Float.infinity
    for bin in 0..<bins { greatest = max(greatest, now[bin]) }
    if frame > 0 { for bin in 0..<bins { greatest = max(greatest, before[bin]) } }
    let priority = MagnitudePriority(greatest: greatest, logTolerance: logTolerance)
    for bin in 0..<bins {
      priorities[bin] = priority[before[bin]]
      priorities[bins + bin] = priority[now[bin]]
      isReached[bin] = priorities[bins + bin] == 0
      if isReached[bin] { turns[bin] = random[frame &* bins &+ bin] }
    }
  }

  /// The two frames during integration, by their memory. Places are [2, bin].
  private struct Plane {
    let bins: Int
    let turns: UnsafeMutablePointer<Float>
    let steps: UnsafeMutablePointer<Float>
    let priorities: UnsafeMutablePointer<UInt8>
    let isReached: UnsafeMutablePointer<Bool>

    init(_ phase: RealTimePhase) {
      bins = phase.bins
      turns = phase.turns.pointer
      steps = phase.steps.pointer
      priorities = phase.priorities
      isReached = phase.isReached
    }

    /// A frame with none before it: each connected run of bins starts with 0 at its strongest.
    func integrateFirst(_ logarithms: UnsafePointer<Float>, _ queue: inout BucketQueue) {
      while let start = (0..<bins).filter({ !isReached[$0] }).max(by: { logarithms[$0] < logarithms[$1] }) {
        reach(start, 0, &queue)
        integrateQueue(&queue)
      }
    }

    func integrate(_ queue: inout BucketQueue) {
      for bin in 0..<bins where !isReached[bin] { queue.insert(bin, priority: priorities[bin]) }
      integrateQueue(&queue)
    }

    private func integrateQueue(_ queue: inout BucketQueue) {
      let frequencySteps = steps + 2 * bins
      while let place = queue.removeFirst() {
        if place < bins {
          reach(place, turns[place] + 0.5 * (steps[place] + steps[bins + place]), &queue)
          continue
        }
        let bin = place - bins, phase = turns[place], here = frequencySteps[bin]
        if bin + 1 < bins { reach(bin + 1, phase + 0.5 * (here + frequencySteps[bin + 1]), &queue) }
        if bin > 0 { reach(bin - 1, phase - 0.5 * (here + frequencySteps[bin - 1]), &queue) }
      }
    }

    @inline(__always)
    private func reach(_ bin: Int, _ phase: Float, _ queue: inout BucketQueue) {
      if isReached[bin] { return }
      isReached[bin] = true
      turns[bins + bin] = wrapped(phase)
      queue.insert(bins + bin, priority: priorities[bins + bin])
    }
  }
}
