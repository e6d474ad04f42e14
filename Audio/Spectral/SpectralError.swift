/// What is wrong with a signal, a spectrogram or the sizes of an analysis.
public struct SpectralError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    /// Sizes that no analysis can have.
    case size
    /// No samples where some are needed.
    case empty
    /// A number that is NaN, infinite, or too large for the squares of its spectrum to be floats.
    case notFinite
    /// A negative magnitude.
    case negative
    /// Frames of another width or number than the analysis has.
    case shape
    /// A mel filterbank whose bands cannot be told apart again.
    case singular
  }

  public let kind: Kind
  /// What is wrong, where, and what to do.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }

  /// The greatest absolute value of a sample or magnitude.
  static let limit: Float = 1e12

  static func check(samples: [Float]) throws(SpectralError) {
    // NaN compares false.
    guard let index = samples.firstIndex(where: { !(abs($0) <= limit) }) else { return }
    throw SpectralError(
      .notFinite, "sample \(index) is \(samples[index]); samples are finite and at most \(limit) in absolute value")
  }

  static func check(magnitudes: Frames, bins: Int) throws(SpectralError) {
    guard magnitudes.width == bins else {
      throw SpectralError(
        .shape, "the magnitudes have \(magnitudes.width) bins; an FFT of \(2 * (bins - 1)) has \(bins)")
    }
    guard let index = magnitudes.values.firstIndex(where: { !($0 >= 0 && $0 <= limit) }) else { return }
    let value = magnitudes.values[index]
    let place = "frame \(index / bins), bin \(index % bins)"
    if value < 0 && value >= -limit { throw SpectralError(.negative, "\(place): the magnitude \(value) is negative") }
    throw SpectralError(.notFinite, "\(place): the magnitude is \(value); it is finite and at most \(limit)")
  }
}
