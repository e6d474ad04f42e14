/// A text with what it says of its own reading.
struct Markup {
  enum Segment {
    case text([Unicode.Scalar])
    case phonemes([StressedPhone])
    /// Seconds.
    case silence(Double)
    /// Speed from here on.
    case rate(Double)
    case paragraph
  }

  var segments: [Segment] = []
  var warnings: [String] = []

  /// Plain text, in which `[[HH AH0 L OW1]]` are phonemes.
  static func plain(_ text: String) throws(PronunciationError) -> Markup {
    var markup = Markup()
    var scalars: [Unicode.Scalar] = []
    let all = Array(text.unicodeScalars)
    var index = 0
    // Without an end there are no phonemes: do not look for one again and again.
    var lastEnd = all.count
    while lastEnd >= 2, !(all[lastEnd - 1] == "]" && all[lastEnd - 2] == "]") { lastEnd -= 1 }
    while index < all.count {
      if all[index] == "[", index + 1 < lastEnd, all[index + 1] == "[" {
        var end = index + 2
        while end + 1 < lastEnd, !(all[end] == "]" && all[end + 1] == "]") { end += 1 }
        if end + 1 < lastEnd {
          if !scalars.isEmpty { markup.segments.append(.text(scalars)) }
          scalars = []
          var symbols = String.UnicodeScalarView()
          symbols.append(contentsOf: all[(index + 2)..<end])
          markup.segments.append(.phonemes(try [StressedPhone](arpabet: String(symbols))))
          index = end + 2
          continue
        }
      }
      scalars.append(all[index])
      index += 1
    }
    if !scalars.isEmpty { markup.segments.append(.text(scalars)) }
    return markup
  }
}

/// SSML that cannot be followed.
public struct MarkupError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1.
  public let line: Int
  public let column: Int
  public let message: String

  public var description: String { "SSML, line \(line), column \(column): \(message)" }
}
