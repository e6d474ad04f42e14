import CSpectral

/// Runs iterations: transform, project, transform back, overlap and add, frame by frame in one pass.
///
/// Frames are cut into segments, whose sums are joined in the same order whichever thread made them. Nothing is
/// allocated between the first and the last iteration.
final class PhaseIterations<Step: ProjectionStep>: @unchecked Sendable {
  private let stft: STFT
  private let grid: FrameGrid
  private let step: Step
  /// The padded signal that the last iteration left, [grid.paddedCount].
  private let signal: AlignedBuffer
  /// [pair, fftSize + 8], see `cs_pair_magnitudes`.
  private let magnitudes: AlignedBuffer
  /// [pair, 2, fftSize / 2 + 4, (re, im)].
  private let state: AlignedBuffer
  /// Overlapped frames of each segment, [segment, segmentStride].
  private let sums: AlignedBuffer
  /// Frames of a segment, an even number, and their samples, which are no fewer than a frame's.
  private let segmentFrames: Int
  private let segmentStride: Int
  private let segments: Int
  private var iterations = 0
  private var scratch: [PairScratch] = []

  /// - Parameters:
  ///   - magnitudes: [frame, bin].
  ///   - phases: in turns, [frame, bin].
  init(_ stft: STFT, _ magnitudes: Frames, phases: [Float], samples: Int, step: Step) {
    self.stft = stft
    self.step = step
    grid = FrameGrid(stft, samples: samples)
    signal = AlignedBuffer(grid.paddedCount)
    let pairs = (grid.frames + 1) / 2
    self.magnitudes = AlignedBuffer(pairs * (stft.fftSize + 8))
    state = AlignedBuffer(pairs * 2 * (stft.fftSize + 8))
    let framesOfOne = (stft.fftSize + stft.hop - 1) / stft.hop
    segmentFrames = max(16, framesOfOne + framesOfOne % 2)
    segmentStride = segmentFrames * stft.hop + stft.fftSize
    segments = (grid.frames + segmentFrames - 1) / segmentFrames
    sums = AlignedBuffer(segments * segmentStride)
    setState(magnitudes, phases)
  }

  private func setState(_ magnitudes: Frames, _ phases: [Float]) {
    let bins = stft.bins, n = stft.fftSize
    magnitudes.values.withUnsafeBufferPointer { magnitudes in
      phases.withUnsafeBufferPointer { phases in
        for pair in 0..<(grid.frames + 1) / 2 {
          let a = 2 * pair, b = min(2 * pair + 1, grid.frames - 1)
          let rows = (magnitudes.baseAddress! + a * bins, magnitudes.baseAddress! + b * bins)
          cs_pair_magnitudes(n, rows.0, rows.1, self.magnitudes.pointer + pair * (n + 8))
          let states = self.state(pair)
          cs_half_spectrum(bins, rows.0, phases.baseAddress! + a * bins, states.a)
          cs_half_spectrum(bins, rows.1, phases.baseAddress! + b * bins, states.b)
        }
      }
    }
  }

  private func state(_ pair: Int) -> (a: UnsafeMutablePointer<Float>, b: UnsafeMutablePointer<Float>) {
    let a = state.pointer + pair * 2 * (stft.fftSize + 8)
    return (a, a + stft.fftSize + 8)
  }

  /// The signal after some iterations.
  func run(iterations: Int, threads: Int) -> [Float] {
    self.iterations = iterations
    let threads = min(threads, segments)
    scratch = (0..<threads).map { _ in PairScratch(stft.fftSize) }
    ThreadTeam.run(threads: threads) { self.work($0) }
    return grid.signal(in: signal.pointer)
  }

  private func work(_ team: ThreadTeam) {
    let own = team.share(of: segments)
    let scratch = scratch[team.part]
    for iteration in -1..<iterations {
      for segment in own { transform(segment, iteration: iteration, scratch) }
      team.wait()
      for segment in own { assemble(segment) }
      team.wait()
    }
  }

  /// One iteration on a segment's frames, from the signal to the segment's sums; iteration -1 inverts the start.
  private func transform(_ segment: Int, iteration: Int, _ scratch: PairScratch) {
    let n = stft.fftSize, hop = stft.hop
    let sums = sums.pointer + segment * segmentStride
    let first = segment * segmentFrames, end = min(first + segmentFrames, grid.frames)
    sums.update(repeating: 0, count: n)
    for frame in stride(from: first, to: end, by: 2) {
      let hasPartner = frame + 1 < end
      let pair = frame / 2, (a, b) = state(pair)
      if iteration < 0 {
        cs_join_pair(n, a, b, scratch.input.pointer)
      } else {
        let start = signal.pointer + frame * hop
        cs_window_pair(n, start, hasPartner ? start + hop : start, stft.analysisWindow.pointer, scratch.input.pointer)
        stft.transform(scratch.input.pointer, into: scratch.output.pointer)
        step(
          iteration, fftSize: n, spectrum: scratch.output.pointer, magnitudes: magnitudes.pointer + pair * (n + 8),
          a: a, b: b, output: scratch.input.pointer)
      }
      stft.transform(scratch.input.pointer, into: scratch.output.pointer)
      let target = sums + (frame - first) * hop
      // The first pair's first frame is cleared above; each pair clears what it is the first to reach.
      (target + n).update(repeating: 0, count: min(2, end - frame) * hop)
      cs_overlap_add_pair(
        n, scratch.output.pointer, stft.synthesisWindow.pointer, target,
        hasPartner ? target + hop : scratch.discarded.pointer)
    }
  }

  /// The padded signal over a segment: its sums and what the segment before it reaches over, weighted.
  private func assemble(_ segment: Int) {
    let reach = stft.fftSize - stft.hop, length = segmentFrames * stft.hop
    let start = segment * length
    let count = segment == segments - 1 ? grid.paddedCount - start : length
    let own = sums.pointer + segment * segmentStride
    cs_assemble(
      count, segment > 0 ? reach : 0, own, own - segmentStride + length, grid.weights.pointer + start,
      signal.pointer + start)
  }
}
