import Configuration
import Testing

@Suite struct NearestNameTests {
  // Worked examples from the literature: kitten/sitting (Levenshtein 3), ca/abc (optimal string alignment 3).
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("stpes", "steps", 1), ("ca", "abc", 3),
    ("flaw", "lawn", 2),
  ]) func distanceCountsEditsAndSwaps(first: String, second: String, distance: Int) {
    #expect(editDistance(first, second) == distance)
    #expect(editDistance(second, first) == distance)
  }

  @Test func theNearestOfSeveralIsTaken() {
    let keys = ["steps", "seed", "batchSize", "checkpointEvery"]
    #expect(nearestName(to: "stpes", among: keys) == "steps")
    #expect(nearestName(to: "batchsize", among: keys) == "batchSize")
    #expect(nearestName(to: "checkpoint", among: keys) == "checkpointEvery")
  }

  @Test func nothingIsSuggestedForAStrangeWord() {
    #expect(nearestName(to: "zzz", among: ["steps", "seed"]) == nil)
    #expect(nearestName(to: "x", among: ["a", "b"]) == nil)
    #expect(nearestName(to: "x", among: []) == nil)
  }
}
