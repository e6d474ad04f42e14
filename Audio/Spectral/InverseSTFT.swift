import CSpectral

extension STFT {
  /// The signal whose transform is the nearest to a spectrum in the least-squares sense: overlapping windowed frames
  /// divided by the sum of the squared windows (Griffin and Lim 1984, eq. 6).
  ///
  /// - Parameters:
  ///   - spectrum: its imaginary parts at the lowest and the highest bin are ignored.
  ///   - samples: the signal's length; by default (frames - 1) · hop.
  /// - Throws: `SpectralError` of kind `shape` if a signal of that length has another number of frames or the frames
  ///   another number of bins, or `notFinite`.
  public func inverse(_ spectrum: Spectrum, samples: Int? = nil) throws(SpectralError) -> [Float] {
    let samples = try check(frames: spectrum.count, bins: spectrum.bins, samples: samples)
    if let index = spectrum.values.firstIndex(where: { !(abs($0) <= SpectralError.limit) }) {
      let place = "frame \(index / (2 * bins)), bin \(index / 2 % bins)"
      throw SpectralError(.notFinite, "\(place): the spectrum is \(spectrum.values[index])")
    }
    guard samples > 0 else { return [] }
    let grid = FrameGrid(self, samples: samples)
    let sums = AlignedBuffer(grid.paddedCount)
    let scratch = PairScratch(fftSize)
    let a = AlignedBuffer(fftSize + 8), b = AlignedBuffer(fftSize + 8)
    for frame in stride(from: 0, to: grid.frames, by: 2) {
      let hasPartner = frame + 1 < grid.frames
      load(spectrum, frame, into: a.pointer)
      load(spectrum, hasPartner ? frame + 1 : frame, into: b.pointer)
      cs_join_pair(fftSize, a.pointer, b.pointer, scratch.input.pointer)
      transform(scratch.input.pointer, into: scratch.output.pointer)
      let start = sums.pointer + frame * hop
      cs_overlap_add_pair(
        fftSize, scratch.output.pointer, synthesisWindow.pointer, start,
        hasPartner ? start + hop : scratch.discarded.pointer)
    }
    for i in 0..<grid.paddedCount { sums.pointer[i] *= grid.weights.pointer[i] }
    return grid.signal(in: sums.pointer)
  }

  private func load(_ spectrum: Spectrum, _ frame: Int, into row: UnsafeMutablePointer<Float>) {
    spectrum.values.withUnsafeBufferPointer { values in
      row.update(from: values.baseAddress! + frame * bins * 2, count: bins * 2)
    }
    row[1] = 0
    row[bins * 2 - 1] = 0
  }

  /// The length of the signal of some frames, checked.
  func check(frames: Int, bins: Int, samples: Int?) throws(SpectralError) -> Int {
    guard bins == self.bins else {
      throw SpectralError(.shape, "the frames have \(bins) bins; an FFT of \(fftSize) has \(self.bins)")
    }
    let samples = samples ?? max(0, frames - 1) * hop
    guard samples >= 0, samples == 0 ? frames <= 1 : frameCount(samples: samples) == frames else {
      throw SpectralError(
        .shape,
        "\(frames) frames do not make \(samples) samples at hop \(hop); "
          + "those have \(frameCount(samples: max(0, samples)))")
    }
    return samples
  }
}
