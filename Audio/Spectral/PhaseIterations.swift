import CSpectral

/// Writes a frame's phases in turns, -0.5...0.5, [bin].
package typealias FramePhases = @Sendable (_ frame: Int, _ turns: UnsafeMutablePointer<Float>) -> Void

/// Runs iterations: transform, project, transform back, overlap and add, frame by frame in one pass.
///
/// Frames are cut into segments, whose sums are joined in the same order whichever thread made them. An iteration of a
/// segment needs what the one before left of it and its neighbours, nothing else, so that threads need not meet after
/// every iteration. Nothing is allocated between the first and the last iteration.
final class PhaseIterations<Step: ProjectionStep>: @unchecked Sendable {
  private let stft: STFT
  private let grid: FrameGrid
  private let step: Step
  private let given: Frames
  private let phases: FramePhases
  /// What belongs to a segment, side by side, [segment, segmentStride]: its sums of overlapped frames after the newest
  /// two iterations, [2, sumsLength], and its pairs of frames, [pair, 3, fftSize + 8], each with its magnitudes as
  /// `cs_pair_magnitudes` arranges them and the states of both frames, [fftSize / 2 + 4, (re, im)].
  private let memory: AlignedBuffer
  /// Frames of a segment, an even number, and their samples, which are no fewer than a frame's.
  private let segmentFrames: Int
  private let segmentLength: Int
  private let sumsLength: Int
  private let segmentStride: Int
  private let segments: Int

  /// What one thread works with.
  private struct Scratch {
    let pair: PairScratch
    /// The padded signal under a segment's frames, [sumsLength].
    let signal: AlignedBuffer
    /// [bin].
    let turns: AlignedBuffer
  }

  /// - Parameters:
  ///   - magnitudes: [frame, bin].
  ///   - phases: of the start; threads call it for several frames at once.
  init(_ stft: STFT, _ magnitudes: Frames, phases: @escaping FramePhases, samples: Int, step: Step) {
    self.stft = stft
    self.step = step
    self.phases = phases
    given = magnitudes
    grid = FrameGrid(stft, samples: samples)
    let framesOfOne = (stft.fftSize + stft.hop - 1) / stft.hop
    segmentFrames = max(16, framesOfOne + framesOfOne % 2)
    segmentLength = segmentFrames * stft.hop
    sumsLength = segmentLength + stft.fftSize
    segmentStride = 2 * sumsLength + segmentFrames / 2 * 3 * (stft.fftSize + 8)
    segments = (grid.frames + segmentFrames - 1) / segmentFrames
    memory = AlignedBuffer(uninitialized: segments * segmentStride)
  }

  /// The signal after some iterations.
  func run(iterations: Int, threads: Int) -> [Float] {
    let threads = min(threads, segments)
    let scratch = (0..<threads).map { _ in
      Scratch(
        pair: PairScratch(stft.fftSize), signal: AlignedBuffer(sumsLength), turns: AlignedBuffer(stft.bins))
    }
    let signal = AlignedBuffer(grid.paddedCount)
    // The start, the iterations, and what the last one leaves.
    ThreadTeam.run(
      threads: threads, rounds: iterations + 2, places: segments, together: roundsTogether
    ) { [self] part, round, segment in
      if round == 0 {
        start(segment, scratch[part])
      } else if round <= iterations {
        iterate(segment, round, scratch[part])
      } else {
        assemble(segment, after: round - 1, into: signal.pointer + segment * segmentLength)
      }
    }
    return grid.signal(in: signal.pointer)
  }

  /// Rounds to go through at a time: several where all of the memory is more than caches keep for us from one round to
  /// the next, and what these work on at once is not.
  private var roundsTogether: Int {
    let cache = 6 << 20, segment = segmentStride * MemoryLayout<Float>.stride
    return segments * segment <= cache ? 1 : min(8, max(1, cache / segment - 1))
  }

  private func frames(of segment: Int) -> Range<Int> {
    segment * segmentFrames..<min((segment + 1) * segmentFrames, grid.frames)
  }

  private func sums(_ segment: Int, after round: Int) -> UnsafeMutablePointer<Float> {
    memory.pointer + segment * segmentStride + (round & 1) * sumsLength
  }

  private struct Pair {
    let magnitudes: UnsafeMutablePointer<Float>
    let a: UnsafeMutablePointer<Float>
    let b: UnsafeMutablePointer<Float>
  }

