/// A piece of folded text: letters, digits, or one mark.
struct Token: Equatable {
  enum Kind: Equatable {
    /// Letters, with apostrophes between them.
    case letters
    case digits
    /// One character, or `...`, `--`.
    case mark
    case paragraph
    /// What markup puts between words.
    case phonemes([StressedPhone])
    case silence(Double)
    case rate(Double)
  }

  var kind: Kind
  var text: String
  /// Whether white space, or the beginning of the text, comes before it.
  var isApart: Bool
  /// Whether a line begins with it.
  var startsLine: Bool

  /// Whether it begins with a capital.
  var isCapitalized: Bool { kind == .letters && text.utf8.first.map { (65...90).contains($0) } == true }

  /// Whether all its letters, at least two, are capitals.
  var isAllCapitals: Bool {
    kind == .letters && text.utf8.count > 1 && text.utf8.allSatisfy { (65...90).contains($0) || $0 == 39 }
  }

  /// Letters in a row and digits in a row are cut after so many: no word is longer, and nothing is lost.
  static let longest = 400

  /// Cuts folded text into tokens, in one pass.
  static func tokens(of text: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var index = 0
    var isApart = true
    var startsLine = true
    func isLetter(_ i: Int) -> Bool { i < text.count && (65...90 ~= text[i] || 97...122 ~= text[i]) }
    func isDigit(_ i: Int) -> Bool { i < text.count && 48...57 ~= text[i] }
    while index < text.count {
      let start = index
      let byte = text[index]
      if byte == 32 || byte == 10 {
        var lines = 0
        while index < text.count, text[index] == 32 || text[index] == 10 {
          if text[index] == 10 { lines += 1 }
          index += 1
        }
        if lines > 1 { tokens.append(Token(kind: .paragraph, text: "", isApart: true, startsLine: false)) }
        if lines > 0 { startsLine = true }
        isApart = true
        continue
      }
      var kind = Token.Kind.mark
      if isLetter(index) {
        kind = .letters
        repeat {
          index += 1
          if index + 1 < text.count, text[index] == 39, isLetter(index + 1) { index += 2 }
        } while isLetter(index) && index - start < longest
      } else if isDigit(index) {
        kind = .digits
        repeat { index += 1 } while isDigit(index) && index - start < longest
      } else if byte == 46 || byte == 45 {
        repeat { index += 1 } while index < text.count && text[index] == byte && index - start < longest
      } else {
        index += 1
      }
      var word = String(decoding: text[start..<index], as: UTF8.self)
      if byte == 46 && index - start > 1 { word = "..." }
      if byte == 45 && index - start > 1 { word = "--" }
      tokens.append(Token(kind: kind, text: word, isApart: isApart, startsLine: startsLine))
      isApart = false
      startsLine = false
    }
    return tokens
  }
}

/// A text's tokens, with nothing around them.
struct Tokens {
  let list: [Token]

  var count: Int { list.count }

  subscript(_ index: Int) -> Token? { list.indices.contains(index) ? list[index] : nil }

  func isMark(_ index: Int, _ text: String) -> Bool {
    guard let token = self[index] else { return false }
    return token.kind == .mark && token.text == text
  }

  /// The token's text if it is of that kind.
  func letters(_ index: Int) -> String? {
    guard let token = self[index], token.kind == .letters else { return nil }
    return token.text
  }

  func digits(_ index: Int) -> String? {
    guard let token = self[index], token.kind == .digits else { return nil }
    return token.text
  }

  /// Whether the token follows the one before without white space.
  func isJoined(_ index: Int) -> Bool { self[index].map { !$0.isApart } ?? false }

  /// Whether nothing that belongs to the chunk begins at this index: white space, the end, or markup.
  func isBreak(_ index: Int) -> Bool {
    guard let token = self[index] else { return true }
    switch token.kind {
    case .letters, .digits, .mark: return token.isApart
    default: return true
    }
  }

  /// The end of the chunk, between white space, that `index` lies in.
  func chunkEnd(_ index: Int) -> Int {
    var end = index + 1
    while !isBreak(end) { end += 1 }
    return end
  }
}
