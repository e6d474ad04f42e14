import CSpectral
import Foundation

/// The spectral convergence of a signal to a reference of which both come bit by bit; see
/// `STFT.spectralConvergence(of:magnitudes:)`, which says the same of a whole.
struct ConvergenceMeter {
  private let stft: STFT
  /// Both from the same sample on, a multiple of the hop.
  private var reference: [Float] = []
  private var signal: [Float] = []
  /// The frame, counted from there, that is to be measured next.
  private var next = 0
  private var difference = 0.0
  private var square = 0.0

  init(_ stft: STFT) { self.stft = stft }

  /// Takes what follows of both, as many samples of one as of the other.
  mutating func add(reference: [Float], signal: [Float]) throws(SpectralError) {
    self.reference += reference
    self.signal += signal
    // Frames reach half of a transform to both sides.
    let count = self.signal.count, margin = (stft.fftSize / 2 + stft.hop - 1) / stft.hop
    try measure(to: count < stft.fftSize / 2 ? 0 : (count - stft.fftSize / 2) / stft.hop + 1)
    let dropped = max(0, next - margin)
    self.reference.removeFirst(dropped * stft.hop)
    self.signal.removeFirst(dropped * stft.hop)
    next -= dropped
  }

  /// Of all, in dB.
  mutating func finish() throws(SpectralError) -> Double {
    try measure(to: stft.frameCount(samples: signal.count))
    return difference == 0 ? -.infinity : 10 * log10(difference / square)
  }

  private mutating func measure(to end: Int) throws(SpectralError) {
    guard next < end else { return }
    let wanted = try stft.magnitudes(of: reference)[next..<end], actual = try stft.magnitudes(of: signal)[next..<end]
    var (difference, square) = (0.0, 0.0)
    actual.values.withUnsafeBufferPointer { actual in
      wanted.values.withUnsafeBufferPointer {
        cs_squared_difference(actual.count, actual.baseAddress!, $0.baseAddress!, &difference, &square)
      }
    }
    self.difference += difference
    self.square += square
    next = end
  }
}
