/// A part of a text that no line ends in, and when it is heard.
struct SubtitlePiece {
  var text: String
  /// Seconds.
  var start: Double
  var end: Double
  /// How bad it is if a cue ends behind it: 0 at a pause, 1 at worst.
  var cutCost: Double
  /// The number of its sentence.
  var sentence: Int
  /// Whether it is heard at all.
  var isSpoken = true
}

/// Cuts a sentence into cues that can be read in their time, at pauses where it has them.
struct SubtitleCutter {
  /// Characters of a line, of which a cue has two at most.
  static let lineWidth = 42
  /// A cue's length in seconds, at most, and that of a silence that none goes on through.
  static let longest = 7.0
  static let silence = 1.0

  private let pieces: [SubtitlePiece]
  /// Characters of each.
  private let widths: [Int]

  init(_ pieces: ArraySlice<SubtitlePiece>) {
    self.pieces = Array(pieces)
    widths = pieces.map { $0.text.count }
  }

  /// The cues that cost least together. A single piece may be too long for one.
  func cues() -> [Subtitles.Cue] {
    // Of the cues up to each piece.
    var costs = [Double](repeating: .infinity, count: pieces.count + 1)
    costs[0] = 0
    // Where the last one of them begins.
    var starts = [Int](repeating: 0, count: pieces.count + 1)
    for start in pieces.indices {
      for end in (start + 1)...pieces.count {
        guard let own = cost(of: start..<end) else { break }
        if costs[start] + own < costs[end] {
          costs[end] = costs[start] + own
          starts[end] = start
        }
      }
    }
    var cues: [Subtitles.Cue] = []
    var end = pieces.count
    while end > 0 {
      let range = starts[end]..<end
      if pieces[range].contains(where: \.isSpoken) { cues.append(cue(of: range)) }
      end = range.lowerBound
    }
    return cues.reversed()
  }

  /// The fewer and the more alike they are, the less cues cost; nil for one that is too long, as are all longer ones.
  private func cost(of range: Range<Int>) -> Double? {
    let last = range.upperBound - 1
    if range.count > 1 {
      let seconds = pieces[last].end - pieces[range.lowerBound].start
      let isSilent = pieces[last].start - pieces[last - 1].end >= Self.silence
      if seconds > Self.longest || isSilent || secondLine(of: range) == nil { return nil }
    }
    let emptiness = max(0, 1 - Double(width(of: range)) / Double(2 * Self.lineWidth))
    let cut = range.upperBound == pieces.count ? 0 : pieces[last].cutCost
    return 1 + 2 * cut + 0.5 * emptiness * emptiness
  }

  private func cue(of range: Range<Int>) -> Subtitles.Cue {
    let second = secondLine(of: range) ?? range.upperBound
    let lines = [range.lowerBound..<second, second..<range.upperBound].filter { !$0.isEmpty }.map { line in
      pieces[line].map(\.text).joined(separator: " ")
    }
    return Subtitles.Cue(start: pieces[range.lowerBound].start, end: pieces[range.upperBound - 1].end, lines: lines)
  }

  /// Where the second line begins, so that both are of about the same width: at the end if one is enough; nil if two are
  /// not.
  private func secondLine(of range: Range<Int>) -> Int? {
    let total = width(of: range)
    if total <= Self.lineWidth || range.count == 1 { return range.upperBound }
    var best: Int?
    var least = Int.max
    var first = -1
    for index in range.dropLast() {
      first += 1 + widths[index]
      let second = total - first - 1
      if max(first, second) <= Self.lineWidth, abs(first - second) < least {
        best = index + 1
        least = abs(first - second)
      }
    }
    return best
  }

  /// Characters of so many pieces, with a space between two.
  private func width(of range: Range<Int>) -> Int { widths[range].reduce(0, +) + range.count - 1 }
}
