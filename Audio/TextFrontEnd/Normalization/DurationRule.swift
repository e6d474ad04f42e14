/// Lengths of time in several units: "1h 20m", "2m30s", "1 hr 5 min", where "m" is minutes.
enum DurationRule {
  private struct Unit {
    var rank: Int
    var name: String
  }

  static func read(_ tokens: TokenSequence, at index: Int) -> RuleResult? {
    guard !tokens.isGlued(index) || tokens[index - 1]?.kind == .symbol else { return nil }
    var parts: [(value: Int, unit: String)] = []
    var next = index
    var rank = 0
    while let value = tokens[next]?.number, let token = tokens[next + 1], token.isWord, let unit = units[token.lower],
      token.isLowercase, unit.rank > rank
    {
      parts.append((value, unit.name))
      rank = unit.rank
      next += 2
    }
    guard parts.count > 1, !tokens.isGlued(next) || tokens[next]?.kind == .symbol else { return nil }
    let isAttribute = UnitRule.isAttribute(tokens, at: index, end: next)
    let words = parts.map { part in
      "\(NumberWords.cardinal(part.value)) \(part.unit)\(part.value == 1 || isAttribute ? "" : "s")"
    }
    return RuleResult(words.joined(separator: " "), next - index)
  }

  private static let units: [String: Unit] = [
    "d": .init(rank: 1, name: "day"), "h": .init(rank: 2, name: "hour"), "hr": .init(rank: 2, name: "hour"),
    "hrs": .init(rank: 2, name: "hour"), "m": .init(rank: 3, name: "minute"), "min": .init(rank: 3, name: "minute"),
    "mins": .init(rank: 3, name: "minute"), "s": .init(rank: 4, name: "second"), "sec": .init(rank: 4, name: "second"),
    "secs": .init(rank: 4, name: "second"), "ms": .init(rank: 5, name: "millisecond"),
  ]
}
