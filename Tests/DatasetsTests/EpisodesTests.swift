import Datasets
import Foundation
import Testing

/// Episodes are checked when they are made, and split without being cut.
struct EpisodesTests {
  static func episodes(_ lengths: [Int]) throws -> Episodes {
    let count = lengths.reduce(0, +)
    var end = 0
    let ends = lengths.map { length in
      end += length
      return end
    }
    return try Episodes(
      columns: [
        .init(name: "position", shape: [2, 1], values: (0..<count * 2).map { Float($0) }),
        .init(name: "time", shape: [], values: (0..<count).map { Float($0) / 8 }),
      ], ends: ends)
  }

  private func expect(
    _ kind: DatasetError.Kind, _ place: String, _ problem: String, _ columns: [Episodes.Column], ends: [Int]
  ) {
    #expect(throws: DatasetError(kind, path: "here", place: place, problem)) {
      try Episodes(columns: columns, ends: ends, path: "here")
    }
  }

  @Test func badEndsAreNamed() {
    let place = "episode ends"
    expect(.inconsistent, place, "there are no episodes", [], ends: [])
    expect(.inconsistent, place, "episode 0 is empty (it starts and ends at step 0)", [], ends: [0, 3])
    expect(.inconsistent, place, "episode 1 is empty (it starts and ends at step 3)", [], ends: [3, 3, 5])
    expect(.inconsistent, place, "episode 2 ends at step 4, before its start at step 5", [], ends: [3, 5, 4])
    expect(.inconsistent, place, "episode 0 ends at step -2, before its start at step 0", [], ends: [-2])
  }

  @Test func badColumnsAreNamed() {
    let good = Episodes.Column(name: "a", shape: [2], values: [Float](repeating: 1, count: 8))
    expect(
      .inconsistent, "column \"b\"", "it has 3 steps, but the episodes end at step 4",
      [good, .init(name: "b", shape: [2], values: [0, 0, 0, 0, 0, 0])], ends: [2, 4])
    expect(.inconsistent, "column \"a\"", "there are two columns of this name", [good, good], ends: [2, 4])
    expect(
      .notFinite, "column \"b\"", "step 3 (episode 1), element 1 is NaN",
      [good, .init(name: "b", shape: [2], values: [0, 0, 0, 0, 0, 0, 0, .nan])], ends: [2, 4])
    expect(
      .notFinite, "column \"b\"",
      "step 0 (episode 0), element 1 is infinite or beyond Float32; 2 numbers of the column are not finite",
      [.init(name: "b", shape: [2], values: [0, .infinity, 0, 0, 0, 0, .nan, 0])], ends: [2, 4])
  }

  @Test func subsetsKeepWholeEpisodes() throws {
    let episodes = try Self.episodes([3, 4, 2])
    let subset = episodes.subset([2, 0])
    #expect(subset.ends == [2, 5])
    #expect(subset.steps(of: 1) == 2..<5)
    #expect(try subset.column("position").values == [14, 15, 16, 17, 0, 1, 2, 3, 4, 5])
    #expect(try subset.column("time").values == [7, 8, 0, 1, 2].map { $0 / 8 })
    #expect(episodes.subset([0, 1, 2]) == episodes)
  }

  @Test func splitsAreDisjointCompleteAndSeeded() throws {
    let episodes = try Self.episodes((0..<50).map { $0 % 5 + 1 })
    func firstSteps(_ part: Episodes) throws -> [Float] {
      let time = try part.column("time").values
      return (0..<part.count).map { time[part.steps(of: $0).lowerBound] }
    }
    let (training, heldOut) = episodes.split(heldOutFraction: 0.1, seed: 7)
    #expect(training.count == 45)
    #expect(heldOut.count == 5)
    #expect(try (firstSteps(training) + firstSteps(heldOut)).sorted() == firstSteps(episodes))
    #expect(try firstSteps(training) == firstSteps(training).sorted())
    let again = episodes.split(heldOutFraction: 0.1, seed: 7)
    #expect(again.heldOut == heldOut)
    #expect(episodes.split(heldOutFraction: 0.1, seed: 8).heldOut != heldOut)
    let none = episodes.split(heldOutFraction: 0, seed: 7)
    #expect(none.training == episodes)
    #expect(none.heldOut.count == 0)
    // One episode always stays to train on.
    #expect(try Self.episodes([5]).split(heldOutFraction: 0.9, seed: 1).training.count == 1)
  }
}
