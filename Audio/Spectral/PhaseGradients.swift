import Foundation

/// The gradients of the phase that the magnitudes of an STFT imply (Průša, Balazs and Søndergaard 2017, eq. 20–21), in
/// turns, for phases referred to a frame's first sample.
///
/// With s = ln max(S, 1e-10), N = fftSize, H = hop and gamma = 0.25645 · windowLength², from one frame to the next the
/// phase of bin m turns by 2π H m / N + (H N / gamma) ∂s/∂m, and from one bin to the next by -π - (gamma / (H N)) ∂s/∂n.
/// Differences are central; at the first and last bin and frame, one-sided.
struct PhaseGradients: Sendable {
  /// Turns of a bin's centre frequency from one frame to the next, -0.5...0.5, [bin].
  private let advance: [Float]
  /// Turns per neper per bin.
  private let timeFactor: Float
  /// Turns per neper per frame.
  private let frequencyFactor: Float

  init(stft: STFT) {
    let size = stft.fftSize, hop = stft.hop
    let gamma = 0.25645 * Double(stft.windowLength * stft.windowLength)
    let ratio = Double(hop * size) / gamma
    timeFactor = Float(ratio / (2 * .pi))
    frequencyFactor = Float(-1 / (ratio * 2 * .pi))
    advance = (0...size / 2).map { bin in
      let turns = Double(hop * bin % size) / Double(size)
      return Float(turns - turns.rounded())
    }
  }

  /// s of a frame.
  static func logarithms(_ magnitudes: UnsafePointer<Float>, _ count: Int, into result: UnsafeMutablePointer<Float>) {
    for i in 0..<count { result[i] = log(max(magnitudes[i], 1e-10)) }
  }

  /// The turns of each bin per frame, from that frame's s.
  func timeSteps(_ s: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>) {
    let last = advance.count - 1, half = timeFactor / 2
    advance.withUnsafeBufferPointer { advance in
      for bin in 1..<last { result[bin] = advance[bin] + half * (s[bin + 1] - s[bin - 1]) }
      result[0] = advance[0] + timeFactor * (s[1] - s[0])
      result[last] = advance[last] + timeFactor * (s[last] - s[last - 1])
    }
  }

  /// The turns of each bin per bin, from s one or more frames apart.
  func frequencySteps(
    from earlier: UnsafePointer<Float>, to later: UnsafePointer<Float>, frames: Int,
    into result: UnsafeMutablePointer<Float>
  ) {
    let factor = frames > 0 ? frequencyFactor / Float(frames) : 0
    for bin in 0..<advance.count { result[bin] = -0.5 + factor * (later[bin] - earlier[bin]) }
  }
}

/// Turns reduced to -0.5...0.5, for less than 2²² of them; faster than a call of `rounded`.
@inline(__always)
func wrapped(_ turns: Float) -> Float {
  let magic: Float = 0x1.8p23
  return turns - ((turns + magic) - magic)
}
