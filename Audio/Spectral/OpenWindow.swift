import CSpectral

/// The newest frames of a stream, whose phases may still change, over the sum of the settled ones before them.
final class OpenWindow {
  private let stft: STFT
  /// The oldest first. Those behind `count` wait for use.
  private var slots: [Slot]
  /// Open frames.
  private(set) var count = 0
  /// Those of them that have phases: all but perhaps the newest.
  private var phasedCount = 0
  /// Sums and squared windows of the settled frames, from the oldest open frame's first sample on, [fftSize].
  private let settled: AlignedBuffer
  private let settledWeights: AlignedBuffer
  /// The signal under the open frames and its weights, [fftSize + (frames - 1) hop].
  private let signal: AlignedBuffer
  private let weights: AlignedBuffer
  private let squaredWindow: AlignedBuffer
  private let pairMagnitudes: AlignedBuffer
  private let scratch: PairScratch
  /// [fftSize / 2 + 4, 2].
  private let spectrum: AlignedBuffer

  private struct Slot {
    /// [bin].
    let magnitudes: AlignedBuffer
    /// The frame's windowed part of the signal, [fftSize].
    let samples: AlignedBuffer
  }

  init(_ stft: STFT, frames: Int) {
    self.stft = stft
    let size = stft.fftSize, span = size + (frames - 1) * stft.hop
    slots = (0..<frames).map { _ in
      Slot(magnitudes: AlignedBuffer(stft.bins), samples: AlignedBuffer(size))
    }
    settled = AlignedBuffer(size)
    settledWeights = AlignedBuffer(size)
    signal = AlignedBuffer(span)
    weights = AlignedBuffer(span)
    squaredWindow = AlignedBuffer((0..<size).map { stft.window.pointer[$0] * stft.window.pointer[$0] })
    pairMagnitudes = AlignedBuffer(size + 8)
    scratch = PairScratch(size)
    spectrum = AlignedBuffer(size + 8)
  }

  func magnitudes(_ index: Int) -> UnsafePointer<Float> { UnsafePointer(slots[index].magnitudes.pointer) }

  /// Opens a frame without phases.
  func append(_ magnitudes: UnsafePointer<Float>) {
    slots[count].magnitudes.pointer.update(from: magnitudes, count: stft.bins)
    count += 1
  }

  /// Gives the first frame that has none its phases, in turns.
  func setPhases(_ index: Int, _ turns: UnsafePointer<Float>) {
    let slot = slots[index], size = stft.fftSize
    cs_half_spectrum(stft.bins, slot.magnitudes.pointer, turns, spectrum.pointer)
    cs_join_pair(size, spectrum.pointer, spectrum.pointer, scratch.input.pointer)
    setSamples(slot.samples.pointer, scratch.discarded.pointer)
    phasedCount = index + 1
  }

  /// Transforms the joined pair in `scratch.input` back into two frames' samples.
  private func setSamples(_ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>) {
    stft.transform(scratch.input.pointer, into: scratch.output.pointer)
    a.update(repeating: 0, count: stft.fftSize)
    b.update(repeating: 0, count: stft.fftSize)
    cs_overlap_add_pair(stft.fftSize, scratch.output.pointer, stft.synthesisWindow.pointer, a, b)
  }

  /// Iterations of Griffin-Lim over the open frames that have phases; the settled ones stay as they are.
  func iterate(_ iterations: Int) {
    guard phasedCount > 0 else { return }
    for _ in 0..<iterations {
      overlap()
      for index in stride(from: 0, to: phasedCount, by: 2) { project(index) }
    }
  }

  /// The signal under the open frames: all overlapping samples over the sum of their squared windows.
  private func overlap() {
    let size = stft.fftSize, hop = stft.hop, span = size + (phasedCount - 1) * hop
    let signal = signal.pointer, weights = weights.pointer
    signal.update(from: settled.pointer, count: size)
    weights.update(from: settledWeights.pointer, count: size)
    (signal + size).update(repeating: 0, count: span - size)
    (weights + size).update(repeating: 0, count: span - size)
    for index in 0..<phasedCount {
      cs_add(size, slots[index].samples.pointer, signal + index * hop)
      cs_add(size, squaredWindow.pointer, weights + index * hop)
    }
    cs_divide(span, signal, weights, signal)
  }

  private func project(_ index: Int) {
    let size = stft.fftSize, hasPartner = index + 1 < phasedCount
    let a = slots[index], b = hasPartner ? slots[index + 1] : a
    let start = signal.pointer + index * stft.hop
    cs_pair_magnitudes(size, a.magnitudes.pointer, b.magnitudes.pointer, pairMagnitudes.pointer)
    cs_window_pair(
      size, start, hasPartner ? start + stft.hop : start, stft.analysisWindow.pointer, scratch.input.pointer)
    stft.transform(scratch.input.pointer, into: scratch.output.pointer)
    cs_project(size, scratch.output.pointer, pairMagnitudes.pointer, scratch.input.pointer)
    setSamples(a.samples.pointer, hasPartner ? b.samples.pointer : scratch.discarded.pointer)
  }

  /// Adds the oldest frame to the settled ones. `advance` must follow.
  func settleOldest() {
    cs_add(stft.fftSize, slots[0].samples.pointer, settled.pointer)
    cs_add(stft.fftSize, squaredWindow.pointer, settledWeights.pointer)
  }

  /// Samples counted from the oldest frame's first, final up to the hop behind it.
  func settledSamples(_ range: Range<Int>) -> [Float] {
    [Float](unsafeUninitializedCapacity: range.count) { result, count in
      cs_divide(
        range.count, settled.pointer + range.lowerBound, settledWeights.pointer + range.lowerBound,
        result.baseAddress!)
      count = range.count
    }
  }

  /// Removes the oldest frame.
  func advance() {
    slots.append(slots.removeFirst())
    count -= 1
    phasedCount -= 1
    let size = stft.fftSize, hop = stft.hop
    for sums in [settled.pointer, settledWeights.pointer] {
      sums.update(from: sums + hop, count: size - hop)
      (sums + size - hop).update(repeating: 0, count: hop)
    }
  }

  /// Forgets all.
  func clear() {
    count = 0
    phasedCount = 0
    settled.pointer.update(repeating: 0, count: stft.fftSize)
    settledWeights.pointer.update(repeating: 0, count: stft.fftSize)
  }
}
