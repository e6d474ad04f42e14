/// Phonemes whose "]]" is missing: read as far as they go, and named.
struct UnclosedPhonemes: Sendable {
  private var named: [String] = []
  private var count = 0

  private static let limit = 5

  /// One warning for each of the first ones, and one for the rest.
  var warnings: [String] {
    count <= Self.limit ? named : named + ["\(count - Self.limit) more \"[[\" are not closed by \"]]\""]
  }

  /// The phonemes that a text behind "[[" begins with, and how many of its characters they are.
  ///
  /// Two symbols, one of them a vowel with its stress, are no words; whatever has fewer is a text in brackets.
  mutating func phonemes(of text: [Unicode.Scalar]) -> (symbols: [String], count: Int) {
    var symbols: [String] = []
    var end = 0
    var start = 0
    while start < text.count {
      let length = text[start...].prefix { $0 != " " && $0 != "]" }.count
      let symbol = String(String.UnicodeScalarView(text[start..<start + length]))
      if length > 0 {
        guard symbol == symbol.uppercased(), (try? StressedPhone(symbol: symbol)) != nil else { break }
        symbols.append(symbol)
        end = start + length
      }
      start += length + 1
    }
    // "[[HH AH0]"
    if end < text.count, text[end] == "]" { end += 1 }
    guard symbols.count > 1, symbols.contains(where: { $0.utf8.last.map { (48...57).contains($0) } == true }) else {
      return ([], 0)
    }
    count += 1
    if count <= Self.limit {
      let shown = symbols.count > 6 ? symbols.prefix(6) + ["…"] : symbols[...]
      named.append("\"[[\(shown.joined(separator: " "))\" is not closed by \"]]\": the phonemes end there")
    }
    return (symbols, end)
  }
}
