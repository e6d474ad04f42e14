extension String {
  /// The candidate that was probably meant: the one at the least edit distance (insertion, deletion, substitution),
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

  /// Levenshtein distance, one row of the table at a time.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let substituted = diagonal + (letter == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
