import Foundation

/// Round numbers along an axis, and how they are written.
package struct Ticks: Equatable {
  package struct Tick: Equatable {
    package var value: Double
    /// Empty for a grid line without a text.
    package var label: String
  }

  package let ticks: [Tick]

  /// - Parameters:
  ///   - range: positive if the scale is logarithmic.
  ///   - count: how many would be good, at least 1.
  package init(_ range: ClosedRange<Double>, _ scale: Axis.Scale, count: Int) {
    ticks = scale == .linear ? Self.linear(range, count) : Self.logarithmic(range, count)
  }

  /// Multiples of 1, 2 or 5 times a power of ten.
  private static func linear(_ range: ClosedRange<Double>, _ count: Int) -> [Tick] {
    let rough = (range.upperBound - range.lowerBound) / Double(count)
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10)
    let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
    let last = Int((range.upperBound / step + 1e-9).rounded(.down))
    guard first <= last else { return [] }
    let values = (first...last).map { Double($0) * step }
    let greatest = max(abs(values[0]), abs(values[values.count - 1]))
    let (unit, suffix): (Double, String) =
      greatest >= 1e6 && step >= 1e5 ? (1e6, "M") : greatest >= 1e4 && step >= 100 ? (1e3, "k") : (1, "")
    let digits = max(0, Int(-floor(log10(step / unit) + 1e-9)))
    return values.map { value in
      let isPlain = value == 0 || (greatest < 1e9 && step > 1e-6)
      let text = isPlain ? String(format: "%.\(digits)f", value / unit) : String(format: "%g", value)
      return Tick(value: value, label: value == 0 ? "0" : minus(text) + (isPlain ? suffix : ""))
    }
  }

  /// Powers of ten, with texts at every nth where there are many, and at 2 and 5 (or all digits) where there are few.
  private static func logarithmic(_ range: ClosedRange<Double>, _ count: Int) -> [Tick] {
    let decades = log10(range.upperBound) - log10(range.lowerBound)
    let stride = max(1, Int((decades / Double(count)).rounded(.up)))
    let labelled: Set<Int> = decades < 0.7 ? Set(1...9) : decades < 2.2 ? [1, 2, 5] : [1]
    let first = Int(floor(log10(range.lowerBound)))
    let last = Int(ceil(log10(range.upperBound)))
    return (first...last).flatMap { exponent in
      (1...9).compactMap { digit -> Tick? in
        let value = Double(digit) * pow(10, Double(exponent))
        guard range.lowerBound * (1 - 1e-9)...range.upperBound * (1 + 1e-9) ~= value else { return nil }
        let hasLabel = labelled.contains(digit) && exponent % stride == 0
        return Tick(value: value, label: hasLabel ? text(digit: digit, exponent: exponent) : "")
      }
    }
  }

  private static func text(digit: Int, exponent: Int) -> String {
    if -4...4 ~= exponent {
      let value = Double(digit) * pow(10, Double(exponent))
      return String(format: "%.\(max(0, -exponent))f", value)
    }
    let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
    let power = String(abs(exponent)).map { String(superscripts[$0.wholeNumberValue!]) }.joined()
    return (digit == 1 ? "" : "\(digit)·") + "10" + (exponent < 0 ? "⁻" : "") + power
  }

  private static func minus(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
  }
}
