/// What a sentence says between two pauses where speech may be cut, and the pieces that are computed one after the other.
package struct SpeechPhrase {
  /// Of the sentence; they are those of all pieces. Empty where there is only a silence.
  var frames: Range<Int>
  /// They meet anywhere, if possible between words: their spectra overlap (`PieceSeam`).
  var pieces: [Range<Int>]
  /// Seconds of silence that markup asks for behind it.
  var silence: Double?

  /// Frames of the first phrase of a text, at least: what is said first is heard first. And of all others, at most, where
  /// pauses allow it.
  static let shortest = 40
  static let longest = 800
  /// The most frames of a text's first piece, and of all others.
  package static let firstPiece = 500
  package static let longestPiece = 1000

  /// Cuts a sentence.
  ///
  /// - Parameters:
  ///   - ends: the frame at which each token ends.
  ///   - isFirst: whether nothing was said before it.
  static func phrases(of sequence: PhonemeSequence, ends: [Int], isFirst: Bool) -> [SpeechPhrase] {
    let wordEnds = sequence.words.map { ends[$0.tokens.upperBound - 1] }
    let clauses = sequence.clauses
    var isFirst = isFirst
    var phrases: [SpeechPhrase] = []
    var start = 0
    for (index, clause) in clauses.enumerated() {
      // A clause of nothing but a break ends where the silence before all words does, or the clause before it.
      let (end, isLast) = (ends[clause.tokens.upperBound - 1], index == clauses.count - 1)
      let isShort = isFirst && end - start >= shortest
      let isFull = !isLast && ends[clauses[index + 1].tokens.upperBound - 1] - start > longest
      if isLast || clause.silence != nil || clause.hasPause && (isShort || isFull) {
        let pieces = pieces(of: start..<end, wordEnds: wordEnds, isFirst: isFirst)
        phrases.append(SpeechPhrase(frames: start..<end, pieces: pieces, silence: clause.silence))
        if wordEnds.contains(where: { start < $0 && $0 <= end }) { isFirst = false }
        start = end
      }
    }
    return phrases
  }

  /// Cuts a phrase that is too long into pieces of about the same length, between words where words are short enough.
  package static func pieces(of frames: Range<Int>, wordEnds: [Int], isFirst: Bool) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = frames.lowerBound
    while true {
      let isFirst = isFirst && pieces.isEmpty
      let limit = isFirst ? firstPiece : longestPiece
      let rest = frames.upperBound - start
      guard rest > limit else { break }
      // A quarter on both sides is left for looking for the end of a word.
      let parts = isFirst ? 2 : (4 * rest + 3 * limit - 1) / (3 * limit)
      let ideal = start + min(rest / parts, 3 * limit / 4)
      let near = wordEnds.filter { abs($0 - ideal) <= limit / 4 }
      let cut = near.min { abs($0 - ideal) < abs($1 - ideal) } ?? ideal
      pieces.append(start..<cut)
      start = cut
    }
    pieces.append(start..<frames.upperBound)
    return pieces
  }
}

/// How the spectra of two pieces become one: both are computed beyond the place where they meet, so that neither has an end
/// there, and fade into each other about it.
package struct PieceSeam {
  /// Frames on either side of the place that are of both.
  package static let overlap = 8
  /// Frames that a piece is computed beyond the place.
  package static let margin = 32

  /// What the piece before says of the overlap, `[2 · overlap, bands]`.
  private var before: [Float] = []

  package init() {}

  /// The frames that are final when a piece is known.
  ///
  /// - Parameters:
  ///   - mel: of `computed`, `[frames, bands]`.
  ///   - piece: without its margins.
  ///   - continues: whether it goes on from the piece given before.
  ///   - isContinued: whether another will go on from it.
  package mutating func join(
    _ mel: [Float], of computed: Range<Int>, piece: Range<Int>, bands: Int, continues: Bool, isContinued: Bool
  ) -> [Float] {
    let start = continues ? piece.lowerBound - Self.overlap : piece.lowerBound
    let end = isContinued ? piece.upperBound - Self.overlap : piece.upperBound
    func part(_ frames: Range<Int>) -> ArraySlice<Float> {
      mel[(frames.lowerBound - computed.lowerBound) * bands..<(frames.upperBound - computed.lowerBound) * bands]
    }
    var joined = Array(part(start..<end))
    if continues {
      for frame in 0..<2 * Self.overlap {
        let weight = (Float(frame) + 0.5) / Float(2 * Self.overlap)
        for i in frame * bands..<(frame + 1) * bands { joined[i] += (1 - weight) * (before[i] - joined[i]) }
      }
    }
    before = isContinued ? Array(part(end..<end + 2 * Self.overlap)) : []
    return joined
  }
}
