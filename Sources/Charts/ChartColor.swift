/// A colour with red, green, blue and opacity in 0...1.
public struct ChartColor: Sendable, Equatable {
  public var red: Double
  public var green: Double
  public var blue: Double
  public var opacity: Double

  /// - Parameters:
  ///   - hex: 0xRRGGBB.
  ///   - opacity: in 0...1.
  public init(_ hex: UInt32, opacity: Double = 1) {
    red = Double(hex >> 16 & 0xff) / 255
    green = Double(hex >> 8 & 0xff) / 255
    blue = Double(hex & 0xff) / 255
    self.opacity = opacity
  }

  /// The same colour, more transparent.
  public func opacity(_ opacity: Double) -> ChartColor {
    var color = self
    color.opacity = opacity
    return color
  }

  // Okabe and Ito, "Color universal design", 2008: told apart with every kind of colour vision.
  public static let blue = ChartColor(0x0072b2)
  public static let orange = ChartColor(0xd55e00)
  public static let green = ChartColor(0x009e73)
  public static let pink = ChartColor(0xcc79a7)
  public static let yellow = ChartColor(0xe69f00)
  public static let sky = ChartColor(0x56b4e9)
  public static let gray = ChartColor(0x8c8c8c)

  /// Colours for series of equal rank, in this order.
  public static let cycle = [blue, orange, green, pink, yellow, sky]

  static let ink = ChartColor(0x333333)
  static let frame = ChartColor(0xb0b0b0)
  static let grid = ChartColor(0xe6e6e6)
  static let paper = ChartColor(0xffffff)
}
