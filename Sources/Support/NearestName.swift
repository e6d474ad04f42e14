extension String {
  /// The candidate that was probably meant: the one at the least edit distance,
  /// regardless of case, if no more than a third of this name's letters differ; otherwise one that contains this name
  /// or is contained in it.
  package func nearest(among candidates: [String]) -> String? {
    let word = Array(lowercased().utf8)
    let distances = candidates.map { Self.distance(word, Array($0.lowercased().utf8)) }
    if let best = distances.indices.min(by: { distances[$0] < distances[$1] }),
      distances[best] <= Swift.max(1, word.count / 3), distances[best] < word.count
    {
      return candidates[best]
    }
    guard word.count >= 3 else { return nil }
    let lowercase = lowercased()
    return candidates.first { candidate in
      let other = candidate.lowercased()
      return other.contains(lowercase) || (other.count >= 3 && lowercase.contains(other))
    }
  }

  /// ` (did you mean "x"? …)` and what there is, for the end of an error message about a missing name.
  package func hint(among candidates: [String]) -> String {
    let known = candidates.isEmpty ? "there are none" : "there are: \(candidates.sorted().joined(separator: ", "))"
    return nearest(among: candidates).map { "did you mean \"\($0)\"? \(known)" } ?? known
  }

  /// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other,
  /// no part being edited twice (optimal string alignment).
  package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var current = [i + 1]
      for (j, other) in b.enumerated() {
        var best = Swift.min(previous[j + 1] + 1, current[j] + 1, previous[j] + (letter == other ? 0 : 1))
        if i > 0, j > 0, letter == b[j - 1], a[i - 1] == other { best = Swift.min(best, beforePrevious[j - 1] + 1) }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
  }
}
