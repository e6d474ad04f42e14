import CSpectral
import Foundation

/// Short-time Fourier transform X[f, k] = Σ w[n] x[n + f hop - fftSize / 2] exp(-2πi kn / fftSize) with a periodic Hann
/// window, and its least-squares inverse (Griffin and Lim 1984, eq. 6).
///
/// Frames are centred: frame f lies around sample f · hop, with silence before the first and behind the last sample.
/// These are the defaults of librosa 0.11's `stft`. Two frames go through one complex transform. A value is immutable
/// and may be used by several threads at once.
public struct STFT: Sendable {
  /// Samples of a transform.
  public let fftSize: Int
  /// Samples from one frame to the next.
  public let hop: Int
  /// Samples of the window, in the middle of the transform.
  public let windowLength: Int
  /// Bins of a spectrum: fftSize / 2 + 1.
  public var bins: Int { fftSize / 2 + 1 }

  let transform: FourierTransform
  /// The window, [fftSize].
  let window: AlignedBuffer
  /// Half of it: `cs_split_pair` returns twice the spectra.
  let analysisWindow: AlignedBuffer
  /// Divided by fftSize, as the inverse transform is.
  let synthesisWindow: AlignedBuffer

  /// Plans the transform, which takes 0.1 s the first time on a machine.
  ///
  /// - Parameters:
  ///   - fftSize: a multiple of 8 from 16 to 65,536.
  ///   - hop: 1 to a third of the window, so that every sample lies well inside of a frame.
  ///   - windowLength: an even number up to `fftSize`, which it is by default.
  /// - Throws: `SpectralError` of kind `size`.
  public init(fftSize: Int = 1024, hop: Int = 256, windowLength: Int? = nil) throws(SpectralError) {
    guard (16...65_536).contains(fftSize), fftSize % 8 == 0 else {
      throw SpectralError(.size, "FFT size \(fftSize): a multiple of 8 from 16 to 65,536 is needed")
    }
    let windowLength = windowLength ?? fftSize
    guard (8...fftSize).contains(windowLength), windowLength % 2 == 0 else {
      throw SpectralError(
        .size, "window of \(windowLength): an even number from 8 to the FFT size \(fftSize) is needed")
    }
    guard (1...windowLength / 3).contains(hop) else {
      throw SpectralError(.size, "hop \(hop): 1 to \(windowLength / 3), a third of the window, is needed")
    }
    self.fftSize = fftSize
    self.hop = hop
    self.windowLength = windowLength
    let values = Self.hann(windowLength, in: fftSize)
    window = AlignedBuffer(values.map { Float($0) })
    analysisWindow = AlignedBuffer(values.map { Float($0 / 2) })
    synthesisWindow = AlignedBuffer(values.map { Float($0 / Double(fftSize)) })
    transform = FourierTransform(size: fftSize)
  }

  /// The periodic Hann window in the middle of zeros.
  private static func hann(_ length: Int, in size: Int) -> [Double] {
    var window = [Double](repeating: 0, count: size)
    let start = (size - length) / 2
    for i in 0..<length { window[start + i] = 0.5 - 0.5 * cos(2 * .pi * Double(i) / Double(length)) }
    return window
  }

  /// Frames of a signal: 1 + samples / hop.
  public func frameCount(samples: Int) -> Int { 1 + samples / hop }

  /// The transform of a signal.
  ///
  /// - Parameter signal: at least one sample, all finite.
  /// - Returns: `frameCount(samples:)` frames.
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`.
  public func callAsFunction(_ signal: [Float]) throws(SpectralError) -> Spectrum {
    var values: [Float] = []
    try forEachPair(of: signal) { frames in
      values = [Float](repeating: 0, count: frames * bins * 2)
    } body: { frame, a, b in
      values.withUnsafeMutableBufferPointer { values in
        let row = values.baseAddress! + frame * bins * 2
        row.update(from: a, count: bins * 2)
        if let b { (row + bins * 2).update(from: b, count: bins * 2) }
      }
    }
    return Spectrum(bins: bins, values: values)
  }

  /// The absolute values of the transform of a signal, [frame, bin].
  ///
  /// - Throws: `SpectralError` of kind `empty` or `notFinite`.
  public func magnitudes(of signal: [Float]) throws(SpectralError) -> Frames {
    var values: [Float] = []
    try forEachPair(of: signal) { frames in
      values = [Float](repeating: 0, count: frames * bins)
    } body: { frame, a, b in
      values.withUnsafeMutableBufferPointer { values in
        let row = values.baseAddress! + frame * bins
        cs_magnitudes(bins, a, row)
        if let b { cs_magnitudes(bins, b, row + bins) }
      }
    }
    return Frames(width: bins, values: values)
  }

  /// Calls `body` with the spectra of frames (0, 1), (2, 3), …; the last has no partner if their number is odd.
  private func forEachPair(
    of signal: [Float], prepare: (_ frames: Int) -> Void,
    body: (_ frame: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>?) -> Void
  ) throws(SpectralError) {
    guard !signal.isEmpty else { throw SpectralError(.empty, "the signal has no samples") }
    try SpectralError.check(samples: signal)
    let grid = FrameGrid(self, samples: signal.count)
    let padded = grid.padded(signal)
    let scratch = PairScratch(fftSize)
    let a = AlignedBuffer(fftSize + 8), b = AlignedBuffer(fftSize + 8)
    prepare(grid.frames)
    for frame in stride(from: 0, to: grid.frames, by: 2) {
      let hasPartner = frame + 1 < grid.frames
      let start = padded.pointer + frame * hop
      cs_window_pair(
        fftSize, start, hasPartner ? start + hop : start, analysisWindow.pointer, scratch.input.pointer)
      transform(scratch.input.pointer, into: scratch.output.pointer)
      cs_split_pair(fftSize, scratch.output.pointer, a.pointer, b.pointer)
      body(frame, a.pointer, hasPartner ? UnsafePointer(b.pointer) : nil)
    }
  }
}

/// What one thread needs to transform a pair of frames.
struct PairScratch {
  /// [fftSize + 4, 2].
  let input: AlignedBuffer
  /// [fftSize + 4, 2].
  let output: AlignedBuffer
  /// Takes what nobody needs: the partner of an odd last frame.
  let discarded: AlignedBuffer

  init(_ fftSize: Int) {
    input = AlignedBuffer(2 * (fftSize + 4))
    output = AlignedBuffer(2 * (fftSize + 4))
    discarded = AlignedBuffer(fftSize)
  }
}
