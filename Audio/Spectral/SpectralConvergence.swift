import CSpectral
import Foundation

extension STFT {
  /// How well a signal has given magnitudes S: 20 log10(‖|STFT(signal)| - S‖ / ‖S‖) in dB, over all frames and bins.
  ///
  /// Minus infinity if they agree exactly; S = 0 counts as met if the signal is silent, and is infinity away if not.
  ///
  /// - Throws: `SpectralError` of kind `empty`, `notFinite`, `negative` or `shape`.
  public func spectralConvergence(of signal: [Float], magnitudes: Frames) throws(SpectralError) -> Double {
    try SpectralError.check(magnitudes: magnitudes, bins: bins)
    let actual = try self.magnitudes(of: signal)
    guard actual.count == magnitudes.count else {
      throw SpectralError(
        .shape, "\(signal.count) samples have \(actual.count) frames, the magnitudes \(magnitudes.count)")
    }
    var difference = 0.0, square = 0.0
    actual.values.withUnsafeBufferPointer { actual in
      magnitudes.values.withUnsafeBufferPointer {
        cs_squared_difference(actual.count, actual.baseAddress!, $0.baseAddress!, &difference, &square)
      }
    }
    return difference == 0 ? -.infinity : 10 * log10(difference / square)
  }
}
