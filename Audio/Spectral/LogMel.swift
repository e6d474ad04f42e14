import Foundation

/// The natural logarithm of mel bands, never below that of a floor.
public struct LogMel: Equatable, Sendable {
  public let filterbank: MelFilterbank
  /// The least band value, 1e-5 by default.
  public let floor: Float

  /// - Precondition: the floor is positive.
  public init(_ filterbank: MelFilterbank, floor: Float = 1e-5) {
    precondition(floor > 0 && floor < .infinity, "floor \(floor)")
    self.filterbank = filterbank
    self.floor = floor
  }

  /// ln max(bands, floor) of magnitudes [frame, bin], as [frame, band].
  ///
  /// - Throws: `SpectralError` of kind `shape`, `negative` or `notFinite`.
  public func callAsFunction(_ magnitudes: Frames) throws(SpectralError) -> Frames {
    var result = try filterbank(magnitudes)
    result.values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { values[index] = log(max(values[index], floor)) }
    }
    return result
  }
}
