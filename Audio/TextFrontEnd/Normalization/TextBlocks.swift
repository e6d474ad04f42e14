/// Cuts a stream of text into blocks of bounded length that can be normalised one by one: at blank lines, else behind
/// the last sentence that surely ends, else at white space.
public struct TextBlocks: Sendable {
  /// Unicode scalars of the longest block.
  public static let longest = 4000
  private var pending: [Unicode.Scalar] = []

  public init() {}

  /// Takes more text and gives the blocks that are complete.
  public mutating func append(_ text: some StringProtocol) -> [String] {
    pending += Array(text.unicodeScalars)
    var blocks: [String] = []
    var start = 0
    while let end = Self.blockEnd(pending, from: start) {
      blocks.append(Self.string(pending[start..<end]))
      start = end
    }
    pending.removeFirst(start)
    return blocks
  }

  /// The rest of the text.
  public mutating func finish() -> [String] {
    defer { pending = [] }
    return pending.allSatisfy(\.properties.isWhitespace) ? [] : [Self.string(pending[...])]
  }

  private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  /// Where the block that begins at `start` ends, if that cannot depend on what is still to come.
  private static func blockEnd(_ text: [Unicode.Scalar], from start: Int) -> Int? {
    let limit = min(text.count, start + longest)
    var hasText = false
    var lineBreaks = 0
    for i in start..<limit {
      let isSpace = text[i].properties.isWhitespace
      if !isSpace {
        if lineBreaks > 1 && hasText { return i }
        hasText = true
        lineBreaks = 0
      } else if text[i] == "\n" || text[i] == "\u{2029}" {
        lineBreaks += text[i] == "\n" ? 1 : 2
      }
    }
    guard limit == start + longest else { return nil }
    // A word of five letters before the stop is no short form.
    let half = start + longest / 2
    for i in stride(from: limit - 2, through: half, by: -1)
    where [".", "!", "?"].contains(text[i]) && text[i + 1].properties.isWhitespace
      && text[(i - 5)..<i].allSatisfy({ $0.properties.isLowercase })
    {
      return i + 1
    }
    for i in stride(from: limit - 1, through: half, by: -1) where text[i].properties.isWhitespace { return i }
    return limit
  }
}
