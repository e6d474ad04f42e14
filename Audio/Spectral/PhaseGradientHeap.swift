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

  /// Frames of which a thread finds the gradients at a time.
  private static let blockFrames = 16

  /// The phases of all frames. Threads share the gradients; the integration takes place after place.
  ///
  /// - Parameter known: the first frames' phases in turns, which the others continue, [frame, bin].
  func phases(of magnitudes: Frames, after known: Frames, threads: Int) -> FramePhases {
    let bins = magnitudes.width, greatest = magnitudes.values.max() ?? 0
    guard greatest > 0 else { return random.phases(bins: bins) }
    let plane = GradientPlane(frames: magnitudes.count, bins: bins)
    let priority = MagnitudePriority(greatest: log(greatest), logTolerance: log(tolerance))
    let gradients = PhaseGradients(stft: stft)
    let blocks = (magnitudes.count + Self.blockFrames - 1) / Self.blockFrames, threads = min(threads, blocks)
    let rows = AlignedBuffer(threads * 5 * bins)
    ThreadTeam.run(threads: threads, rounds: 1, places: blocks) { part, _, block in
      let first = block * Self.blockFrames, end = min(first + Self.blockFrames, magnitudes.count)
      setSteps(first..<end, of: plane, magnitudes, gradients, priority, rows.pointer + part * 5 * bins)
    }
    plane.integrate(after: known)
    return { frame, turns in plane.copyTurns(frame, into: turns) }
  }

  /// Sets what integration needs of some frames, and the random phases of weak places.
  ///
  /// - Parameter rows: scratch, [5, bin].
  private func setSteps(
    _ frames: Range<Int>, of plane: GradientPlane, _ magnitudes: Frames, _ gradients: PhaseGradients,
    _ priority: MagnitudePriority, _ rows: UnsafeMutablePointer<Float>
  ) {
    let bins = magnitudes.width, timeSteps = rows + 3 * bins, frequencySteps = rows + 4 * bins
    // The logarithms of the frame before, of this one and of the next lie in three rows by turns.
    func logarithms(_ frame: Int) -> UnsafeMutablePointer<Float> { rows + frame % 3 * bins }
    func setLogarithms(_ frame: Int) {
      guard frame >= 0 && frame < magnitudes.count else { return }
      magnitudes.values.withUnsafeBufferPointer {
        PhaseGradients.logarithms($0.baseAddress! + frame * bins, bins, into: logarithms(frame))
      }
    }
    setLogarithms(frames.lowerBound - 1)
    setLogarithms(frames.lowerBound)
    for frame in frames {
      setLogarithms(frame + 1)
      let earlier = max(0, frame - 1), later = min(magnitudes.count - 1, frame + 1)
      gradients.timeSteps(logarithms(frame), into: timeSteps)
      gradients.frequencySteps(
        from: logarithms(earlier), to: logarithms(later), frames: later - earlier, into: frequencySteps)
      let s = logarithms(frame), row = plane.row(frame)
      for bin in 0..<bins {
        row.priorities[bin] = priority[s[bin]]
        row.places[bin] = GradientPlane.Place(
          turns: row.priorities[bin] > 0 ? 0 : random[frame * bins + bin], timeStep: timeSteps[bin],
          frequencyStep: frequencySteps[bin])
      }
    }
  }
}
