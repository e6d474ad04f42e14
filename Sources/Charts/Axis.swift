import Foundation

/// What one direction of a chart measures.
public struct Axis: Sendable {
  public enum Scale: Sendable {
    case linear
    case logarithmic
  }

  public var label: String
  public var scale: Scale
  /// By default what the series need; a logarithmic range is positive.
  public var range: ClosedRange<Double>?

  public init(_ label: String = "", scale: Scale = .linear, range: ClosedRange<Double>? = nil) {
    self.label = label
    self.scale = scale
    self.range = range
  }

  /// Whether the scale can show a value. Beyond 10^±200, margins and ticks would leave the range of `Double`.
  func holds(_ value: Double) -> Bool {
    abs(value) <= 1e200 && (scale == .linear || value >= 1e-200)
  }
}

/// An axis with a range and a place on the paper: value → position.
struct PlacedAxis {
  let scale: Axis.Scale
  let range: ClosedRange<Double>
  /// Where the ends of the range are drawn, in chart units.
  let start: Double
  let end: Double

  /// - Parameters:
  ///   - values: coordinates that the range should hold if the axis fixes none.
  ///   - margin: free part at both ends, relative to the range.
  init(_ axis: Axis, values: [Double], margin: Double, start: Double, end: Double) {
    scale = axis.scale
    range = axis.range ?? Self.range(of: values.filter(axis.holds), axis.scale, margin: margin)
    self.start = start
    self.end = end
  }

  func position(_ value: Double) -> Double {
    let (low, high) = (Self.measure(range.lowerBound, scale), Self.measure(range.upperBound, scale))
    return start + (Self.measure(value, scale) - low) / (high - low) * (end - start)
  }

  private static func measure(_ value: Double, _ scale: Axis.Scale) -> Double {
    scale == .linear ? value : log10(value)
  }

  private static func range(of values: [Double], _ scale: Axis.Scale, margin: Double) -> ClosedRange<Double> {
    guard var low = values.min().map({ measure($0, scale) }), var high = values.max().map({ measure($0, scale) })
    else { return scale == .linear ? 0...1 : 1...10 }
    if high - low <= 1e-12 * max(abs(low), abs(high)) {
      // One value only: give it room on both sides.
      let room = scale == .linear && low != 0 ? abs(low) / 2 : 0.5
      (low, high) = (low - room, high + room)
    }
    let free = margin * (high - low)
    // An axis that nearly begins at zero begins there, and shows nothing below it.
    let isFromZero = scale == .linear && low >= 0 && low < 0.05 * (high - low)
    (low, high) = (isFromZero ? 0 : low - free, high + free)
    return scale == .linear ? low...high : pow(10, low)...pow(10, high)
  }
}
