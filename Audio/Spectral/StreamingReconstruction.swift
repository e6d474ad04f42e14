/// Audio from magnitude frames as they come: phases by RTPGHI, improved by Griffin-Lim iterations on the newest frames
/// (after Zhu, Beauregard and Wyse 2007, "Real-time signal estimation from modified short-time Fourier transform
/// magnitude spectra"). Mel frames become magnitudes by `MelInverse`, frame by frame too.
///
/// The newest `lookAhead` frames stay open: each arriving frame iterates over them and then the oldest is settled. From
/// magnitudes that no signal has, such as an inverted mel spectrogram's, the defaults sound as good as 16 iterations of
/// ADMM over the whole signal; more iterations come nearer to true magnitudes, but fit the others' errors. The
/// output does not depend on how frames are grouped into calls, and memory does not grow. The frames of a whole signal
/// give (frames - 1) · hop samples. One instance belongs to one thread.
public final class StreamingReconstruction {
  /// Frames that a sample waits for.
  public let lookAhead: Int
  /// Iterations per arriving frame.
  public let iterations: Int

  private let stft: STFT
  private let phase: RealTimePhase
  private let window: OpenWindow
  /// Frames since the start, and samples given out.
  private var frames = 0
  private var samples = 0
  /// Samples still to be left out, because they lie before the first.
  private var marginLeft: Int

  /// - Parameters:
  ///   - lookAhead: 0 for a causal transform; with 1 or more, phases know the next frame.
  ///   - iterations: per arriving frame, over the open frames.
  ///   - tolerance: below it, relative to a frame's greatest magnitude, phases are random.
  /// - Precondition: `lookAhead` is 0...64, `iterations` is not negative, `tolerance` is above 0 and below 1.
  public init(
    stft: STFT, lookAhead: Int = 2, iterations: Int = 1, tolerance: Float = 1e-6, seed: UInt64 = 0
  ) {
    precondition((0...64).contains(lookAhead), "look-ahead of \(lookAhead) frames")
    precondition(iterations >= 0, "\(iterations) iterations")
    precondition(tolerance > 0 && tolerance < 1, "tolerance \(tolerance)")
    self.stft = stft
    self.lookAhead = lookAhead
    self.iterations = iterations
    phase = RealTimePhase(stft: stft, tolerance: tolerance, random: RandomPhase(seed: seed))
    window = OpenWindow(stft, frames: lookAhead + 1)
    marginLeft = stft.fftSize / 2
  }

  /// Takes the next frames.
  ///
  /// - Parameter magnitudes: [frame, bin], finite and not negative.
  /// - Returns: the samples that are final now.
  /// - Throws: `SpectralError` of kind `shape`, `negative` or `notFinite`; the stream then is as before the call.
  public func push(_ magnitudes: Frames) throws(SpectralError) -> [Float] {
    try SpectralError.check(magnitudes: magnitudes, bins: stft.bins)
    var result: [Float] = []
    result.reserveCapacity(magnitudes.count * stft.hop)
    for frame in 0..<magnitudes.count {
      magnitudes.values.withUnsafeBufferPointer { window.append($0.baseAddress! + frame * stft.bins) }
      frames += 1
      let newest = window.count - 1
      if lookAhead == 0 {
        giveFramePhases(newest, next: nil)
      } else if newest > 0 {
        giveFramePhases(newest - 1, next: window.magnitudes(newest))
      }
      window.iterate(iterations)
      if window.count > lookAhead { settle(into: &result) }
    }
    return result
  }

  /// Ends the signal; the next frame pushed begins another.
  ///
  /// - Returns: the samples that waited for later frames.
  public func finish() -> [Float] {
    var result: [Float] = []
    if lookAhead > 0, window.count > 0 { giveFramePhases(window.count - 1, next: nil) }
    while window.count > 0 {
      window.iterate(iterations)
      settle(into: &result)
    }
    let rest = max(0, frames - 1) * stft.hop - samples
    if rest > 0 { result += window.settledSamples(marginLeft..<marginLeft + rest) }
    window.clear()
    phase.restart()
    (frames, samples, marginLeft) = (0, 0, stft.fftSize / 2)
    return result
  }

  private func giveFramePhases(_ index: Int, next: UnsafePointer<Float>?) {
    window.setPhases(index, phase.phases(of: window.magnitudes(index), next: next))
  }

  private func settle(into result: inout [Float]) {
    window.settleOldest()
    let skipped = min(marginLeft, stft.hop)
    result += window.settledSamples(skipped..<stft.hop)
    marginLeft -= skipped
    samples += stft.hop - skipped
    window.advance()
  }
}
