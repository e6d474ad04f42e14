/// Where the frames of a signal of known length lie in its padded form, and how overlapping frames are weighted.
struct FrameGrid: Sendable {
  let frames: Int
  let samples: Int
  /// Zeros before the first sample, fftSize / 2.
  let margin: Int
  /// Samples that the frames cover.
  let paddedCount: Int
  /// 1 / (the sum of the squared windows over a sample), 0 in the margins, [paddedCount].
  let weights: AlignedBuffer

  init(_ stft: STFT, samples: Int) {
    self.samples = samples
    frames = stft.frameCount(samples: samples)
    margin = stft.fftSize / 2
    paddedCount = (frames - 1) * stft.hop + stft.fftSize
    weights = AlignedBuffer(paddedCount)
    let sums = weights.pointer, window = stft.window.pointer
    for frame in 0..<frames {
      let start = sums + frame * stft.hop
      for i in 0..<stft.fftSize { start[i] += window[i] * window[i] }
    }
    for i in 0..<paddedCount { sums[i] = i >= margin && i < margin + samples ? 1 / sums[i] : 0 }
  }

  /// The signal between zeros, [paddedCount].
  func padded(_ signal: [Float]) -> AlignedBuffer {
    let result = AlignedBuffer(paddedCount)
    signal.withUnsafeBufferPointer { (result.pointer + margin).update(from: $0.baseAddress!, count: samples) }
    return result
  }

  /// The samples themselves.
  func signal(in padded: UnsafePointer<Float>) -> [Float] {
    Array(UnsafeBufferPointer(start: padded + margin, count: samples))
  }
}
