import Support
import Testing

/// What is suggested for a misspelt name.
struct NearestNameTests {
  private static let columns = ["action", "keypoint", "n_contacts", "state"]
  private static let keys = ["steps", "seed", "batchSize", "checkpointEvery"]

  @Test(arguments: [
    ("actions", "action"), ("Keypiont", "keypoint"), ("stat", "state"), ("contacts", "n_contacts"),
    ("agent_state", "state"),
  ]) func isTheColumnMeant(word: String, expected: String) {
    #expect(word.nearest(among: Self.columns) == expected)
  }

  @Test(arguments: [("stpes", "steps"), ("batchsize", "batchSize"), ("checkpoint", "checkpointEvery")])
  func isTheKeyMeant(word: String, expected: String) {
    #expect(word.nearest(among: Self.keys) == expected)
  }

  @Test(arguments: ["", "x", "velocity", "zzz"]) func isNoneWhereNothingIsNear(word: String) {
    #expect(word.nearest(among: Self.columns) == nil)
    #expect(word.nearest(among: Self.keys) == nil)
    #expect(word.nearest(among: []) == nil)
  }

  // Worked examples from the literature: kitten/sitting (Levenshtein 3), ca/abc (optimal string alignment 3).
  @Test(arguments: [
    ("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("stpes", "steps", 1), ("ca", "abc", 3),
    ("flaw", "lawn", 2),
  ]) func distanceCountsEditsAndSwaps(first: String, second: String, distance: Int) {
    #expect(String.distance(Array(first.utf8), Array(second.utf8)) == distance)
    #expect(String.distance(Array(second.utf8), Array(first.utf8)) == distance)
  }

  @Test func hintsListWhatThereIs() {
    #expect("stat".hint(among: ["state", "action"]) == "did you mean \"state\"? there are: action, state")
    #expect("velocity".hint(among: ["state", "action"]) == "there are: action, state")
    #expect("velocity".hint(among: []) == "there are none")
  }
}
