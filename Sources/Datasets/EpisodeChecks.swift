extension Episodes {
  /// What is wrong with a list of episode ends, in words; the same checks serve reading and describing.
  static func problems(withEnds ends: [Int]) -> [String] {
    guard !ends.isEmpty else { return ["there are no episodes"] }
    var problems: [String] = []
    var previous = 0
    for (episode, end) in ends.enumerated() {
      if end == previous {
        problems.append("episode \(episode) is empty (it starts and ends at step \(end))")
      } else if end < previous {
        problems.append("episode \(episode) ends at step \(end), before its start at step \(previous)")
      }
      previous = end
    }
    return problems
  }

  /// Where the first number is that is not finite, and how many there are; nil if all are finite.
  static func notFinite(_ column: Column, ends: [Int]) -> String? {
    let (first, count) = column.values.withUnsafeBufferPointer { values in
      var first = -1
      var count = 0
      for index in 0..<values.count where !values[index].isFinite {
        if first < 0 { first = index }
        count += 1
      }
      return (first, count)
    }
    guard count > 0 else { return nil }
    let step = first / column.width
    let episode = ends.firstIndex { $0 > step }.map { " (episode \($0))" } ?? ""
    let value = column.values[first].isNaN ? "NaN" : "infinite or beyond Float32"
    let others = count > 1 ? "; \(count) numbers of the column are not finite" : ""
    return "step \(step)\(episode), element \(first % column.width) is \(value)\(others)"
  }
}