  private func pair(_ frame: Int) -> Pair {
    let segment = frame / segmentFrames, row = stft.fftSize + 8
    let start = sums(segment, after: 0) + 2 * sumsLength + (frame - segment * segmentFrames) / 2 * 3 * row
    return Pair(magnitudes: start, a: start + row, b: start + 2 * row)
  }

  /// Round 0: the inverse transform of the magnitudes with the start's phases.
  private func start(_ segment: Int, _ scratch: Scratch) {
    let bins = stft.bins, n = stft.fftSize
    given.values.withUnsafeBufferPointer { given in
      overlap(segment, round: 0, scratch) { frame, hasPartner in
        let pair = pair(frame), a = given.baseAddress! + frame * bins, b = hasPartner ? a + bins : a
        cs_pair_magnitudes(n, a, b, pair.magnitudes)
        // Behind the bins, vectors reach to six numbers that do not matter.
        pair.a.update(repeating: 0, count: n + 8)
        pair.b.update(repeating: 0, count: n + 8)
        phases(frame, scratch.turns.pointer)
        cs_half_spectrum(bins, a, scratch.turns.pointer, pair.a)
        if hasPartner { phases(frame + 1, scratch.turns.pointer) }
        cs_half_spectrum(bins, b, scratch.turns.pointer, pair.b)
        cs_join_pair(n, pair.a, pair.b, scratch.pair.input.pointer)
      }
    }
  }

  /// One iteration on a segment's frames, from the sums of the round before to the segment's sums.
  private func iterate(_ segment: Int, _ round: Int, _ scratch: Scratch) {
    let n = stft.fftSize, hop = stft.hop, reach = n - hop
    let signal = scratch.signal.pointer, first = segment * segmentFrames
    assemble(segment, after: round - 1, into: signal)
    if segment + 1 < segments { assemble(segment + 1, after: round - 1, reach, into: signal + segmentLength) }
    overlap(segment, round: round, scratch) { frame, hasPartner in
      let pair = pair(frame), start = signal + (frame - first) * hop
      cs_window_pair(
        n, start, hasPartner ? start + hop : start, stft.analysisWindow.pointer, scratch.pair.input.pointer)
      stft.transform(scratch.pair.input.pointer, into: scratch.pair.output.pointer)
      step(
        round - 1, fftSize: n, spectrum: scratch.pair.output.pointer, magnitudes: pair.magnitudes, a: pair.a, b: pair.b,
        output: scratch.pair.input.pointer)
    }
  }

  /// Transforms back and sums up a segment's pairs of frames, which `spectrum` puts into the scratch's input joined.
  @inline(__always)
  private func overlap(
    _ segment: Int, round: Int, _ scratch: Scratch, spectrum: (_ frame: Int, _ hasPartner: Bool) -> Void
  ) {
    let n = stft.fftSize, hop = stft.hop, frames = frames(of: segment)
    let sums = sums(segment, after: round)
    sums.update(repeating: 0, count: n)
    for frame in stride(from: frames.lowerBound, to: frames.upperBound, by: 2) {
      let hasPartner = frame + 1 < frames.upperBound
      spectrum(frame, hasPartner)
      stft.transform(scratch.pair.input.pointer, into: scratch.pair.output.pointer)
      let target = sums + (frame - frames.lowerBound) * hop
      // The first pair's first frame is cleared above; each pair clears what it is the first to reach.
      (target + n).update(repeating: 0, count: hasPartner ? 2 * hop : hop)
      cs_overlap_add_pair(
        n, scratch.pair.output.pointer, stft.synthesisWindow.pointer, target,
        hasPartner ? target + hop : scratch.pair.discarded.pointer)
    }
  }

  /// The padded signal over a segment, or its first `count` samples: its sums and what the segment before it reaches
  /// over, weighted.
  private func assemble(
    _ segment: Int, after round: Int, _ count: Int? = nil, into signal: UnsafeMutablePointer<Float>
  ) {
    let start = segment * segmentLength, isLast = segment + 1 == segments
    let count = count ?? (isLast ? grid.paddedCount - start : segmentLength)
    let own = sums(segment, after: round)
    let (overlap, before) =
      segment > 0
      ? (min(count, stft.fftSize - stft.hop), sums(segment - 1, after: round) + segmentLength) : (0, own)
    cs_assemble(count, overlap, own, before, grid.weights.pointer + start, signal)
  }
}
