/// The name that was probably meant.
///
/// Names are compared without regard to case by the optimal string alignment distance (Damerau's four edits:
/// insertion, deletion, substitution, transposition of neighbours). One edit per three letters is forgiven; failing
/// that, a name that begins with the word (or the reverse) is taken, so that `checkpoint` finds `checkpointEvery`.
///
/// - Returns: nil if no candidate is near.
package func nearestName(to word: String, among candidates: [String]) -> String? {
  let lowercased = word.lowercased()
  let distances = candidates.map { editDistance(lowercased, $0.lowercased()) }
  if let index = distances.indices.min(by: { distances[$0] < distances[$1] }),
    distances[index] <= max(1, word.count / 3), distances[index] < word.count
  {
    return candidates[index]
  }
  guard word.count >= 3 else { return nil }
  return candidates.first { candidate in
    candidate.lowercased().hasPrefix(lowercased)
      || (candidate.count >= 3 && lowercased.hasPrefix(candidate.lowercased()))
  }
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn one word into the other,
/// no part being edited twice. O(n·m) time.
package func editDistance(_ first: String, _ second: String) -> Int {
  let a = Array(first)
  let b = Array(second)
  guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
  var beforePrevious: [Int] = []
  var previous = Array(0...b.count)
  for i in 1...a.count {
    var current = [i]
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      var best = min(previous[j] + 1, current[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, beforePrevious[j - 2] + 1) }
      current.append(best)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.count]
}
